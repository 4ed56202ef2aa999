export const STRATEGIES = ['Update', 'Restart', 'RollingUpdate', 'BlueGreen', 'Canary', 'Manual', 'Migrate'];

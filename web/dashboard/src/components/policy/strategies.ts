// What each strategy may be told (docs/reconciliation.md).
export const STRATEGY_PARAMETERS: Record<string, string> = {
  Update: '',
  Restart: 'pause',
  RollingUpdate: 'drain, smokeTests',
  BlueGreen: 'watch, drain, smokeTests',
  Canary: 'stages, stage, maxErrorRate, maxLatencyFactor, drain, smokeTests',
  Manual: 'then, and those of that strategy',
  Migrate: 'platform, drain, smokeTests',
};

export const STRATEGIES = Object.keys(STRATEGY_PARAMETERS);

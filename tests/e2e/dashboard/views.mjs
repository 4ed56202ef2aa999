// Every view with something to show: for the checks of accessibility, and for pictures.

import { eventually } from './control_plane.mjs';

const SENSORS = {
  kind: 'mock',
  id: 'thermometers',
  intervalMs: 1000,
  dataType: { type: 'sensorReading', sensorCount: 5 },
};
const query = (id, text) => ({
  id,
  autoStart: true,
  queryLanguage: 'Cypher',
  queryText: text,
  sources: [{ sourceId: 'thermometers' }],
});

const PIPELINE = {
  sources: [SENSORS],
  queries: [
    query('readings', 'MATCH (s:SensorReading)\nRETURN s.sensor_id AS sensor, s.temperature AS temperature'),
    query(
      'too-hot',
      'MATCH (s:SensorReading)\nWHERE s.temperature > 25\nRETURN s.sensor_id AS sensor, s.temperature AS temperature',
    ),
  ],
  reactions: [
    { kind: 'log', id: 'print', queries: ['readings'] },
    {
      kind: 'sse',
      id: 'browser',
      queries: ['too-hot'],
      host: '127.0.0.1',
      port: 'auto',
      ssePath: '/alerts',
    },
  ],
};

const SETTINGS = {
  restartPolicy: 'OnFailure',
  limits: { cpuCores: 0.5, memoryBytes: 512 << 20 },
  platformOptions: { environment: { MODE: 'fast' } },
};

const FLEET = [
  ['checkout-orders', 'Checkout orders', { env: 'prod', team: 'shop', tier: 'web' }],
  ['cold-chain', 'Cold chain', { env: 'prod', team: 'logistics' }],
  ['fraud-signals', 'Fraud signals', { env: 'prod', team: 'risk' }],
  ['stock-levels', 'Stock levels', { env: 'staging', team: 'shop' }],
  ['delivery-windows', 'Delivery windows', { env: 'staging', team: 'logistics' }],
];

export async function fillFleet(plane) {
  for (const [id, name, metadata] of FLEET) {
    await plane.ask('POST', '/api/servers', {
      id,
      name,
      metadata,
      description: `${name} of the ${metadata.team} team`,
      ...(id === 'checkout-orders' && SETTINGS),
      configuration: PIPELINE,
    });
  }
  await plane.ask('POST', '/api/server/instances', {
    id: 'returns',
    name: 'Returns',
    metadata: { env: 'dev', team: 'shop' },
    configuration: PIPELINE,
  });
  await plane.ask('POST', '/api/server/instances/delivery-windows/stop');
  const failing = {
    sources: [{ ...SENSORS, sim: { failStart: 'no route to the database' } }],
  };
  await plane.ask('POST', '/api/server/instances', {
    id: 'legacy-import',
    name: 'Legacy import',
    restartPolicy: 'Never',
    metadata: { env: 'prod', team: 'data' },
    configuration: failing,
  });
  await plane.ask('POST', '/api/server/instances/legacy-import/start').catch(() => undefined); // it is meant to fail
  const hotter = [
    {
      op: 'replace',
      path: '/queries/1/queryText',
      value:
        'MATCH (s:SensorReading)\nWHERE s.temperature > 27\nRETURN s.sensor_id AS sensor, s.temperature AS temperature',
    },
  ];
  await plane.ask(
    'PATCH',
    '/api/configuration/instances/checkout-orders?wait=20s',
    hotter,
    'application/json-patch+json',
  );
  await plane.ask('PUT', '/api/reconciliation/instances/fraud-signals/policy', {
    strategy: 'Manual',
  });
  await plane.ask('PATCH', '/api/configuration/instances/fraud-signals', hotter, 'application/json-patch+json');
  await eventually('an approval', async () => (await plane.ask('GET', '/api/reconciliation/approvals')).length > 0);
  await plane.ask('POST', '/api/reconciliation/rollouts', {
    name: 'Quieter logs',
    selector: 'env=staging',
    change: { mergePatch: { logLevel: 'warn' } },
    waves: [1, '100%'],
    manualPauses: [2],
  });
  // A canary at a quarter of the traffic.
  await plane.ask('PATCH', '/api/server/instances/cold-chain', {
    frontPort: 'auto',
  });
  await plane.ask('PATCH', '/api/configuration/instances/cold-chain?wait=20s', {
    logLevel: 'warn',
  });
  await plane.ask('POST', '/api/server/instances/cold-chain/standby', {
    revision: 1,
  });
  await plane.ask('PUT', '/api/server/instances/cold-chain/traffic', {
    standby: 25,
  });
  for (let request = 0; request < 20; ++request)
    await plane.ask('GET', '/api/server/instances/cold-chain/proxy/api/v1/queries');
  await plane.ask('PUT', '/api/reconciliation/policy', {
    maxRetries: 3,
    windows: [
      {
        days: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri'],
        from: '06:00',
        to: '22:00',
        timeZone: '+02:00',
      },
    ],
    autoReconcile: true,
  });
  await plane.ask('POST', '/api/webhooks', {
    url: 'http://127.0.0.1:9/hook',
    events: ['ReconciliationFailed', 'DriftDetected'],
    secret: 'signs',
  });
  const rollout = await eventually('the rollout to pause', async () =>
    (await plane.ask('GET', '/api/reconciliation/rollouts')).find(({ state }) => state === 'Paused'),
  );
  return { rollout: rollout.id };
}

// name, path, and what shows when the view is complete.
export const views = ({ rollout }) => [
  ['fleet', '/', 'text=Checkout orders'],
  ['create', '/new', 'text=Alerts to browsers'],
  ['create-configuration', '/new?template=alerts', 'text=Valid'],
  ['instance', '/instances/checkout-orders', 'text=too-hot'],
  ['instance-error', '/instances/legacy-import', 'text=What is wrong'],
  ['pipeline', '/instances/checkout-orders/pipeline', '[data-testid=results] td'],
  ['configuration', '/instances/checkout-orders/configuration', 'text=Valid'],
  ['history', '/instances/checkout-orders/history', '.yaml-diff .cm-line'],
  ['logs', '/instances/checkout-orders/logs', '[role=log] [data-level]'],
  ['traffic', '/instances/cold-chain/traffic', 'text=25 %'],
  ['instance-events', '/instances/checkout-orders/events', 'text=InstanceCreated'],
  ['reconciliation', '/instances/checkout-orders/reconciliation', 'text=In sync'],
  ['instance-settings', '/instances/checkout-orders/settings', 'text=Move to another platform'],
  ['events', '/events', 'td >> text=InstanceCreated'],
  ['audit', '/audit', 'td >> text=Succeeded'],
  ['rollouts', '/rollouts', 'text=Quieter logs'],
  ['rollout', `/rollouts/${rollout}`, 'text=Waiting'],
  ['rollout-new', '/rollouts/new', 'text=Start the rollout'],
  ['approvals', '/approvals', 'text=Pending'],
  ['policy', '/policy', 'text=Maintenance windows'],
  ['platforms', '/platforms', 'text=Available'],
  ['workers', '/workers', 'text=of 64'],
  ['webhooks', '/webhooks', 'text=127.0.0.1:9'],
  ['settings', '/settings', 'text=Control plane'],
];

export async function showTheme(page, theme) {
  await page.addInitScript((scheme) => localStorage.setItem('mantine-color-scheme-value', scheme), theme);
}

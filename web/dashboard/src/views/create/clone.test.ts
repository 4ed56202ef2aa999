import { expect, test } from 'vitest';
import type { Instance } from '../../api/types';
import { cloneOf, cloneYaml } from './clone';
import { toCreateInstance } from './form';

const ORIGINAL: Instance = {
  id: 'orders',
  name: 'Orders',
  description: 'All of them',
  platformType: 'Process',
  platformOptions: { environment: { MODE: 'fast' } } as unknown as NonNullable<Instance['platformOptions']>,
  createdAt: '2026-01-01T00:00:00Z',
  status: 'Running',
  phase: 'Running',
  health: 'Healthy',
  desiredState: 'Running',
  restartPolicy: 'Always',
  limits: { cpuCores: 0.5, memoryBytes: 512 << 20, openFiles: 4096 },
  configurationRevision: 1,
  appliedRevision: 1,
  restartCount: 0,
  frontPort: 8123,
  metadata: { env: 'prod', note: 'a, b', 'draas.source': 'git:fleet' },
};
const YAML = 'id: orders\nhost: 0.0.0.0\nport: 8080\nsources:\n  - kind: mock\n    id: a\n    port: 9\nqueries: []\n';

test('a clone has the settings of the original, and nothing that is its own', () => {
  const body = toCreateInstance(cloneOf(ORIGINAL), cloneYaml(YAML));
  expect(body).toEqual({
    id: 'orders-copy',
    name: 'Orders copy',
    description: 'All of them',
    start: true,
    platformType: 'Process',
    platformOptions: { environment: { MODE: 'fast' } },
    restartPolicy: 'Always',
    limits: ORIGINAL.limits,
    frontPort: 'auto',
    metadata: { env: 'prod', note: 'a, b' },
    configuration: { sources: [{ kind: 'mock', id: 'a', port: 9 }], queries: [] },
  });
});

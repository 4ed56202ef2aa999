import { expect, test } from 'vitest';
import type { Instance } from '../../../api/types';
import { changeOf, faultsOf, needsRestart, settingsOf } from './settingsForm';

const INSTANCE: Instance = {
  id: 'orders',
  name: 'Orders',
  platformType: 'Process',
  createdAt: '2026-01-01T00:00:00Z',
  status: 'Running',
  phase: 'Running',
  health: 'Healthy',
  desiredState: 'Running',
  restartPolicy: 'Always',
  limits: { memoryBytes: 512 << 20 },
  configurationRevision: 1,
  appliedRevision: 1,
  restartCount: 0,
  metadata: { env: 'prod', team: 'shop', 'draas.source': 'git' },
};
const STORED = settingsOf(INSTANCE);

test('only what was edited changes, and labels of others stay', () => {
  expect(changeOf(STORED, STORED)).toEqual({});
  const edited = {
    ...STORED,
    description: 'All',
    labels: 'env=test, note="a, b"',
    memory: '',
    restartPolicy: '' as const,
  };
  expect(changeOf(edited, STORED)).toEqual({
    description: 'All',
    metadata: { env: 'test', note: 'a, b', team: null },
    limits: null,
    restartPolicy: null,
  });
  expect(changeOf({ ...STORED, cpuCores: '2', platformOptions: 'environment: {A: b}' }, STORED)).toEqual({
    limits: { cpuCores: 2, memoryBytes: 512 << 20 },
    platformOptions: { environment: { A: 'b' } },
  });
});

test('limits and options of the platform hold from the next start', () => {
  expect(needsRestart({ ...STORED, name: 'x', labels: '' }, STORED)).toBe(false);
  expect(needsRestart({ ...STORED, cpuCores: '1' }, STORED)).toBe(true);
});

test('faults are told at their field', () => {
  expect(Object.keys(faultsOf({ ...STORED, name: ' ', labels: 'draas.source=me', memory: 'much' }))).toEqual([
    'memory',
    'name',
    'labels',
  ]);
});

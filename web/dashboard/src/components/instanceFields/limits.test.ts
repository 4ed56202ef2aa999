import { expect, test } from 'vitest';
import { faultsOfLimits, limitsFormOf, limitsOf, NO_LIMITS, parseBytes } from './limits';

test('sizes', () => {
  expect(parseBytes('512 MiB')).toBe(512 << 20);
  expect(parseBytes('1Gi')).toBe(1 << 30);
  expect(parseBytes('1000')).toBe(1000);
  expect(parseBytes('much')).toBeNull();
});

test.each([
  { cpuCores: 0.5, memoryBytes: 512 << 20, openFiles: 4096 },
  { memoryBytes: 1000 },
  { memoryBytes: 3 * 2 ** 30 },
])('nothing of %j is lost as text', (limits) => expect(limitsOf(limitsFormOf(limits))).toEqual(limits));

test('no limit is none', () => {
  expect(limitsFormOf({ cpuCores: 0, memoryBytes: 0 })).toEqual(NO_LIMITS);
  expect(limitsOf(NO_LIMITS)).toBeUndefined();
});

test('faults name the field', () => {
  expect(Object.keys(faultsOfLimits({ cpuCores: 'x', memory: 'y', openFiles: '-1' }))).toEqual([
    'cpuCores',
    'memory',
    'openFiles',
  ]);
});

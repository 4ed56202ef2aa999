import { expect, test } from 'vitest';
import type { Instance } from '../../api/types';
import { count, filterInstances, readFilter, writeFilter } from './filter';
import { parseSelector } from './selector';

const instance = (id: string, change: Partial<Instance>): Instance => ({
  id,
  name: id.toUpperCase(),
  platformType: 'Process',
  status: 'Running',
  phase: 'Running',
  health: 'Healthy',
  desiredState: 'Running',
  createdAt: '2026-01-01T00:00:00Z',
  metadata: {},
  configurationRevision: 1,
  appliedRevision: 1,
  restartCount: 0,
  ...change,
});

const FLEET = [
  instance('orders', { metadata: { env: 'prod', tier: 'web' } }),
  instance('stock', { metadata: { env: 'staging' }, status: 'Error' }),
  instance('audit', { platformType: 'Docker', description: 'of orders' }),
];
const found = (query: string): string[] =>
  filterInstances(FLEET, readFilter(new URLSearchParams(query))).map(({ id }) => id);

test('the filter is in the address, and back', () => {
  const query = 'q=or&status=Running%2CError&platform=Docker&labels=env%3Dprod';
  expect(writeFilter(new URLSearchParams('sort=name'), readFilter(new URLSearchParams(query))).toString()).toBe(
    `sort=name&${query}`,
  );
});

test('search looks at names, labels and descriptions', () => {
  expect(found('q=ORDERS')).toEqual(['orders', 'audit']);
  expect(found('q=env=staging')).toEqual(['stock']);
});

test('status, platform and labels all have to hold', () => {
  expect(found('status=Error')).toEqual(['stock']);
  expect(found('status=Nonsense')).toEqual(['orders', 'stock', 'audit']);
  expect(found('platform=Docker')).toEqual(['audit']);
  expect(found('labels=env=prod&status=Error')).toEqual([]);
});

test.each([
  ['env=prod', ['orders']],
  ['env == prod', ['orders']],
  ['env!=prod', ['stock', 'audit']],
  ['env in (prod, staging)', ['orders', 'stock']],
  ['env notin (prod),tier', []],
  ['!env', ['audit']],
  ['env,!tier', ['stock']],
])('selector %s', (text, ids) => {
  const holds = parseSelector(text);
  expect(FLEET.filter(({ metadata }) => holds?.(metadata)).map(({ id }) => id)).toEqual(ids);
});

test.each(['env=', 'a,,b', 'env in (', '=x'])('%s', (text) => {
  expect(parseSelector(text) === null).toBe(text !== 'env=');
});

test('counts', () => {
  const { byStatus, byPlatform } = count(FLEET);
  expect(byStatus.get('Running')).toBe(2);
  expect(byStatus.get('Stopped')).toBe(0);
  expect(Object.fromEntries(byPlatform)).toEqual({ Process: 2, Docker: 1 });
});

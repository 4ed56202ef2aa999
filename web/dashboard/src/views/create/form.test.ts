import { expect, test } from 'vitest';
import { EMPTY_FORM, faultsOf, idFromName, parseBytes, parseLabels, toCreateInstance } from './form';
import { TEMPLATES } from './templates';

test('ids from names', () => {
  expect(idFromName('Shop orders!')).toBe('shop-orders');
  expect(idFromName('  Größe 2 ')).toBe('gro-e-2');
});

test('sizes', () => {
  expect(parseBytes('512 MiB')).toBe(512 << 20);
  expect(parseBytes('1Gi')).toBe(1 << 30);
  expect(parseBytes('1000')).toBe(1000);
  expect(parseBytes('much')).toBeNull();
});

test('labels', () => {
  expect(parseLabels('env=prod, team = shop,draft')).toEqual({ env: 'prod', team: 'shop', draft: '' });
  expect(parseLabels('')).toEqual({});
});

test('faults name the field', () => {
  expect(Object.keys(faultsOf({ ...EMPTY_FORM, cpuCores: 'x', memory: 'y' }))).toEqual(['name', 'cpuCores', 'memory']);
});

test.each(TEMPLATES.map(({ id, yaml }) => [id, yaml] as const))('template %s makes an instance', (_, yaml) => {
  const body = toCreateInstance({ ...EMPTY_FORM, name: 'One two', memory: '1Mi' }, yaml);
  expect(body.id).toBe('one-two');
  expect(body.start).toBe(true);
  expect(body.limits).toEqual({ memoryBytes: 1 << 20 });
  expect(Array.isArray(body.configuration?.queries)).toBe(true);
  for (const query of body.configuration?.queries ?? []) expect(query.autoStart).toBe(true);
});

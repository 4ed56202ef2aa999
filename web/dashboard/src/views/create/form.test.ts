import { expect, test } from 'vitest';
import { EMPTY_FORM, faultsOf, idFromName, toCreateInstance } from './form';
import { TEMPLATES } from './templates';

test('ids from names', () => {
  expect(idFromName('Shop orders!')).toBe('shop-orders');
  expect(idFromName('  Größe 2 ')).toBe('gro-e-2');
});

test('faults name the field', () => {
  const form = { ...EMPTY_FORM, cpuCores: 'x', labels: 'a="', platformOptions: '- 1' };
  expect(Object.keys(faultsOf(form))).toEqual(['cpuCores', 'name', 'labels', 'platformOptions']);
});

test.each(TEMPLATES.map(({ id, yaml }) => [id, yaml] as const))('template %s makes an instance', (_, yaml) => {
  const body = toCreateInstance({ ...EMPTY_FORM, name: 'One two', memory: '1Mi' }, yaml);
  expect(body.id).toBe('one-two');
  expect(body.start).toBe(true);
  expect(body.limits).toEqual({ memoryBytes: 1 << 20 });
  expect(Array.isArray(body.configuration?.queries)).toBe(true);
  for (const query of body.configuration?.queries ?? []) expect(query.autoStart).toBe(true);
});

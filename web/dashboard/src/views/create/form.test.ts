import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { EMPTY_FORM, faultsOf, freeName, idFromName, toCreateInstance } from './form';
import { templateOf, TEMPLATES } from './templates';

const NONE = new Set<string>();

test('ids from names', () => {
  expect(idFromName('Shop orders!')).toBe('shop-orders');
  expect(idFromName('  Größe 2 ')).toBe('gro-e-2');
});

test('faults name the field', () => {
  const form = { ...EMPTY_FORM, cpuCores: 'x', labels: 'a="', platformOptions: '- 1' };
  expect(Object.keys(faultsOf(form, NONE))).toEqual(['cpuCores', 'name', 'labels', 'platformOptions']);
});

test('a free name has an id that nobody has', () => {
  expect(freeName('Hello world', NONE)).toBe('Hello world');
  expect(freeName('Hello world', new Set(['hello-world', 'hello-world-2']))).toBe('Hello world 3');
  const long = 'x'.repeat(70);
  expect(idFromName(freeName(long, new Set([idFromName(long)])))).toBe(`${'x'.repeat(50)}-2`);
});

test.each([
  [{ name: 'Hello world' }, 'hello-world is taken; hello-world-2 is free'],
  [{ name: 'Other', id: 'hello-world' }, 'hello-world is taken; hello-world-2 is free'],
  [{ name: 'Hello world', id: 'other' }, undefined],
  [{ name: 'x', id: '-a' }, 'Letters, digits, "-", "_" and ".", at most 63, a letter or digit first'],
  [{ name: '!!!' }, 'The name makes none: give it one'],
])('the id of %j', (entered, fault) =>
  expect(faultsOf({ ...EMPTY_FORM, ...entered }, new Set(['hello-world'])).id).toBe(fault),
);

// The tests run in a copy of this directory, too, in the build tree.
function example(name: string): string {
  for (let at = dirname(fileURLToPath(import.meta.url)); at !== dirname(at); at = dirname(at)) {
    const file = join(at, 'examples/configurations', name);
    if (existsSync(file)) return readFileSync(file, 'utf8');
  }
  throw new Error(`examples/configurations/${name} is not above this file`);
}

test('the template Hello world is the example of that name', () => {
  const { id, ...configuration } = parse(example('hello-world.yaml')) as { id: string };
  expect(parse(templateOf(id)?.yaml ?? '')).toEqual(configuration);
});

test.each(TEMPLATES.map(({ id, yaml }) => [id, yaml] as const))('template %s makes an instance', (_, yaml) => {
  const body = toCreateInstance({ ...EMPTY_FORM, name: 'One two', memory: '1Mi' }, yaml);
  expect(body.id).toBe('one-two');
  expect(body.start).toBe(true);
  expect(body.limits).toEqual({ memoryBytes: 1 << 20 });
  expect(Array.isArray(body.configuration?.queries)).toBe(true);
  for (const query of body.configuration?.queries ?? []) expect(query.autoStart).toBe(true);
});

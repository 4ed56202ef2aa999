import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { keysAt } from './keys';
import { BOOTSTRAP_KINDS, MIDDLEWARE_KINDS, REACTION_KINDS, SOURCE_KINDS } from './kinds';

// The tests run in a copy of this directory, too, in the build tree.
function schemaSource(): string {
  for (let at = dirname(fileURLToPath(import.meta.url)); at !== dirname(at); at = dirname(at)) {
    const file = join(at, 'src/drasi/schema.cpp');
    if (existsSync(file)) return readFileSync(file, 'utf8');
  }
  throw new Error('src/drasi/schema.cpp is not above this file');
}
const schema = schemaSource();

const words = (text: string): string[] => [...text.matchAll(/"([^"]+)"/g)].map((match) => match[1] ?? '');
const list = (name: string): string[] => words(schema.split(`${name}[] = {`)[1]?.split('};')[0] ?? '');

// Names of fields, those that are needed with a "!".
function fields(array: string): string[] {
  const body = schema.split(`std::array ${array} = {`)[1]?.split('\n};')[0] ?? '';
  return [...body.matchAll(/Field\{"(\w+)", Shape::\w+(, true)?/g)].map(
    ([, name, needed]) => `${name}${needed ? '!' : ''}`,
  );
}

function fieldsByKind(category: string): Map<string, string[]> {
  const plugins = schema.matchAll(new RegExp(`Plugin\\{Category::${category}, "([\\w-]+)", (k\\w+)\\}`, 'g'));
  return new Map([...plugins].map(([, kind = '', array = '']) => [kind, fields(array)]));
}

describe.each([
  ['Source', 'kSourceKinds', SOURCE_KINDS],
  ['Bootstrap', 'kBootstrapKinds', BOOTSTRAP_KINDS],
  ['Reaction', 'kReactionKinds', REACTION_KINDS],
])('%s', (category, name, kinds) => {
  test('the kinds are those that the control plane knows', () => expect(Object.keys(kinds)).toEqual(list(name)));
  test.each(Object.entries(kinds))('%s has the fields that the control plane knows', (kind, known) =>
    expect(known.split(' ').filter(Boolean)).toEqual(fieldsByKind(category).get(kind) ?? []),
  );
});

test('middleware is that which the control plane knows', () =>
  expect([...MIDDLEWARE_KINDS]).toEqual(list('kMiddlewareKinds')));

test.each([
  [[], 'kServer'],
  [['instances'], 'kLibrary'],
  [['sources'], 'kSource'],
  [['queries'], 'kQuery'],
  [['queries', 'sources'], 'kSubscription'],
  [['queries', 'middleware'], 'kMiddleware'],
  [['reactions'], 'kReaction'],
])('at %j every key is offered', (path, array) => {
  const known = fields(array).map((field) => field.replace('!', ''));
  expect(known.length).toBeGreaterThan(2);
  const spelled = known.map((field) => (field === 'queryText' ? 'query' : field)); // as the file spells it
  expect(keysAt(path).map(({ name }) => name)).toEqual(expect.arrayContaining(spelled));
});

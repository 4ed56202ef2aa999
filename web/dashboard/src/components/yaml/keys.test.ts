import { expect, test } from 'vitest';
import { idsOf, keysAt, kindAt, yamlPathAt } from './keys';

const at = (text: string): string[] => yamlPathAt(text, text.length);

test('at the top there is no key above', () => {
  expect(at('')).toEqual([]);
  expect(at('sources:\n  - id: a\nlog')).toEqual([]);
});

test('inside a list item its list is above', () => {
  expect(at('sources:\n  - ki')).toEqual(['sources']);
  expect(at('sources:\n  - kind: mock\n    i')).toEqual(['sources']);
  expect(at('sources:\n  - kind: mock\n    id: a\n  - ')).toEqual(['sources']);
});

test('deeper keys have all keys above', () => {
  expect(at('sources:\n  - kind: mock\n    dataType:\n      ty')).toEqual(['sources', 'dataType']);
  expect(at('queries:\n  - id: q\n    sources:\n      - sou')).toEqual(['queries', 'sources']);
});

test('keys are known where they can stand', () => {
  expect(keysAt([]).map((key) => key.name)).toContain('queries');
  expect(keysAt(['queries', 'sources']).map((key) => key.name)).toContain('sourceId');
  expect(keysAt(['nowhere'])).toEqual([]);
});

test('a kind adds its fields, also inside a library', () => {
  const names = (path: string[], kind?: string) => keysAt(path, kind).map(({ name }) => name);
  expect(names(['sources'], 'postgres')).toContain('slotName');
  expect(names(['sources'], 'mock')).not.toContain('slotName');
  expect(names(['instances', 'sources'], 'kafka')).toContain('bootstrapProvider');
  expect(names(['instances', 'reactions'], 'sse')).toContain('ssePath');
});

test('the kind of the block is found above and below', () => {
  const text = 'sources:\n  - id: a\n    ho\n    kind: http\n  - kind: mock\n    in\nqueries:\n  - id: q\n    x\n';
  const kindAfter = (part: string) => kindAt(text, text.indexOf(part) + part.length);
  expect(kindAfter('    ho')).toBe('http');
  expect(kindAfter('    in')).toBe('mock');
  expect(kindAfter('    x')).toBeUndefined();
});

test('ids of a section are found, and no others', () => {
  const text = 'sources:\n  - kind: mock\n    id: a\n  - id: b\nqueries:\n  - id: q\n';
  expect(idsOf(text, 'sources')).toEqual(['a', 'b']);
  expect(idsOf(text, 'queries')).toEqual(['q']);
});

test('ids of libraries are found', () => {
  const text =
    'instances:\n  - id: one\n    sources:\n    - id: a\n    queries:\n      - id: q\n        sources:\n          - sourceId: a\n' +
    '  - sources:\n      - kind: mock\n        id: b\n';
  expect(idsOf(text, 'sources')).toEqual(['a', 'b']);
  expect(idsOf(text, 'queries')).toEqual(['q']);
});

import { expect, test } from 'vitest';
import { idsOf, keysAt, yamlPathAt } from './keys';

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

test('ids of a section are found, and no others', () => {
  const text = 'sources:\n  - kind: mock\n    id: a\n  - id: b\nqueries:\n  - id: q\n';
  expect(idsOf(text, 'sources')).toEqual(['a', 'b']);
  expect(idsOf(text, 'queries')).toEqual(['q']);
});

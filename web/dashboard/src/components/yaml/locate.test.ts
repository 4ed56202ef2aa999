import { expect, test } from 'vitest';
import { locate, syntaxFindings } from './locate';

const TEXT = `logLevel: info
queries:
  - id: hot
    query: |
      MATCH (s:S)
    sources:
      - sourceId: nope
foo: 1
`;

const lineOf = (path: string): number | undefined =>
  locate(TEXT, [{ severity: 'error', path, message: 'wrong' }])[0]?.place.line;

test('a path leads to its line', () => {
  expect(lineOf('/foo')).toBe(8);
  expect(lineOf('/logLevel')).toBe(1);
  expect(lineOf('/queries/0/sources/0/sourceId')).toBe(7);
});

test('what is missing leads to what should hold it', () => {
  expect(lineOf('/queries/0/autoStart')).toBe(3);
  expect(lineOf('/reactions/0')).toBe(1);
});

test("the API's name of a field leads to the file's", () => {
  expect(lineOf('/queries/0/queryText')).toBe(4);
});

test('a place marks the value and ends with its line', () => {
  const [found] = locate(TEXT, [{ severity: 'error', path: '/queries/0/sources/0/sourceId', message: '' }]);
  expect(TEXT.slice(found?.place.from, found?.place.to)).toBe('sourceId: nope');
});

test('what is no YAML has a place, too', () => {
  expect(syntaxFindings('a: [1\nb: 2\n')[0]?.place.line).toBeGreaterThan(0);
  expect(syntaxFindings(TEXT)).toEqual([]);
});

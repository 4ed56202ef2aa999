import { expect, test } from 'vitest';
import { GAP, RepeatedLines, resumptionAfter } from './logResume';

const AT = (second: number, text: string): string => `2026-01-01T00:00:0${second}.5Z  INFO ${text}`;
const KNOWN = [AT(1, 'a'), AT(2, 'b'), '  a line without time', AT(2, 'b'), AT(2, 'c'), '  its second line'];

test('it is asked since the last time that a line says', () => {
  const { since, expected } = resumptionAfter(KNOWN);
  expect(since).toBe('2026-01-01T00:00:02.5Z');
  expect(expected).toEqual(KNOWN.slice(1));
});

test('what is repeated is dropped, in pieces, too', () => {
  const repeated = new RepeatedLines(resumptionAfter(KNOWN));
  expect(repeated.take(KNOWN.slice(1, 3))).toEqual([]);
  expect(repeated.take([...KNOWN.slice(3), AT(2, 'd')])).toEqual([AT(2, 'd')]);
  expect(repeated.take([AT(2, 'b')])).toEqual([AT(2, 'b')]);
});

test('a mark shows where lines may be missing', () => {
  const rotated = new RepeatedLines(resumptionAfter(KNOWN));
  expect(rotated.take([AT(5, 'x'), AT(5, 'y')])).toEqual([GAP, AT(5, 'x'), AT(5, 'y')]);
  const timeless = new RepeatedLines(resumptionAfter(['no time at all']));
  expect(timeless.take(['x'])).toEqual([GAP, 'x']);
  expect(timeless.take(['y'])).toEqual(['y']);
});

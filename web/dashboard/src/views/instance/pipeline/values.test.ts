import { expect, test } from 'vitest';
import { shortValue, wholeValue } from './values';

test.each([
  [21.805286439584073, '21.8053'],
  [1234567.891, '1234567.891'],
  [0.0012345678, '0.001235'],
  [-0.1 - 0.2, '-0.3'],
  [25, '25'],
  [2 ** 53, '9007199254740992'],
  ['21.805286439584073', '21.805286439584073'],
  [null, 'null'],
  [{ a: 1.123456789 }, '{"a":1.123456789}'],
  [undefined, ''],
])('%j shows as %s', (value, text) => expect(shortValue(value)).toBe(text));

test('the whole value is all of it', () => expect(wholeValue(21.805286439584073)).toBe('21.805286439584073'));

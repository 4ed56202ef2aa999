import { expect, test } from 'vitest';
import { pausedPolicy, resumedPolicy, rulesOf, withPauseOf } from './pause';

const OWN = { strategy: 'Canary', paused: true, pauseReason: 'audit' };

test('a pause changes nothing else', () => {
  expect(pausedPolicy({ strategy: 'Canary' }, ' audit ')).toEqual(OWN);
  expect(pausedPolicy({}, '')).toEqual({ paused: true });
});

test('an instance is resumed also while the fleet is paused', () => {
  expect(resumedPolicy(OWN, false)).toEqual({ strategy: 'Canary' });
  expect(resumedPolicy(OWN, true)).toEqual({ strategy: 'Canary', paused: false });
});

test('rules are stored with the pause that holds', () => {
  expect(withPauseOf({ maxRetries: 2 }, OWN)).toEqual({ maxRetries: 2, paused: true, pauseReason: 'audit' });
  expect(rulesOf(OWN)).toEqual({ strategy: 'Canary' });
});

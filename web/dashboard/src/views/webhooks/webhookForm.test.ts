import { expect, test } from 'vitest';
import { formOf, webhookOf } from './webhookForm';

const HOOK = { id: 'h', url: 'http://a/', events: ['Reconciled'], enabled: false, signed: true, selector: 'a=b' };

test('an edited webhook keeps what was not touched, its secret included', () => {
  expect(webhookOf(formOf(HOOK))).toEqual({
    url: 'http://a/',
    events: ['Reconciled'],
    enabled: false,
    selector: 'a=b',
  });
});

test('a secret is set, and taken away', () => {
  expect(webhookOf({ ...formOf(HOOK), secret: 's' }).secret).toBe('s');
  expect(webhookOf({ ...formOf(HOOK), unsigned: true }).secret).toBe('');
});

test('no choice of events means all', () => {
  expect(webhookOf({ ...formOf(), url: 'http://b/' })).toEqual({ url: 'http://b/', events: ['*'], enabled: true });
});

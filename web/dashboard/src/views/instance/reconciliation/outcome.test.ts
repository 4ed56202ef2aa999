import { expect, test } from 'vitest';
import { outcomeOf } from './outcome';

test.each([
  [{ result: 'InSync', reason: 'it runs as wanted' }, 'ok', 'Nothing to do'],
  [{ result: 'Reconciled', outcome: 'Succeeded' }, 'ok', 'Reconciled'],
  [{ result: 'Failed', outcome: 'Failed', error: 'no' }, 'bad', 'Failed'],
  [{ result: 'RolledBack', outcome: 'RolledBack' }, 'bad', 'Failed, and rolled back'],
  [{ result: 'Deferred' }, 'warn', 'Deferred'],
  [{ result: 'Skipped' }, 'warn', 'Not done'],
  [{ outcome: 'PendingApproval' }, 'info', 'Waits for approval'],
] as const)('%j', (answer, tone, title) => {
  expect(outcomeOf(answer)).toMatchObject({ tone, title });
});

test('an error says more than a reason', () => {
  expect(outcomeOf({ result: 'Failed', error: 'the query is broken', reason: 'drift' }).detail).toBe(
    'the query is broken',
  );
});

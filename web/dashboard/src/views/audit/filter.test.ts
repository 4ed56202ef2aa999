import { expect, test } from 'vitest';
import type { AuditEntry } from '../../api/types';
import { actorsOf, filterAudit } from './filter';

const entry = (instanceId: string, outcome: AuditEntry['outcome'], actor?: string): AuditEntry => ({
  id: `${instanceId}${outcome}`,
  instanceId,
  at: '2026-01-01T00:00:00Z',
  outcome,
  ...(actor === undefined ? {} : { actor }),
});
const ENTRIES = [entry('orders', 'Succeeded', 'anna'), entry('orders', 'Failed'), entry('stock', 'Succeeded', 'ben')];

test.each([
  [{ instance: 'ord', outcome: '', actor: '' }, ['ordersSucceeded', 'ordersFailed']],
  [{ instance: '', outcome: 'Succeeded', actor: '' }, ['ordersSucceeded', 'stockSucceeded']],
  [{ instance: '', outcome: '', actor: 'ben' }, ['stockSucceeded']],
])('%j', (filter, ids) => expect(filterAudit(ENTRIES, filter).map(({ id }) => id)).toEqual(ids));

test('everybody who is named can be chosen', () => expect(actorsOf(ENTRIES, 'eve')).toEqual(['anna', 'ben', 'eve']));

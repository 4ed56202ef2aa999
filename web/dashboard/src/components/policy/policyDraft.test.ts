import { expect, test } from 'vitest';
import type { Policy } from '../../api/types';
import { draftOf, policyOf, windowText, withDays } from './policyDraft';

test('what is left to the next place is not stored', () => {
  const parameters = { stages: [5, 100] } as unknown as Policy['parameters']; // an object, says the document
  const draft = draftOf({ strategy: 'Canary', parameters });
  expect(draft.parameters).toBe('stages:\n  - 5\n  - 100\n');
  expect(policyOf(draft)).toEqual({ strategy: 'Canary', parameters: { stages: [5, 100] } });
  const cleared = { policy: { strategy: null, autoReconcile: false, retryDelay: '' }, parameters: ' ' };
  expect(policyOf(cleared)).toEqual({ autoReconcile: false });
});

test('parameters are names and values', () => {
  expect(() => policyOf({ policy: {}, parameters: '- 5' })).toThrow('name: value');
  expect(() => policyOf({ policy: {}, parameters: 'a: [' })).toThrow();
});

test('maintenance windows in words', () => {
  const window = withDays({ from: '22:00', to: '04:00', timeZone: '+02:00' }, ['Sun', 'Sat']);
  expect(windowText(window)).toBe('Sat Sun 22:00–04:00 +02:00');
  expect(windowText({ from: '01:00', to: '02:00' })).toBe('daily 01:00–02:00 UTC');
});

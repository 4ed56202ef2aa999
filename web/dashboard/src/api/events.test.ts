import { expect, test, vi } from 'vitest';
import type { FleetEvent } from './types';

vi.stubGlobal('document', { baseURI: 'http://localhost/' });
vi.stubGlobal('location', { origin: 'http://localhost' });
vi.stubGlobal('localStorage', { getItem: () => null });
const { KEPT_EVENTS, withEvents } = await import('./events');
const { withInstance } = await import('./instances');

const event = (sequence: number): FleetEvent => ({
  sequence,
  type: 'StatusChanged',
  instanceId: 'a',
  timestamp: '2026-01-01T00:00:00Z',
});
const numbers = (events: FleetEvent[]): number[] => events.map(({ sequence }) => sequence);

test('events are in order, each once', () => {
  expect(numbers(withEvents([event(1), event(4)], [event(5)]))).toEqual([1, 4, 5]);
  expect(numbers(withEvents([event(3), event(4)], [event(1), event(3)]))).toEqual([1, 3, 4]);
  expect(numbers(withEvents([], []))).toEqual([]);
});

test('only the newest are kept', () => {
  const many = Array.from({ length: KEPT_EVENTS }, (_, at) => event(at + 1));
  expect(numbers(withEvents(many, [event(KEPT_EVENTS + 1)]))[0]).toBe(2);
});

test('one instance changes in the list, comes or goes', () => {
  const a = { id: 'a', name: 'A' } as Parameters<typeof withInstance>[0][number];
  const b = { ...a, id: 'b' };
  expect(withInstance([a], 'b', b)).toEqual([a, b]);
  expect(withInstance([a, b], 'a', { ...a, name: 'X' })[0]?.name).toBe('X');
  expect(withInstance([a, b], 'a', undefined)).toEqual([b]);
});

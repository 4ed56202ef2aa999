import { expect, test } from 'vitest';
import { placeFaults } from './placeFaults';

test('faults of the API are told at their field', () => {
  const { placed, others } = placeFaults([
    { path: '/id', message: 'is taken' },
    { path: '/limits/cpuCores', message: 'too many' },
    { path: '/platformOptions/foo', message: 'unknown' },
    { path: '/configuration/id', message: 'x' },
  ]);
  expect(placed).toEqual({ id: 'is taken', cpuCores: 'too many', platformOptions: 'foo: unknown' });
  expect(others).toHaveLength(1);
});

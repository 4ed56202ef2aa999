import { expect, test } from 'vitest';
import { progressOf, progressOfTargets } from './rolloutState';

test('progress is what is done with, whether counted or listed', () => {
  const counts = { Succeeded: 2, Failed: 1, Updating: 1, Waiting: 3 };
  expect(progressOf({ id: 'r', state: 'Running', version: 1, change: {}, counts, total: 7 })).toEqual({
    done: 3,
    total: 7,
  });
  const targets = [
    { instanceId: 'a', state: 'Skipped' as const },
    { instanceId: 'b', state: 'Waiting' as const },
  ];
  expect(progressOfTargets(targets)).toEqual({ done: 1, total: 2 });
});

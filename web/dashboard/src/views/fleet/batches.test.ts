import { expect, test } from 'vitest';
import { batchSize, inBatches } from './batches';

test('few are done one by one, many in pieces', () => {
  expect([1, 20, 39, 100, 5000].map(batchSize)).toEqual([1, 1, 1, 5, 25]);
});

test('each is done once, a few at a time', async () => {
  const ids = Array.from({ length: 103 }, (_, index) => String(index));
  const seen: string[] = [];
  let running = 0;
  let most = 0;
  await inBatches(ids, async (batch) => {
    most = Math.max(most, ++running);
    await Promise.resolve();
    seen.push(...batch);
    running -= 1;
  });
  expect(seen.sort()).toEqual([...ids].sort());
  expect(most).toBe(4);
});

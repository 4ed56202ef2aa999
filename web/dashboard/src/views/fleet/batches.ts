// Browsers open six connections to a server; two are left for all else.
const AT_ONCE = 4;
const LARGEST = 25;
const STEPS = 20;

// One by one where there are few, so that each counts when it is done; in larger pieces where there are many.
export const batchSize = (total: number): number => Math.max(1, Math.min(LARGEST, Math.floor(total / STEPS)));

export async function inBatches(ids: readonly string[], work: (batch: string[]) => Promise<void>): Promise<void> {
  const size = batchSize(ids.length);
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < ids.length) {
      const batch = ids.slice(next, next + size);
      next += size;
      await work(batch);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

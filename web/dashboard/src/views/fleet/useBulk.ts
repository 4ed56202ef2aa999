import { useState } from 'react';
import { type Operation, operateMany } from '../../api/instances';
import { asProblem } from '../../api/problem';
import { notifyDone } from '../../components/notify';
import { inBatches } from './batches';

export const labelOfOperation = (operation: Operation): string =>
  operation.charAt(0).toUpperCase() + operation.slice(1);

export interface BulkProgress {
  total: number;
  done: number;
  failed: number;
}

export interface BulkFailure {
  id: string;
  message: string;
}

export interface Failed {
  operation: Operation;
  total: number;
  failures: BulkFailure[];
}

export interface Bulk {
  progress: BulkProgress | null;
  failed: Failed | null;
  run: (operation: Operation, ids: readonly string[]) => Promise<void>;
  forget: () => void;
}

async function operateBatch(operation: Operation, ids: string[]): Promise<BulkFailure[]> {
  try {
    const { results } = await operateMany(operation, ids);
    return results.filter(({ ok }) => !ok).map(({ id, error }) => ({ id, message: error?.detail ?? 'failed' }));
  } catch (error) {
    return ids.map((id) => ({ id, message: asProblem(error).message }));
  }
}

// Runs an operation on many instances. Failures stop nothing; those that failed stay selected, and the others do not.
export function useBulk(select: (ids: readonly string[]) => void): Bulk {
  const [progress, setProgress] = useState<BulkProgress | null>(null);
  const [failed, setFailed] = useState<Failed | null>(null);

  async function run(operation: Operation, ids: readonly string[]): Promise<void> {
    const total = ids.length;
    const failures: BulkFailure[] = [];
    let done = 0;
    setFailed(null);
    setProgress({ total, done, failed: 0 });
    await inBatches(ids, async (batch) => {
      failures.push(...(await operateBatch(operation, batch)));
      done += batch.length;
      setProgress({ total, done, failed: failures.length });
    });
    setProgress(null);
    select(failures.map(({ id }) => id));
    if (failures.length > 0) setFailed({ operation, total, failures });
    else notifyDone(`${labelOfOperation(operation)}: ${total} done`);
  }

  return { progress, failed, run, forget: () => setFailed(null) };
}

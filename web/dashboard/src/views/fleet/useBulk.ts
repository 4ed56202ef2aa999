import { useState } from 'react';
import { type Operation, operateMany } from '../../api/instances';
import { asProblem } from '../../api/problem';
import { notifyDone, notifyProblem } from '../../components/notify';

export interface BulkProgress {
  total: number;
  done: number;
  failed: number;
}

// So many in one request: often enough for progress that moves, seldom enough not to wait for the network.
const BATCH = 25;

// Runs an operation on many instances, batch by batch. Failures are told at the end and stop nothing.
export function useBulk() {
  const [progress, setProgress] = useState<BulkProgress | null>(null);

  async function run(operation: Operation, ids: string[]): Promise<void> {
    const failures: string[] = [];
    const total = ids.length;
    setProgress({ total, done: 0, failed: 0 });
    for (let at = 0; at < total; at += BATCH) {
      const batch = ids.slice(at, at + BATCH);
      try {
        const { results } = await operateMany(operation, batch);
        for (const { id, ok, error } of results) if (!ok) failures.push(`${id}: ${error?.detail ?? 'failed'}`);
      } catch (error) {
        failures.push(...batch.map((id) => `${id}: ${asProblem(error).message}`));
      }
      setProgress({ total, done: Math.min(at + BATCH, total), failed: failures.length });
    }
    setProgress(null);
    if (failures.length === 0) notifyDone(`${operation}: ${total} done`);
    else
      notifyProblem(`${operation}: ${failures.length} of ${total} failed`, new Error(failures.slice(0, 5).join('\n')));
  }

  return { progress, run };
}

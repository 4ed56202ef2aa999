// What became of a request to reconcile, in words.
import type { ReconcileResult } from '../../../api/reconciliation';
import type { Tone } from '../../../components/StatusBadge';

export interface Outcome {
  tone: Tone;
  title: string;
  detail: string;
}

const WORDS: Record<string, [Tone, string]> = {
  InSync: ['ok', 'Nothing to do'],
  Reconciled: ['ok', 'Reconciled'],
  Succeeded: ['ok', 'Reconciled'],
  Failed: ['bad', 'Failed'],
  RolledBack: ['bad', 'Failed, and rolled back'],
  Deferred: ['warn', 'Deferred'],
  Skipped: ['warn', 'Not done'],
  Pending: ['info', 'Waits for approval'],
  PendingApproval: ['info', 'Waits for approval'],
};

export function outcomeOf({ result, outcome, error, reason }: ReconcileResult): Outcome {
  const [tone, title] = WORDS[result ?? outcome ?? ''] ?? ['quiet', result ?? outcome ?? 'Answered'];
  return { tone, title, detail: error ?? reason ?? '' };
}

import type { RolloutSummary } from '../../api/types';
import type { Tone } from '../../components/StatusBadge';

type State = RolloutSummary['state'];

const TONES: Record<State, Tone> = {
  Pending: 'quiet',
  Running: 'info',
  Paused: 'warn',
  Succeeded: 'ok',
  Failed: 'bad',
  Reverting: 'warn',
  Reverted: 'warn',
  Aborted: 'quiet',
};

export const toneOfRollout = (state: State): Tone => TONES[state];
export const isFinished = (state: State): boolean => ['Succeeded', 'Failed', 'Reverted', 'Aborted'].includes(state);

const AFTER: readonly string[] = ['Succeeded', 'Failed', 'Reverted', 'Skipped'];

// Targets that are done with, of all.
export function progressOf({ counts = {}, total = 0 }: RolloutSummary): { done: number; total: number } {
  const done = AFTER.reduce((sum, state) => sum + (counts[state] ?? 0), 0);
  return { done, total };
}

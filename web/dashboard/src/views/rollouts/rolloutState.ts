import type { Rollout, RolloutSummary } from '../../api/types';
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

interface Progress {
  done: number;
  total: number;
}

const AFTER: readonly string[] = ['Succeeded', 'Failed', 'Reverted', 'Skipped'];

// The same of one rollout, whose targets are listed instead of counted.
export const progressOfTargets = (targets: Rollout['targets']): Progress => ({
  done: targets.filter(({ state }) => AFTER.includes(state)).length,
  total: targets.length,
});

// Targets that are done with, of all.
export function progressOf({ counts = {}, total = 0 }: RolloutSummary): Progress {
  const done = AFTER.reduce((sum, state) => sum + (counts[state] ?? 0), 0);
  return { done, total };
}

// The pause of a policy, apart from its rules.
import type { Policy } from '../../api/types';

export function rulesOf(policy: Policy): Policy {
  const rules = { ...policy };
  delete rules.paused;
  delete rules.pauseReason;
  return rules;
}

export const pausedPolicy = (own: Policy, reason: string): Policy => ({
  ...rulesOf(own),
  paused: true,
  ...(reason.trim() === '' ? {} : { pauseReason: reason.trim() }),
});

// Where the fleet is paused, only "no" resumes an instance; else it is left to the fleet again.
export const resumedPolicy = (own: Policy, fleetPaused: boolean): Policy =>
  fleetPaused ? { ...rulesOf(own), paused: false } : rulesOf(own);

export const withPauseOf = (rules: Policy, { paused, pauseReason }: Policy): Policy => ({
  ...rules,
  ...(paused === undefined ? {} : { paused }),
  ...(pauseReason === undefined ? {} : { pauseReason }),
});

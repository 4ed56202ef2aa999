import { Divider, Stack } from '@mantine/core';
import type { Policy } from '../../api/types';
import { PauseControl } from './PauseControl';
import { PolicyForm } from './PolicyForm';

interface Props {
  own: Policy;
  effective: Policy;
  next: string; // who says what this policy leaves out: "the fleet"
  fleetPaused?: boolean;
  columns?: number;
  onSave: (policy: Policy) => Promise<unknown>;
}

// A policy: whether it is paused, which is stored at once, and its rules, which are edited and saved.
export function PolicyParts({ fleetPaused = false, own, effective, onSave, ...form }: Props) {
  return (
    <Stack gap="md">
      <PauseControl key={own.pauseReason} own={own} effective={effective} fleetPaused={fleetPaused} onSave={onSave} />
      <Divider />
      <PolicyForm own={own} effective={effective} onSave={onSave} {...form} />
    </Stack>
  );
}

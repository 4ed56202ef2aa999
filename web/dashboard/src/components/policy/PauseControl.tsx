import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { Policy } from '../../api/types';
import { notifyDone } from '../notify';
import { ProblemAlert } from '../ProblemAlert';
import { pausedPolicy, resumedPolicy } from './pause';

interface Props {
  own: Policy;
  effective: Policy;
  fleetPaused: boolean; // for an instance: whether the fleet is; for the fleet itself never
  onSave: (policy: Policy) => Promise<unknown>;
}

// Pauses and resumes at once. What else of the policy is being edited stays as it is stored.
export function PauseControl({ own, effective, fleetPaused, onSave }: Props) {
  const [reason, setReason] = useState(own.pauseReason ?? '');
  const store = useMutation({
    mutationFn: onSave,
    onSuccess: (_, policy) =>
      notifyDone(policy.paused === true ? 'Reconciliation is paused' : 'Reconciliation is resumed'),
  });
  const paused = effective.paused === true;
  const exempt = own.paused === false && fleetPaused;
  return (
    <Stack gap="sm">
      {paused && (
        <Text size="sm" style={{ color: 'var(--warn)' }}>
          Paused{own.paused !== true && fleetPaused && ' with the fleet'}
          {effective.pauseReason && `: ${effective.pauseReason}`}
        </Text>
      )}
      {exempt && <Text size="sm">The fleet is paused; this instance is not.</Text>}
      <Group gap="xs" align="flex-end">
        <TextInput
          label="Reason for a pause"
          value={reason}
          disabled={paused}
          onChange={(event) => setReason(event.currentTarget.value)}
          style={{ flex: '1 1 180px' }}
        />
        <Button
          variant="default"
          loading={store.isPending}
          onClick={() => store.mutate(paused ? resumedPolicy(own, fleetPaused) : pausedPolicy(own, reason))}
        >
          {paused ? 'Resume reconciliation' : 'Pause reconciliation'}
        </Button>
        {exempt && (
          <Button variant="default" loading={store.isPending} onClick={() => store.mutate(resumedPolicy(own, false))}>
            As the fleet
          </Button>
        )}
      </Group>
      {store.error && <ProblemAlert error={store.error} />}
    </Stack>
  );
}

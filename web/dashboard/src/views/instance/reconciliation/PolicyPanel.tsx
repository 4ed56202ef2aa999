import { Button, Checkbox, Group, Select, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { policyQuery, savePolicy } from '../../../api/reconciliation';
import type { Instance, Policy } from '../../../api/types';
import { notifyDone } from '../../../components/notify';
import { Panel } from '../../../components/Panel';
import { ProblemAlert } from '../../../components/ProblemAlert';
import { QueryBoundary } from '../../../components/QueryBoundary';
import { STRATEGIES } from './strategies';

export function PolicyPanel({ instance }: { instance: Instance }) {
  const query = useQuery(policyQuery(instance.id));
  return (
    <Panel title="Policy">
      <QueryBoundary query={query}>
        {({ own, effective, version }) => (
          <PolicyForm key={version} instanceId={instance.id} own={own} effective={effective} />
        )}
      </QueryBoundary>
    </Panel>
  );
}

function PolicyForm({ instanceId, own, effective }: { instanceId: string; own: Policy; effective: Policy }) {
  const client = useQueryClient();
  const [policy, setPolicy] = useState(own);
  const save = useMutation({
    mutationFn: (next: Policy) => savePolicy(instanceId, next),
    onSuccess: async (_, next) => {
      await client.invalidateQueries({ queryKey: ['instance', instanceId] });
      notifyDone(next.paused ? 'Reconciliation is paused' : 'The policy is stored');
    },
  });
  const paused = own.paused === true;
  return (
    <Stack gap="sm">
      {effective.paused && (
        <Text size="sm" style={{ color: 'var(--warn)' }}>
          Paused{effective.pauseReason && `: ${effective.pauseReason}`}
        </Text>
      )}
      <Select
        label="Strategy"
        placeholder={effective.strategy ?? 'As the fleet says'}
        data={STRATEGIES}
        value={policy.strategy ?? null}
        onChange={(strategy) => setPolicy({ ...policy, strategy })}
        clearable
        clearButtonProps={{ 'aria-label': 'Clear' }}
      />
      <Checkbox
        label="Only report drift, change nothing by itself"
        checked={policy.autoReconcile === false}
        onChange={(event) => setPolicy({ ...policy, autoReconcile: event.currentTarget.checked ? false : null })}
      />
      <Checkbox
        label="Leave a failed change, do not roll back"
        checked={policy.autoRollback === false}
        onChange={(event) => setPolicy({ ...policy, autoRollback: event.currentTarget.checked ? false : null })}
      />
      <TextInput
        label="Reason for a pause"
        value={policy.pauseReason ?? ''}
        onChange={(event) => setPolicy({ ...policy, pauseReason: event.currentTarget.value || null })}
      />
      {(policy.windows?.length ?? 0) > 0 && (
        <Text size="sm" c="dimmed">
          Maintenance windows:{' '}
          {policy.windows?.map(({ days, from, to }) => `${days?.join(' ') ?? 'daily'} ${from}–${to}`).join(', ')}
        </Text>
      )}
      {save.error && <ProblemAlert error={save.error} />}
      <Group gap="xs">
        <Button size="xs" loading={save.isPending} onClick={() => save.mutate(policy)}>
          Save
        </Button>
        <Button
          size="xs"
          variant="default"
          leftSection={undefined}
          loading={save.isPending}
          onClick={() =>
            save.mutate({ ...policy, paused: paused ? null : true, ...(paused ? { pauseReason: null } : {}) })
          }
        >
          {paused ? 'Resume reconciliation' : 'Pause reconciliation'}
        </Button>
      </Group>
    </Stack>
  );
}

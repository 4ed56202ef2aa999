import { Group, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { leasesQuery, type Reconciliation, reconciliationQuery } from '../../../api/reconciliation';
import { ProblemAlert } from '../../../components/ProblemAlert';
import { ToneBadge } from '../../../components/StatusBadge';
import { outcomeOf } from './outcome';

// What became of a request to reconcile; follows one that goes on.
export function ReconcileOutcome({ instanceId, answer }: { instanceId: string; answer: Reconciliation }) {
  const client = useQueryClient();
  const requestId = 'requestId' in answer ? answer.requestId : undefined;
  const later = useQuery({
    ...reconciliationQuery(requestId ?? ''),
    enabled: requestId !== undefined,
    refetchInterval: ({ state: { data } }) => (data && 'done' in data ? false : 1000),
  });
  const { data: workers } = useQuery({ ...leasesQuery, enabled: requestId !== undefined });
  const newest = later.data ?? answer;
  const done = 'done' in newest ? newest.done : undefined;
  useEffect(() => {
    if (done) void client.invalidateQueries({ queryKey: ['instance', instanceId] });
  }, [client, instanceId, done]);
  if (later.error) return <ProblemAlert error={later.error} title="It could not be done" />;
  if (!done) {
    return (
      <Group gap="sm" role="status" aria-label="Outcome">
        <ToneBadge tone="info">{workers?.length === 0 ? 'Waiting' : 'Going on'}</ToneBadge>
        <Text size="sm">
          {workers?.length === 0
            ? 'No reconciler runs. It is done once one does.'
            : 'It takes longer than half a minute; the outcome shows here, and in the audit.'}
        </Text>
      </Group>
    );
  }
  const { tone, title, detail } = outcomeOf(done);
  return (
    <Group gap="sm" role="status" aria-label="Outcome" align="flex-start" wrap="nowrap">
      <ToneBadge tone={tone}>{title}</ToneBadge>
      <Text size="sm" style={{ overflowWrap: 'anywhere', minWidth: 0 }}>
        {detail}
      </Text>
    </Group>
  );
}

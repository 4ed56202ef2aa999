import { Button, Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { driftQuery } from '../../../api/reconciliation';
import { asProblem } from '../../../api/problem';
import type { Instance } from '../../../api/types';
import { Differences } from '../../../components/Differences';
import { Panel } from '../../../components/Panel';
import { QueryBoundary } from '../../../components/QueryBoundary';
import { ToneBadge } from '../../../components/StatusBadge';
import { Time } from '../../../components/Time';

export function DriftPanel({ instance }: { instance: Instance }) {
  const drift = useQuery(driftQuery(instance.id));
  const without = drift.error && asProblem(drift.error).status === 503;
  return (
    <Panel
      title="Drift"
      actions={
        <Button size="xs" variant="default" loading={drift.isFetching} onClick={() => void drift.refetch()}>
          Look now
        </Button>
      }
    >
      {without ? (
        <Text size="sm">
          No reconciler runs, so nothing compares what runs with what is wanted. Start one with{' '}
          <code>draas reconciler</code>, or the control plane with <code>--with-reconciler</code>.
        </Text>
      ) : (
        <QueryBoundary query={drift}>
          {(found) => (
            <Stack gap="xs">
              <Group gap="sm">
                {found.running === false ? (
                  <Text size="sm">It does not run, so there is nothing to compare.</Text>
                ) : (
                  <ToneBadge tone={found.inSync ? 'ok' : 'warn'}>{found.inSync ? 'In sync' : 'Differs'}</ToneBadge>
                )}
                <Text size="sm" c="dimmed">
                  looked at <Time at={found.checkedAt} />
                </Text>
              </Group>
              <Differences differences={found.differences} />
            </Stack>
          )}
        </QueryBoundary>
      )}
    </Panel>
  );
}

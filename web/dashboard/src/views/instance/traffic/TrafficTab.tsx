import { Button, Grid, Group, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { endStandby, promoteStandby, workloadsQuery } from '../../../api/workloads';
import type { Instance, Workloads } from '../../../api/types';
import { ConfirmModal } from '../../../components/ConfirmModal';
import { notifyDone, notifyProblem } from '../../../components/notify';
import { Panel } from '../../../components/Panel';
import { QueryBoundary } from '../../../components/QueryBoundary';
import { FrontPortPanel } from './FrontPortPanel';
import { StartStandbyModal } from './StartStandbyModal';
import { TrafficShare } from './TrafficShare';
import { WorkloadFacts } from './WorkloadFacts';

const COUNTS_EVERY_MS = 2000; // connections and requests are no events

// The two workloads of an instance, and who gets the traffic: blue and green, or a canary.
export default function TrafficTab({ instance }: { instance: Instance }) {
  const query = useQuery({ ...workloadsQuery(instance.id), refetchInterval: COUNTS_EVERY_MS });
  return <QueryBoundary query={query}>{(found) => <Traffic instance={instance} workloads={found} />}</QueryBoundary>;
}

function Traffic({ instance, workloads }: { instance: Instance; workloads: Workloads }) {
  const { active, standby } = workloads;
  return (
    <Stack gap="md">
      {standby && <TrafficShare key={workloads.traffic.standby} instanceId={instance.id} workloads={workloads} />}
      <Grid gutter="md">
        <Grid.Col span={{ base: 12, md: 6 }}>
          <Panel title="Active">
            {active ? (
              <WorkloadFacts workload={active} side="active" workloads={workloads} />
            ) : (
              <Text size="sm" c="dimmed">
                The instance does not run.
              </Text>
            )}
          </Panel>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 6 }}>
          <StandbyPanel instance={instance} workloads={workloads} />
        </Grid.Col>
      </Grid>
      <FrontPortPanel instance={instance} />
    </Stack>
  );
}

type Asked = 'start' | 'promote' | 'end' | null;

function StandbyPanel({ instance, workloads }: { instance: Instance; workloads: Workloads }) {
  const client = useQueryClient();
  const [asked, setAsked] = useState<Asked>(null);
  const close = (): void => setAsked(null);
  const settled = async (): Promise<void> => {
    await client.invalidateQueries({ queryKey: ['instance', instance.id] });
    close();
  };
  const promote = useMutation({
    mutationFn: () => promoteStandby(instance.id),
    onSuccess: () => notifyDone('The standby is the active workload now'),
    onError: (error) => notifyProblem('Could not promote the standby', error),
    onSettled: settled,
  });
  const end = useMutation({
    mutationFn: () => endStandby(instance.id),
    onSuccess: () => notifyDone('The standby has ended'),
    onError: (error) => notifyProblem('Could not end the standby', error),
    onSettled: settled,
  });
  const { active, standby } = workloads;
  const retired = standby?.role === 'Retired';
  return (
    <Panel
      title={retired ? 'Standby: what was active before' : standby ? 'Standby: candidate' : 'Standby'}
      actions={
        standby ? (
          <Group gap="xs">
            <Button size="xs" disabled={standby.phase !== 'Running'} onClick={() => setAsked('promote')}>
              {retired ? 'Go back to it' : 'Promote'}
            </Button>
            <Button size="xs" variant="default" onClick={() => setAsked('end')}>
              End
            </Button>
          </Group>
        ) : (
          <Button size="xs" variant="default" disabled={!active} onClick={() => setAsked('start')}>
            Start a standby
          </Button>
        )
      }
    >
      {standby ? (
        <WorkloadFacts workload={standby} side="standby" workloads={workloads} />
      ) : (
        <Text size="sm" c="dimmed">
          A second server of this instance beside the first, with a revision of its own: try a change, give it a share
          of the traffic, promote it. The strategies BlueGreen, Canary and RollingUpdate do so by themselves.
        </Text>
      )}
      <StartStandbyModal instance={instance} opened={asked === 'start'} onClose={close} />
      <ConfirmModal
        opened={asked === 'promote'}
        title={retired ? 'Go back to the former workload?' : 'Promote the standby?'}
        confirm={retired ? 'Go back' : 'Promote'}
        busy={promote.isPending}
        onConfirm={() => promote.mutate()}
        onClose={close}
      >
        New connections and requests go to revision {standby?.revision}. What is active now stays as standby, and can be
        gone back to at once.
      </ConfirmModal>
      <ConfirmModal
        opened={asked === 'end'}
        title="End the standby?"
        confirm="End it"
        dangerous
        busy={end.isPending}
        onConfirm={() => end.mutate()}
        onClose={close}
      >
        Its traffic goes to the active workload. Its connections have ten seconds to end.
      </ConfirmModal>
    </Panel>
  );
}

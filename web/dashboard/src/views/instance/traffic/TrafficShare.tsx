import { Button, Group, NumberInput, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { shareTraffic, workloadsQuery } from '../../../api/workloads';
import type { Workloads } from '../../../api/types';
import { notifyProblem } from '../../../components/notify';
import { Panel } from '../../../components/Panel';
import classes from './TrafficShare.module.css';

const STAGES = [0, 5, 25, 50, 100];

// How new connections and proxied requests are shared out.
export function TrafficShare({ instanceId, workloads }: { instanceId: string; workloads: Workloads }) {
  const client = useQueryClient();
  const { active, standby, traffic } = workloads;
  const share = traffic.standby ?? 0;
  const [wanted, setWanted] = useState<number | string>(share);
  const set = useMutation({
    mutationFn: (percent: number) => shareTraffic(instanceId, percent),
    onSuccess: (now) => client.setQueryData(workloadsQuery(instanceId).queryKey, now),
    onError: (error) => notifyProblem('Could not share the traffic out', error),
  });
  return (
    <Panel title="Traffic">
      <div className={classes.bar} aria-hidden="true">
        <span className={classes.active} style={{ flexGrow: 100 - share }} />
        <span className={classes.standby} style={{ flexGrow: share }} />
      </div>
      <Group justify="space-between" mt={6} mb="sm" gap="xs">
        <Text size="sm">
          Active, revision {active?.revision}: <strong className="numeric">{100 - share} %</strong>
        </Text>
        <Text size="sm" role="status">
          Standby, revision {standby?.revision}: <strong className="numeric">{share} %</strong>
        </Text>
      </Group>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          set.mutate(Number(wanted));
        }}
      >
        <Group gap="xs" align="flex-end">
          <NumberInput
            label="To the standby, in percent"
            min={0}
            max={100}
            allowDecimal={false}
            clampBehavior="strict"
            value={wanted}
            onChange={setWanted}
            w={190}
          />
          <Button type="submit" variant="default" loading={set.isPending} disabled={wanted === '' || wanted === share}>
            Set
          </Button>
          <Group gap={4} role="group" aria-label="Shares of the standby">
            {STAGES.map((percent) => (
              <Button
                key={percent}
                size="compact-sm"
                variant="subtle"
                disabled={percent === share || set.isPending}
                onClick={() => set.mutate(percent)}
              >
                {percent} %
              </Button>
            ))}
          </Group>
        </Group>
      </form>
    </Panel>
  );
}

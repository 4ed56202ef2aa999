import { Alert } from '@mantine/core';
import type { Standby, Workload, Workloads } from '../../../api/types';
import { Fact, FactList } from '../../../components/FactList';
import { Icon } from '../../../components/Icon';
import { ToneBadge } from '../../../components/StatusBadge';
import { Time } from '../../../components/Time';

interface Props {
  workload: Workload & Partial<Pick<Standby, 'owner' | 'errorMessage'>>;
  side: 'active' | 'standby';
  workloads: Workloads;
}

export function WorkloadFacts({ workload, side, workloads }: Props) {
  const requests = workloads.requests?.[side];
  const running = workload.phase === 'Running';
  return (
    <>
      {workload.errorMessage && (
        <Alert icon={<Icon name="warning" />} variant="default" className="problem" mb="sm">
          {workload.errorMessage}
        </Alert>
      )}
      <FactList>
        <Fact name="State">
          <ToneBadge tone={running ? 'ok' : workload.phase === 'Failed' ? 'bad' : 'info'}>{workload.phase}</ToneBadge>{' '}
          {running && workload.health}
        </Fact>
        <Fact name="Revision">{workload.revision}</Fact>
        <Fact name="Traffic">{workloads.traffic[side] ?? 0} % of what is new</Fact>
        <Fact name="Connections">{workloads.connections[side] ?? 0} under way</Fact>
        {requests && (
          <Fact name="Requests">
            {requests.total ?? 0} proxied, {requests.errors ?? 0} failed
          </Fact>
        )}
        <Fact name="Runs on">
          {workload.platform}, slot {workload.slot}
        </Fact>
        {workload.port && (
          <Fact name="Address">
            <span className="mono">
              {workload.host}:{workload.port}
            </span>
          </Fact>
        )}
        {workload.owner && <Fact name="Seen to by">{workload.owner}</Fact>}
        <Fact name="Started">
          <Time at={workload.startedAt} />
        </Fact>
      </FactList>
    </>
  );
}

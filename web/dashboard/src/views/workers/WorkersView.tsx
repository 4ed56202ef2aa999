import { PlainTable } from '../../components/PlainTable';
import { SimpleGrid, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { leasesQuery, statusQuery } from '../../api/reconciliation';
import type { WorkerLease } from '../../api/types';
import { EmptyState } from '../../components/EmptyState';
import { PageHeader } from '../../components/PageHeader';
import { Panel } from '../../components/Panel';
import { QueryBoundary } from '../../components/QueryBoundary';
import { Time } from '../../components/Time';

const NAMES: Record<string, string> = {
  total: 'Instances',
  inSync: 'In sync',
  drifted: 'Drifted',
  held: 'Held',
  paused: 'Paused',
  pendingApproval: 'Waiting for approval',
};

export default function WorkersView() {
  const leases = useQuery(leasesQuery);
  const status = useQuery({ ...statusQuery, refetchInterval: 5000 });
  return (
    <>
      <PageHeader title="Workers" description="Reconcilers, and the share of the fleet that each looks after" />
      <Stack gap="md">
        <QueryBoundary query={status}>
          {({ instances }) => (
            <SimpleGrid cols={{ base: 2, sm: 3, lg: 6 }}>
              {Object.entries(instances).map(([name, value]) => (
                <div key={name} className="panel" style={{ padding: '10px 14px' }}>
                  <Text fz={22} fw={650} className="numeric">
                    {value}
                  </Text>
                  <Text size="sm" c="dimmed">
                    {NAMES[name] ?? name}
                  </Text>
                </div>
              ))}
            </SimpleGrid>
          )}
        </QueryBoundary>
        <QueryBoundary query={leases}>{(workers) => <WorkerTable workers={workers} />}</QueryBoundary>
      </Stack>
    </>
  );
}

function WorkerTable({ workers }: { workers: WorkerLease[] }) {
  if (workers.length === 0) {
    return (
      <EmptyState icon="workers" title="No reconciler runs">
        Changes are stored, and wait for the next restart. Start one with <code>draas reconciler</code>, or the control
        plane with <code>--with-reconciler</code>.
      </EmptyState>
    );
  }
  return (
    <Panel flush>
      <PlainTable columns={['Worker', 'Shards', 'Busy', 'Waiting', 'Drifted', 'Last sweep', 'Address']}>
        {workers.map(({ worker, shards, status, url }) => (
          <tr key={worker}>
            <td className="mono">{worker}</td>
            <td className="numeric">{shards.length} of 64</td>
            <td className="numeric">{status.busy ?? '–'}</td>
            <td className="numeric">{status.waiting ?? '–'}</td>
            <td className="numeric">{status.drifted ?? '–'}</td>
            <td>
              <Time at={status.lastSweep} />
            </td>
            <td className="mono">{url ?? 'in the control plane'}</td>
          </tr>
        ))}
      </PlainTable>
    </Panel>
  );
}

import { Grid, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { approvalsQuery, instanceAuditQuery } from '../../../api/reconciliation';
import type { Instance } from '../../../api/types';
import { ApprovalList } from '../../../components/ApprovalList';
import { AuditTable } from '../../../components/AuditTable';
import { Panel } from '../../../components/Panel';
import { QueryBoundary } from '../../../components/QueryBoundary';
import { DriftPanel } from './DriftPanel';
import { PlanPanel } from './PlanPanel';
import { PolicyPanel } from './PolicyPanel';

export default function ReconciliationTab({ instance }: { instance: Instance }) {
  const audit = useQuery(instanceAuditQuery(instance.id));
  const approvals = useQuery(approvalsQuery);
  const pending = approvals.data?.filter((each) => each.instanceId === instance.id && each.state === 'Pending') ?? [];
  return (
    <Stack gap="md">
      {pending.length > 0 && <ApprovalList approvals={pending} />}
      <Grid gutter="md">
        <Grid.Col span={{ base: 12, md: 7 }}>
          <Stack gap="md">
            <DriftPanel instance={instance} />
            <PlanPanel instance={instance} />
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 5 }}>
          <PolicyPanel instance={instance} />
        </Grid.Col>
      </Grid>
      <Panel title="Audit" flush>
        <QueryBoundary query={audit}>{(entries) => <AuditTable entries={entries} />}</QueryBoundary>
      </Panel>
    </Stack>
  );
}

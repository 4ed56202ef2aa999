import { useQuery } from '@tanstack/react-query';
import { auditQuery } from '../../api/reconciliation';
import { AuditTable } from '../../components/AuditTable';
import { PageHeader } from '../../components/PageHeader';
import { Panel } from '../../components/Panel';
import { QueryBoundary } from '../../components/QueryBoundary';

export default function AuditView() {
  const query = useQuery(auditQuery);
  return (
    <>
      <PageHeader title="Audit" description="What reconcilers did, when, why and with what outcome" />
      <Panel flush>
        <QueryBoundary query={query}>{(entries) => <AuditTable entries={entries} withInstance />}</QueryBoundary>
      </Panel>
    </>
  );
}

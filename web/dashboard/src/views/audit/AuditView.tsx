import { Group, NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useDeferredValue } from 'react';
import { auditQuery } from '../../api/reconciliation';
import { useInstances } from '../../api/instances';
import { AuditTable } from '../../components/AuditTable';
import { EmptyState } from '../../components/EmptyState';
import { InstanceFilter } from '../../components/InstanceFilter';
import { PageHeader } from '../../components/PageHeader';
import { Panel } from '../../components/Panel';
import { QueryBoundary } from '../../components/QueryBoundary';
import { useFilters } from '../../components/useFilters';
import { actorsOf, filterAudit, OUTCOMES } from './filter';

export default function AuditView() {
  const { read, set } = useFilters();
  const instance = read('instance');
  const { data: instances = [] } = useInstances();
  // A whole id is asked for, so that what is older shows, too; what was deleted has entries as well.
  const asked = useDeferredValue(instance);
  const isId = instances.some(({ id }) => id === asked);
  const query = useQuery(auditQuery(isId ? asked : ''));
  const filter = { instance, outcome: read('outcome'), actor: read('actor') };
  return (
    <>
      <PageHeader title="Audit" description="What reconcilers did, when, why and with what outcome" />
      <Group mb="sm" gap="xs" align="flex-start">
        <InstanceFilter value={instance} onChange={(value) => set('instance', value)} />
        <NativeSelect
          aria-label="Outcome"
          data={[{ value: '', label: 'All outcomes' }, ...OUTCOMES]}
          value={filter.outcome}
          onChange={(event) => set('outcome', event.currentTarget.value)}
          style={{ flex: '1 1 150px' }}
        />
        <NativeSelect
          aria-label="Person"
          data={[{ value: '', label: 'Everybody' }, ...actorsOf(query.data ?? [], filter.actor)]}
          value={filter.actor}
          onChange={(event) => set('actor', event.currentTarget.value)}
          style={{ flex: '1 1 150px' }}
        />
      </Group>
      <QueryBoundary query={query}>
        {(entries) => {
          const shown = filterAudit(entries, filter);
          if (shown.length === 0 && entries.length > 0) return <EmptyState icon="audit" title="No such entry" />;
          return (
            <Panel flush>
              <AuditTable entries={shown} withInstance />
            </Panel>
          );
        }}
      </QueryBoundary>
    </>
  );
}

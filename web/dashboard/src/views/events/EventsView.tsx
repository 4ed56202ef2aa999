import { Group, MultiSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { eventsQuery } from '../../api/events';
import { EmptyState } from '../../components/EmptyState';
import { EVENT_TYPES } from '../../components/events';
import { EventTable } from '../../components/EventTable';
import { InstanceFilter } from '../../components/InstanceFilter';
import { PageHeader } from '../../components/PageHeader';
import { Panel } from '../../components/Panel';
import { QueryBoundary } from '../../components/QueryBoundary';
import { useFilters } from '../../components/useFilters';

export default function EventsView() {
  const query = useQuery(eventsQuery());
  const { read, set } = useFilters();
  const types = read('types').split(',').filter(Boolean);
  const instance = read('instance');
  return (
    <>
      <PageHeader title="Events" description="What happens in the fleet, as it happens" />
      <Group mb="sm" gap="xs" align="flex-start">
        <InstanceFilter value={instance} onChange={(value) => set('instance', value)} />
        <MultiSelect
          aria-label="Types"
          placeholder={types.length === 0 ? 'All types' : undefined}
          data={EVENT_TYPES}
          value={types}
          onChange={(next) => set('types', next.join(','))}
          clearable
          clearButtonProps={{ 'aria-label': 'Clear' }}
          style={{ flex: '2 1 260px' }}
        />
      </Group>
      <QueryBoundary query={query}>
        {(events) => {
          const shown = events.filter(
            (event) => (types.length === 0 || types.includes(event.type)) && event.instanceId.includes(instance.trim()),
          );
          if (shown.length === 0) return <EmptyState icon="events" title="No events" />;
          return (
            <Panel flush>
              <EventTable events={shown} withInstance />
            </Panel>
          );
        }}
      </QueryBoundary>
    </>
  );
}

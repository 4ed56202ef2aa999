import { Group, MultiSelect, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useSearchParams } from 'react-router-dom';
import { eventsQuery } from '../../api/events';
import { EmptyState } from '../../components/EmptyState';
import { EVENT_TYPES } from '../../components/events';
import { EventTable } from '../../components/EventTable';
import { PageHeader } from '../../components/PageHeader';
import { Panel } from '../../components/Panel';
import { QueryBoundary } from '../../components/QueryBoundary';

export default function EventsView() {
  const query = useQuery(eventsQuery());
  const [parameters, setParameters] = useSearchParams();
  const types = parameters.get('types')?.split(',').filter(Boolean) ?? [];
  const instance = parameters.get('instance') ?? '';
  const set = (name: string, value: string): void =>
    setParameters(
      (current) => {
        if (value === '') current.delete(name);
        else current.set(name, value);
        return current;
      },
      { replace: true },
    );
  return (
    <>
      <PageHeader title="Events" description="What happens in the fleet, as it happens" />
      <Group mb="sm" gap="xs" align="flex-start">
        <TextInput
          type="search"
          aria-label="Instance"
          placeholder="Instance"
          value={instance}
          onChange={(event) => set('instance', event.currentTarget.value)}
          style={{ flex: '1 1 180px' }}
        />
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
            (event) => (types.length === 0 || types.includes(event.type)) && event.instanceId.includes(instance),
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

import { useQuery } from '@tanstack/react-query';
import { eventsQuery } from '../../api/events';
import type { Instance } from '../../api/types';
import { EventTable } from '../../components/EventTable';
import { Panel } from '../../components/Panel';
import { QueryBoundary } from '../../components/QueryBoundary';

export default function EventsTab({ instance }: { instance: Instance }) {
  const query = useQuery(eventsQuery(instance.id));
  return (
    <Panel title="Events" flush>
      <QueryBoundary query={query}>{(events) => <EventTable events={events} />}</QueryBoundary>
    </Panel>
  );
}

import { queryOptions } from '@tanstack/react-query';
import { api, dataOf } from './client';
import type { FleetEvent } from './types';

export const KEPT_EVENTS = 500;

// The newest of both, each once, oldest first.
export function withEvents(known: readonly FleetEvent[], added: readonly FleetEvent[]): FleetEvent[] {
  const newest = known.at(-1)?.sequence ?? 0;
  const [first] = added;
  const all = [...known, ...added];
  if (first && first.sequence > newest) return all.slice(-KEPT_EVENTS); // as they come
  const bySequence = new Map(all.map((event) => [event.sequence, event]));
  return [...bySequence.values()].sort((a, b) => a.sequence - b.sequence).slice(-KEPT_EVENTS);
}

// The newest events of the fleet, or of one instance. The stream brings those of all types and goes on with what
// happens; this adds the older changes of status.
export const eventsQuery = (instanceId?: string) =>
  queryOptions({
    queryKey: instanceId === undefined ? ['events'] : ['instance', instanceId, 'events'],
    queryFn: async ({ client }): Promise<FleetEvent[]> => {
      const query = { after: 0, limit: KEPT_EVENTS, ...(instanceId === undefined ? {} : { instanceId }) };
      const changes = await dataOf(api.GET('/api/status/recent-changes', { params: { query } }));
      const streamed = client.getQueryData<FleetEvent[]>(['events']) ?? [];
      const own = instanceId === undefined ? streamed : streamed.filter((event) => event.instanceId === instanceId);
      return withEvents(own, changes);
    },
  });

// Keeps what the dashboard shows in step with the control plane's events.
import type { QueryClient } from '@tanstack/react-query';
import { instancesQuery, refreshInstance } from '../api/instances';
import { request } from '../api/base';
import { asProblem } from '../api/problem';
import { eventsQuery, KEPT_EVENTS, withEvents } from '../api/events';
import type { FleetEvent } from '../api/types';
import { followStream, type StreamState } from './stream';

const COLLECT_MS = 200;
const MANY = 20;

const RECONCILIATION_EVENTS = /^(Drift|Reconcil|RolledBack|Approval|Rollout|Policy)/;

export interface LiveFleet {
  subscribe: (listener: () => void) => () => void;
  state: () => StreamState;
  stop: () => void;
}

export function startLiveFleet(client: QueryClient): LiveFleet {
  let state: StreamState = 'connecting';
  let wasLost = false;
  const listeners = new Set<() => void>();
  const changed = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  const flush = (): void => {
    timer = undefined;
    const ids = [...changed];
    changed.clear();
    if (ids.length > MANY) void client.invalidateQueries({ queryKey: instancesQuery.queryKey });
    for (const id of ids) {
      if (ids.length <= MANY) refreshInstance(client, id).catch(refetchAll);
      void client.invalidateQueries({
        predicate: ({ queryKey }) => queryKey[0] === 'instance' && queryKey[1] === id && isLive(queryKey[2]),
      });
    }
  };
  // One that could not be looked at again: the whole list will say.
  const refetchAll = (error: unknown): void => {
    if (!asProblem(error).isUnreachable) void client.invalidateQueries({ queryKey: instancesQuery.queryKey });
  };

  // What had happened before is for the lists of events alone.
  let before = 0;
  const path = async (lastId: string): Promise<string> => {
    if (lastId !== '') return '/api/status/stream';
    const response = await request('/api/status/recent-changes?after=0&limit=1');
    before = Number(response.headers.get('X-Last-Sequence') ?? 0);
    return `/api/status/stream?after=${Math.max(0, before - KEPT_EVENTS)}`;
  };

  const onEvent = (event: FleetEvent): void => {
    client.setQueryData(eventsQuery().queryKey, (events) => withEvents(events ?? [], [event]));
    if (event.instanceId !== '') {
      client.setQueryData(eventsQuery(event.instanceId).queryKey, (events) => events && withEvents(events, [event]));
    }
    if (event.sequence <= before) return;
    if (RECONCILIATION_EVENTS.test(event.type)) void client.invalidateQueries({ queryKey: ['reconciliation'] });
    if (event.instanceId === '') return;
    changed.add(event.instanceId);
    timer ??= setTimeout(flush, COLLECT_MS);
  };

  const stop = followStream({
    path,
    onEvent: ({ type, data }) => {
      if (type === 'missed') void client.invalidateQueries();
      else onEvent(JSON.parse(data) as FleetEvent);
    },
    onState: (next) => {
      if (next === 'lost') wasLost = true;
      if (next === 'open' && wasLost) {
        wasLost = false;
        void client.invalidateQueries();
      }
      state = next;
      listeners.forEach((listener) => listener());
    },
  });

  return {
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    state: () => state,
    stop: () => {
      clearTimeout(timer);
      stop();
    },
  };
}

// Events come by the stream themselves, a revision never changes, and results are asked for by who shows them.
function isLive(part: unknown): boolean {
  return part !== undefined && part !== 'events' && part !== 'revision' && part !== 'results';
}

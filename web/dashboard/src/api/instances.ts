import { type QueryClient, queryOptions, useQuery } from '@tanstack/react-query';
import { api, dataOf } from './client';
import { asProblem, problemOf } from './problem';
import type { BulkResult, CreatedInstance, CreateInstance, Instance, UpdateInstance } from './types';

const PAGE_SIZE = 10_000;

async function fetchInstances(signal?: AbortSignal): Promise<Instance[]> {
  const all: Instance[] = [];
  for (let next: string | undefined; ;) {
    const query = next === undefined ? { limit: PAGE_SIZE } : { limit: PAGE_SIZE, continue: next };
    const { data, error, response } = await api.GET('/api/server/instances', { params: { query }, signal });
    if (!data) throw problemOf(response.status, error);
    all.push(...data);
    const link = /<([^>]*)>;\s*rel="next"/.exec(response.headers.get('Link') ?? '')?.[1];
    next = link === undefined ? undefined : (new URL(link, location.href).searchParams.get('continue') ?? undefined);
    if (next === undefined) return all;
  }
}

const fetchInstance = (instanceId: string): Promise<Instance> =>
  dataOf(api.GET('/api/server/instances/{instanceId}', { params: { path: { instanceId } } }));

export const instancesQuery = queryOptions({
  queryKey: ['instances'],
  queryFn: ({ signal }) => fetchInstances(signal),
  structuralSharing: false, // comparing thousands of instances takes longer than drawing those that show
  staleTime: Infinity, // the event stream says what changes
});

export const instanceQuery = (id: string) =>
  queryOptions({ queryKey: ['instance', id], queryFn: () => fetchInstance(id), staleTime: Infinity });

export const useInstances = () => useQuery(instancesQuery);
export const useInstance = (id: string) => useQuery(instanceQuery(id));

// What the list becomes when `instance` is new or another, or when `id` is gone (undefined).
export function withInstance(list: readonly Instance[], id: string, instance: Instance | undefined): Instance[] {
  const next = [...list];
  const at = list.findIndex((known) => known.id === id);
  next.splice(at < 0 ? next.length : at, at < 0 ? 0 : 1, ...(instance === undefined ? [] : [instance]));
  return next;
}

// Looks at one instance again and puts what it is now wherever it shows.
export async function refreshInstance(client: QueryClient, id: string): Promise<void> {
  let instance: Instance | undefined;
  try {
    instance = await fetchInstance(id);
  } catch (error) {
    if (asProblem(error).status !== 404) throw error;
  }
  client.setQueryData(instancesQuery.queryKey, (list) => list && withInstance(list, id, instance));
  if (instance) client.setQueryData(instanceQuery(id).queryKey, instance);
  else await client.invalidateQueries({ queryKey: ['instance', id], exact: true });
}

export const createInstance = (body: CreateInstance): Promise<CreatedInstance> =>
  dataOf(api.POST('/api/server/instances', { body }));

export interface StoredInstance {
  instance: Instance;
  etag: string;
}

// As it is now, with the mark by which a change is refused that was made for another state of it.
export const storedInstanceQuery = (instanceId: string) =>
  queryOptions({
    queryKey: ['instance', instanceId, 'stored'],
    queryFn: async ({ signal }): Promise<StoredInstance> => {
      const params = { path: { instanceId } };
      const { data, error, response } = await api.GET('/api/server/instances/{instanceId}', { params, signal });
      if (!data) throw problemOf(response.status, error);
      return { instance: data, etag: response.headers.get('ETag') ?? '*' };
    },
  });

export const updateStoredInstance = (instanceId: string, body: UpdateInstance, etag: string): Promise<Instance> =>
  dataOf(
    api.PATCH('/api/server/instances/{instanceId}', {
      params: { path: { instanceId }, header: { 'If-Match': etag } },
      body,
    }),
  );

export const updateInstance = (instanceId: string, body: UpdateInstance): Promise<Instance> =>
  dataOf(api.PATCH('/api/server/instances/{instanceId}', { params: { path: { instanceId } }, body }));

export type Operation = 'start' | 'stop' | 'restart' | 'delete';

export async function operate(operation: Operation, instanceId: string): Promise<void> {
  const params = { path: { instanceId } };
  if (operation === 'delete') await dataOf(api.DELETE('/api/server/instances/{instanceId}', { params }));
  else if (operation === 'start') await dataOf(api.POST('/api/server/instances/{instanceId}/start', { params }));
  else if (operation === 'stop') await dataOf(api.POST('/api/server/instances/{instanceId}/stop', { params }));
  else await dataOf(api.POST('/api/server/instances/{instanceId}/restart', { params }));
}

export function operateMany(operation: Operation, ids: string[]): Promise<BulkResult> {
  const body = { ids };
  if (operation === 'delete') return dataOf(api.POST('/api/server/instances:delete', { body }));
  if (operation === 'start') return dataOf(api.POST('/api/server/instances:start', { body }));
  if (operation === 'stop') return dataOf(api.POST('/api/server/instances:stop', { body }));
  return dataOf(api.POST('/api/server/instances:restart', { body }));
}

import { queryOptions } from '@tanstack/react-query';
import { request } from './base';
import { api, dataOf } from './client';

export const runtimeQuery = (instanceId: string) =>
  queryOptions({
    queryKey: ['instance', instanceId, 'runtime'],
    queryFn: ({ signal }) =>
      dataOf(
        api.GET('/api/server/instances/{instanceId}/runtime-status', { params: { path: { instanceId } }, signal }),
      ),
  });

export type ResultRow = Record<string, unknown>;

// The current results of a query, asked of the running server itself.
export const resultsQuery = (instanceId: string, library: string | undefined, queryId: string) =>
  queryOptions({
    queryKey: ['instance', instanceId, 'results', library ?? '', queryId],
    queryFn: async ({ signal }): Promise<ResultRow[]> => {
      const server = `/api/server/instances/${encodeURIComponent(instanceId)}/proxy/api/v1`;
      const place = library === undefined ? server : `${server}/instances/${encodeURIComponent(library)}`;
      const path = `${place}/queries/${encodeURIComponent(queryId)}/results`;
      const body = (await (await request(path, { signal })).json()) as { data?: unknown };
      return Array.isArray(body.data) ? (body.data as ResultRow[]) : [];
    },
  });

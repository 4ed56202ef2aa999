import { queryOptions } from '@tanstack/react-query';
import { api, dataOf } from './client';
import type { StartStandby } from './types';

const ofInstance = (instanceId: string) => ({ path: { instanceId } });

export const workloadsQuery = (instanceId: string) =>
  queryOptions({
    queryKey: ['instance', instanceId, 'workloads'],
    queryFn: () => dataOf(api.GET('/api/server/instances/{instanceId}/workloads', { params: ofInstance(instanceId) })),
  });

export const startStandby = (instanceId: string, body: StartStandby) =>
  dataOf(api.POST('/api/server/instances/{instanceId}/standby', { params: ofInstance(instanceId), body }));

export const promoteStandby = (instanceId: string) =>
  dataOf(api.POST('/api/server/instances/{instanceId}/standby/promote', { params: ofInstance(instanceId) }));

export const endStandby = (instanceId: string) =>
  dataOf(api.DELETE('/api/server/instances/{instanceId}/standby', { params: ofInstance(instanceId) }));

// `standby`: percent of new connections and proxied requests.
export const shareTraffic = (instanceId: string, standby: number) =>
  dataOf(api.PUT('/api/server/instances/{instanceId}/traffic', { params: ofInstance(instanceId), body: { standby } }));

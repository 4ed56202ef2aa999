import { queryOptions } from '@tanstack/react-query';
import { api, dataOf } from './client';
import type { AuditEntry, NewRollout, Policy } from './types';

const ofInstance = (instanceId: string) => ({ path: { instanceId } });

export const driftQuery = (instanceId: string) =>
  queryOptions({
    queryKey: ['instance', instanceId, 'drift'],
    queryFn: () =>
      dataOf(api.GET('/api/reconciliation/instances/{instanceId}/drift', { params: ofInstance(instanceId) })),
  });

export const policyQuery = (instanceId: string) =>
  queryOptions({
    queryKey: ['instance', instanceId, 'policy'],
    queryFn: () =>
      dataOf(api.GET('/api/reconciliation/instances/{instanceId}/policy', { params: ofInstance(instanceId) })),
  });

export const instanceAuditQuery = (instanceId: string) =>
  queryOptions({
    queryKey: ['instance', instanceId, 'audit'],
    queryFn: (): Promise<AuditEntry[]> =>
      dataOf(api.GET('/api/reconciliation/instances/{instanceId}/audit', { params: ofInstance(instanceId) })),
  });

export const auditQuery = queryOptions({
  queryKey: ['reconciliation', 'audit'],
  queryFn: (): Promise<AuditEntry[]> =>
    dataOf(api.GET('/api/reconciliation/audit', { params: { query: { limit: 500 } } })),
});

export const statusQuery = queryOptions({
  queryKey: ['reconciliation', 'status'],
  queryFn: () => dataOf(api.GET('/api/reconciliation/status')),
});

export const leasesQuery = queryOptions({
  queryKey: ['reconciliation', 'leases'],
  queryFn: () => dataOf(api.GET('/api/reconciliation/leases')),
  refetchInterval: 5000, // heartbeats are no events
});

export const approvalsQuery = queryOptions({
  queryKey: ['reconciliation', 'approvals'],
  queryFn: () => dataOf(api.GET('/api/reconciliation/approvals')),
});

export const rolloutsQuery = queryOptions({
  queryKey: ['reconciliation', 'rollouts'],
  queryFn: () => dataOf(api.GET('/api/reconciliation/rollouts')),
});

export const rolloutQuery = (rolloutId: string) =>
  queryOptions({
    queryKey: ['reconciliation', 'rollouts', rolloutId],
    queryFn: () => dataOf(api.GET('/api/reconciliation/rollouts/{rolloutId}', { params: { path: { rolloutId } } })),
  });

export const makePlan = (instanceId: string, strategy: string | undefined) =>
  dataOf(
    api.GET('/api/reconciliation/instances/{instanceId}/plan', {
      params: { ...ofInstance(instanceId), query: strategy === undefined ? {} : { strategy } },
    }),
  );

export const reconcile = (instanceId: string, body: { strategy?: string; force?: boolean }) =>
  dataOf(api.POST('/api/reconciliation/instances/{instanceId}/reconcile', { params: ofInstance(instanceId), body }));

export const fleetPolicyQuery = queryOptions({
  queryKey: ['reconciliation', 'policy'],
  queryFn: () => dataOf(api.GET('/api/reconciliation/policy')),
});

// Refused where somebody else has stored another one since `version`.
const since = (version: number) => ({ header: { 'If-Match': `"${version}"` } });

export const savePolicy = (instanceId: string, body: Policy, version: number) =>
  dataOf(
    api.PUT('/api/reconciliation/instances/{instanceId}/policy', {
      params: { ...ofInstance(instanceId), ...since(version) },
      body,
    }),
  );

export const saveFleetPolicy = (body: Policy, version: number) =>
  dataOf(api.PUT('/api/reconciliation/policy', { params: since(version), body }));

export function decide(approvalId: string, agreed: boolean, comment: string) {
  const options = { params: { path: { approvalId } }, body: { comment } };
  return dataOf(
    agreed
      ? api.POST('/api/reconciliation/approvals/{approvalId}/approve', options)
      : api.POST('/api/reconciliation/approvals/{approvalId}/reject', options),
  );
}

export const createRollout = (body: NewRollout) => dataOf(api.POST('/api/reconciliation/rollouts', { body }));

export type RolloutCommand = 'pause' | 'resume' | 'abort';

export function commandRollout(command: RolloutCommand, rolloutId: string) {
  const params = { path: { rolloutId } };
  if (command === 'pause') return dataOf(api.POST('/api/reconciliation/rollouts/{rolloutId}/pause', { params }));
  if (command === 'resume') return dataOf(api.POST('/api/reconciliation/rollouts/{rolloutId}/resume', { params }));
  return dataOf(api.POST('/api/reconciliation/rollouts/{rolloutId}/abort', { params, body: {} }));
}

import { queryOptions } from '@tanstack/react-query';
import { api, dataOf } from './client';
import { problemOf } from './problem';
import type { AuditEntry, NewRollout, Policy, ReconcileRequest } from './types';

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

// Of the whole fleet, or of one instance, also of a deleted one.
export const auditQuery = (instanceId: string) =>
  queryOptions({
    queryKey: ['reconciliation', 'audit', instanceId],
    queryFn: (): Promise<AuditEntry[]> => {
      const query = { limit: 500, ...(instanceId === '' ? {} : { instanceId }) };
      return dataOf(api.GET('/api/reconciliation/audit', { params: { query } }));
    },
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

// What became of a request to reconcile: what the audit has of it, where it was worth an entry.
export type ReconcileResult = Partial<AuditEntry> & {
  result?: 'InSync' | 'Reconciled' | 'Failed' | 'RolledBack' | 'Skipped' | 'Deferred' | 'Pending';
};
export type Reconciliation = { requestId: string } | { done: ReconcileResult };

function reconciliationOf(status: number, body: unknown): Reconciliation {
  if (status === 202) return { requestId: (body as { requestId: string }).requestId };
  return { done: body as ReconcileResult };
}

export interface Wish {
  strategy?: string;
  parameters?: object;
  force?: boolean;
}

export async function reconcile(instanceId: string, wish: Wish): Promise<Reconciliation> {
  const params = ofInstance(instanceId);
  const body = wish as ReconcileRequest; // the document knows parameters as an empty object alone
  const { data, error, response } = await api.POST('/api/reconciliation/instances/{instanceId}/reconcile', {
    params,
    body,
  });
  if (!response.ok) throw problemOf(response.status, error);
  return reconciliationOf(response.status, data);
}

// Waits for what goes on after the request was answered.
export const reconciliationQuery = (requestId: string) =>
  queryOptions({
    queryKey: ['reconciliation-request', requestId],
    queryFn: async ({ signal }): Promise<Reconciliation> => {
      const params = { path: { requestId }, query: { wait: '10s' } };
      const { data, error, response } = await api.GET('/api/reconciliation/requests/{requestId}', { params, signal });
      if (!response.ok) throw problemOf(response.status, error);
      return reconciliationOf(response.status, data);
    },
  });

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

// Of an instance that was just created.
export async function saveFirstPolicy(instanceId: string, body: Policy): Promise<void> {
  const params = ofInstance(instanceId);
  const { version } = await dataOf(api.GET('/api/reconciliation/instances/{instanceId}/policy', { params }));
  await savePolicy(instanceId, body, version);
}

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

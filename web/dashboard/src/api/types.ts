// The API's own words, short. Everything comes from the OpenAPI document.
import type { components } from './schema';

type Schemas = components['schemas'];

export type Instance = Schemas['Instance'];
export type InstanceStatus = Schemas['InstanceStatus'];
export type Limits = Schemas['Limits'];
export type RestartPolicy = Schemas['RestartPolicy'];
export type CreatedInstance = Schemas['CreatedInstance'];
export type CreateInstance = Schemas['CreateInstance'];
export type UpdateInstance = Schemas['UpdateInstance'];
export type RuntimeStatus = Schemas['RuntimeStatus'];
export type Component = NonNullable<RuntimeStatus['components']>[number];
export type Workload = Schemas['Workload'];
export type Standby = Schemas['Standby'];
export type Workloads = Schemas['Workloads'];
export type StartStandby = Schemas['StartStandby'];
export type Configuration = Schemas['Configuration'];
export type Library = Schemas['LibraryConfiguration'];
export type Finding = Schemas['Validation']['findings'][number];
export type RevisionSummary = Schemas['RevisionSummary'];
export type FleetEvent = Schemas['StatusChange'];
export type Platform = Schemas['Platform'];
export type BulkResult = Schemas['BulkResult'];
export type Drift = Schemas['Drift'];
export type Difference = Schemas['Difference'];
export type ReconciliationPlan = Schemas['ReconciliationPlan'];
export type PlannedAction = Schemas['PlannedAction'];
export type Policy = Schemas['Policy'];
export type ReconcileRequest = Partial<Schemas['ReconcileRequest']>;
export type AuditEntry = Schemas['AuditEntry'];
export type Approval = Schemas['Approval'];
export type Rollout = Schemas['Rollout'];
export type RolloutSummary = Schemas['RolloutSummary'];
export type NewRollout = Schemas['NewRollout'];
export type WorkerLease = Schemas['WorkerLease'];
export type Webhook = Schemas['Webhook'];
export type NewWebhook = Schemas['NewWebhook'];
export type WebhookDelivery = Schemas['WebhookDelivery'];
export type Fault = Schemas['Fault'];
export type Problem = Schemas['Problem'];

export const INSTANCE_STATUSES = [
  'Running',
  'ConfigurationChanged',
  'Error',
  'Stopped',
  'Created',
] as const satisfies InstanceStatus[];

import type { AuditEntry } from '../../api/types';

export interface AuditFilter {
  instance: string; // part of an id
  outcome: string;
  actor: string;
}

export const OUTCOMES: AuditEntry['outcome'][] = [
  'Succeeded',
  'Failed',
  'RolledBack',
  'Deferred',
  'PendingApproval',
  'Skipped',
];

export const filterAudit = (entries: readonly AuditEntry[], { instance, outcome, actor }: AuditFilter): AuditEntry[] =>
  entries.filter(
    (entry) =>
      entry.instanceId.includes(instance.trim()) &&
      (outcome === '' || entry.outcome === outcome) &&
      (actor === '' || entry.actor === actor),
  );

// Those who are named, and the one that is chosen already.
export const actorsOf = (entries: readonly AuditEntry[], chosen: string): string[] =>
  [...new Set([...entries.map(({ actor = '' }) => actor), chosen])].filter(Boolean).sort();

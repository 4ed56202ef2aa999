// Events in the words of those who read them.
import type { FleetEvent } from '../api/types';
import { labelOfStatus, type Tone, toneOfStatus } from './StatusBadge';

export const EVENT_TYPES = [
  'StatusChanged',
  'PhaseChanged',
  'InstanceCreated',
  'InstanceUpdated',
  'InstanceDeleted',
  'StandbyFailed',
  'TrafficSwitched',
  'DriftDetected',
  'Reconciled',
  'ReconciliationFailed',
  'RolledBack',
  'ApprovalRequested',
  'ApprovalDecided',
  'RolloutChanged',
  'PolicyChanged',
] as const;

const words = (type: string): string =>
  type.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').replace(/(?<= )[A-Z]/g, (letter) => letter.toLowerCase());

export function toneOfEvent({ type, newStatus }: FleetEvent): Tone {
  if (type === 'StatusChanged' && newStatus) return toneOfStatus(newStatus);
  if (/Failed/.test(type)) return 'bad';
  if (/Drift|RolledBack|ApprovalRequested/.test(type)) return 'warn';
  return type === 'Reconciled' ? 'ok' : 'info';
}

export function describeEvent({ type, newStatus, metadata = {} }: FleetEvent): string {
  if (type === 'StatusChanged' && newStatus) {
    const changed = metadata['ChangeType'];
    if (newStatus === 'ConfigurationChanged' && changed)
      return `Configuration: ${words(changed).toLowerCase()}, revision ${metadata['Revision'] ?? '?'}`;
    const reason = metadata['Reason'] ?? metadata['ErrorMessage'];
    return reason ? `${labelOfStatus(newStatus)}: ${reason}` : labelOfStatus(newStatus);
  }
  if (type === 'PhaseChanged') {
    const reason = metadata['Reason'];
    return (metadata['Phase'] ?? words(type)) + (reason ? `: ${reason}` : '');
  }
  const detail = metadata['Reason'] ?? metadata['Strategy'] ?? metadata['Outcome'];
  return detail ? `${words(type)}: ${detail}` : words(type);
}

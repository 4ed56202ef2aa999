// The API's faults at the fields of an instance.
import type { Fault } from '../../api/types';
import type { LimitsForm } from './limits';

export type InstanceField =
  keyof LimitsForm | 'id' | 'name' | 'description' | 'labels' | 'platform' | 'restartPolicy' | 'platformOptions';

const FIELDS: [RegExp, InstanceField][] = [
  [/^\/id$/, 'id'],
  [/^\/name/, 'name'],
  [/^\/description/, 'description'],
  [/^\/metadata/, 'labels'],
  [/^\/platformType/, 'platform'],
  [/^\/restartPolicy/, 'restartPolicy'],
  [/^\/limits\/cpuCores/, 'cpuCores'],
  [/^\/limits\/memoryBytes/, 'memory'],
  [/^\/limits\/openFiles/, 'openFiles'],
  [/^\/platformOptions/, 'platformOptions'],
];

export type InstanceFaults = Partial<Record<InstanceField, string>>;

export function placeFaults(faults: readonly Fault[]): { placed: InstanceFaults; others: Fault[] } {
  const placed: InstanceFaults = {};
  const others: Fault[] = [];
  for (const fault of faults) {
    const field = FIELDS.find(([path]) => path.test(fault.path))?.[1];
    const inner = fault.path.split('/').slice(2).join('.');
    const text = field === 'platformOptions' && inner ? `${inner}: ${fault.message}` : fault.message;
    if (field) placed[field] = placed[field] ? `${placed[field]}; ${text}` : text;
    else others.push(fault);
  }
  return { placed, others };
}

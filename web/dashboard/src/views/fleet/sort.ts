import type { Instance } from '../../api/types';

const collator = new Intl.Collator(undefined, { numeric: true });
// Trouble first.
const STATUS_ORDER = ['Error', 'ConfigurationChanged', 'Running', 'Stopped', 'Created'];

const KEYS: Record<string, (instance: Instance) => string | number> = {
  name: (instance) => instance.name,
  id: (instance) => instance.id,
  status: (instance) => STATUS_ORDER.indexOf(instance.status),
  health: (instance) => instance.health,
  platformType: (instance) => instance.platformType,
  address: (instance) => instance.address ?? '',
  configurationRevision: (instance) => instance.configurationRevision,
  restartCount: (instance) => instance.restartCount,
  changed: (instance) => instance.lastModifiedAt ?? instance.createdAt,
  created: (instance) => instance.createdAt,
};

// Sorted before it is filtered, so that typing into the search sorts nothing.
export function sortInstances(instances: readonly Instance[], column: string, descending: boolean): Instance[] {
  const keyOf = KEYS[column] ?? ((instance: Instance) => instance.name);
  const sign = descending ? -1 : 1;
  return [...instances].sort((a, b) => {
    const [x, y] = [keyOf(a), keyOf(b)];
    return sign * (typeof x === 'number' && typeof y === 'number' ? x - y : collator.compare(String(x), String(y)));
  });
}

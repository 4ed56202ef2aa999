import { INSTANCE_STATUSES, type Instance, type InstanceStatus } from '../../api/types';
import { parseSelector } from './selector';

// What the address of the view says: everything is in the URL.
export interface FleetFilter {
  search: string;
  status: InstanceStatus[];
  platform: string;
  labels: string;
}

const isStatus = (text: string): text is InstanceStatus => (INSTANCE_STATUSES as readonly string[]).includes(text);

export const readFilter = (parameters: URLSearchParams): FleetFilter => ({
  search: parameters.get('q') ?? '',
  status: (parameters.get('status') ?? '').split(',').filter(isStatus),
  platform: parameters.get('platform') ?? '',
  labels: parameters.get('labels') ?? '',
});

export function writeFilter(parameters: URLSearchParams, filter: FleetFilter): URLSearchParams {
  const next = new URLSearchParams(parameters);
  const entries = {
    q: filter.search,
    status: filter.status.join(','),
    platform: filter.platform,
    labels: filter.labels,
  };
  for (const [name, value] of Object.entries(entries)) {
    if (value === '') next.delete(name);
    else next.set(name, value);
  }
  return next;
}

export const isFiltered = (filter: FleetFilter): boolean =>
  filter.search !== '' || filter.status.length > 0 || filter.platform !== '' || filter.labels !== '';

// What an instance is found by, made once: typing looks at thousands.
const texts = new WeakMap<Instance, string>();

function textOf(instance: Instance): string {
  let text = texts.get(instance);
  if (text === undefined) {
    const labels = Object.entries(instance.metadata).map(([key, value]) => `${key}=${value}`);
    text = [instance.name, instance.id, instance.description ?? '', ...labels].join('\n').toLowerCase();
    texts.set(instance, text);
  }
  return text;
}

// A label selector that is not complete yet filters nothing; the order stays.
export function filterInstances(instances: Instance[], filter: FleetFilter): Instance[] {
  const needle = filter.search.trim().toLowerCase();
  const holds = parseSelector(filter.labels) ?? (() => true);
  const found = instances.filter(
    (instance) =>
      (filter.status.length === 0 || filter.status.includes(instance.status)) &&
      (filter.platform === '' || instance.platformType === filter.platform) &&
      (needle === '' || textOf(instance).includes(needle)) &&
      holds(instance.metadata),
  );
  return found.length === instances.length ? instances : found; // the same list is drawn as it was
}

export interface Counts {
  byStatus: Map<InstanceStatus, number>;
  byPlatform: Map<string, number>;
}

export function count(instances: readonly Instance[]): Counts {
  const byStatus = new Map<InstanceStatus, number>(INSTANCE_STATUSES.map((status) => [status, 0]));
  const byPlatform = new Map<string, number>();
  for (const { status, platformType } of instances) {
    byStatus.set(status, (byStatus.get(status) ?? 0) + 1);
    byPlatform.set(platformType, (byPlatform.get(platformType) ?? 0) + 1);
  }
  return { byStatus, byPlatform };
}

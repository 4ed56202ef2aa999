// What of an instance can be changed, while it is edited.
import type { Fault, Instance, RestartPolicy, UpdateInstance } from '../../../api/types';
import { isReserved, parseLabels, showLabels, withoutReserved } from '../../../components/instanceFields/labels';
import { faultsOfLimits, type LimitsForm, limitsFormOf, limitsOf } from '../../../components/instanceFields/limits';
import { faultOfOptions, optionsOf, showOptions } from '../../../components/instanceFields/platformOptions';

export interface SettingsForm extends LimitsForm {
  name: string;
  description: string;
  labels: string;
  restartPolicy: RestartPolicy | '';
  platformOptions: string; // YAML
}

export type SettingsFaults = Partial<Record<keyof SettingsForm, string>>;

export const settingsOf = (instance: Instance): SettingsForm => ({
  ...limitsFormOf(instance.limits),
  name: instance.name,
  description: instance.description ?? '',
  labels: showLabels(withoutReserved(instance.metadata)),
  restartPolicy: instance.restartPolicy ?? '',
  platformOptions: showOptions(instance.platformOptions),
});

export const isSame = (a: SettingsForm, b: SettingsForm): boolean =>
  (Object.keys(a) as (keyof SettingsForm)[]).every((name) => a[name] === b[name]);

const LIMITS = ['cpuCores', 'memory', 'openFiles'] as const;

// What holds from the next start only.
export const needsRestart = (form: SettingsForm, stored: SettingsForm): boolean =>
  ([...LIMITS, 'platformOptions'] as const).some((name) => form[name] !== stored[name]);

export function faultsOf(form: SettingsForm): SettingsFaults {
  const faults: SettingsFaults = faultsOfLimits(form);
  if (form.name.trim() === '') faults.name = 'Give it a name';
  const labels = parseLabels(form.labels);
  if (labels === null) faults.labels = 'key=value, key="a, b", key';
  else if (Object.keys(labels).some(isReserved)) faults.labels = 'draas.… is set by those who manage the instance';
  const options = faultOfOptions(form.platformOptions);
  if (options !== undefined) faults.platformOptions = options;
  return faults;
}

// The change from what is stored: nothing that was not edited, and labels one by one.
export function changeOf(form: SettingsForm, stored: SettingsForm): UpdateInstance {
  const change: UpdateInstance = {};
  if (form.name !== stored.name) change.name = form.name.trim();
  if (form.description !== stored.description) change.description = form.description;
  if (form.restartPolicy !== stored.restartPolicy) change.restartPolicy = form.restartPolicy || null;
  if (form.platformOptions !== stored.platformOptions) change.platformOptions = optionsOf(form.platformOptions) ?? null;
  if (LIMITS.some((name) => form[name] !== stored[name])) change.limits = limitsOf(form) ?? null;
  if (form.labels !== stored.labels) {
    const [now, before] = [parseLabels(form.labels) ?? {}, parseLabels(stored.labels) ?? {}];
    const gone = Object.keys(before).filter((key) => !(key in now));
    change.metadata = { ...now, ...Object.fromEntries(gone.map((key) => [key, null])) };
  }
  return change;
}

const FIELDS: [RegExp, keyof SettingsForm][] = [
  [/^\/name/, 'name'],
  [/^\/description/, 'description'],
  [/^\/metadata/, 'labels'],
  [/^\/restartPolicy/, 'restartPolicy'],
  [/^\/limits\/cpuCores/, 'cpuCores'],
  [/^\/limits\/memoryBytes/, 'memory'],
  [/^\/limits\/openFiles/, 'openFiles'],
  [/^\/platformOptions/, 'platformOptions'],
];

// The API's faults at their fields.
export function placeFaults(faults: readonly Fault[]): { placed: SettingsFaults; others: Fault[] } {
  const placed: SettingsFaults = {};
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

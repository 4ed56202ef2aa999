// What of an instance can be changed, while it is edited.
import type { Instance, RestartPolicy, UpdateInstance } from '../../../api/types';
import { isReserved, parseLabels, showLabels, withoutReserved } from '../../../components/instanceFields/labels';
import { faultsOfLimits, type LimitsForm, limitsFormOf, limitsOf } from '../../../components/instanceFields/limits';
import type { InstanceFaults } from '../../../components/instanceFields/placeFaults';
import { faultOfOptions, optionsOf, showOptions } from '../../../components/instanceFields/platformOptions';

export interface SettingsForm extends LimitsForm {
  name: string;
  description: string;
  labels: string;
  restartPolicy: RestartPolicy | '';
  platformOptions: string; // YAML
}

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

export function faultsOf(form: SettingsForm): InstanceFaults {
  const faults: InstanceFaults = faultsOfLimits(form);
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

import { parseLabels } from '../../components/instanceFields/labels';
import { faultsOfLimits, type LimitsForm, limitsOf, NO_LIMITS } from '../../components/instanceFields/limits';
import { faultOfOptions, optionsOf } from '../../components/instanceFields/platformOptions';
import { fromYaml } from '../../components/yaml/text';
import type { CreateInstance, Policy, RestartPolicy } from '../../api/types';

export interface InstanceForm extends LimitsForm {
  name: string;
  id: string; // "": made from the name
  description: string;
  labels: string; // "env=prod, team=shop"
  platform: string; // "": the default
  platformOptions: string; // YAML
  restartPolicy: RestartPolicy | '';
  frontPort: boolean;
  policy: Policy | null; // of reconciliation, for the instance alone
  start: boolean;
}

export const EMPTY_FORM: InstanceForm = {
  ...NO_LIMITS,
  name: '',
  id: '',
  description: '',
  labels: '',
  platform: '',
  platformOptions: '',
  restartPolicy: '',
  frontPort: false,
  policy: null,
  start: true,
};

// What a name becomes as an id: "Shop orders!" is "shop-orders".
export const idFromName = (name: string): string =>
  name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 63);

export type FormFaults = Partial<Record<keyof InstanceForm, string>>;

export function faultsOf(form: InstanceForm): FormFaults {
  const faults: FormFaults = faultsOfLimits(form);
  if (form.name.trim() === '') faults.name = 'Give it a name';
  if (parseLabels(form.labels) === null) faults.labels = 'key=value, key="a, b", key';
  const options = faultOfOptions(form.platformOptions);
  if (options !== undefined) faults.platformOptions = options;
  return faults;
}

export function toCreateInstance(form: InstanceForm, yaml: string): CreateInstance {
  const limits = limitsOf(form);
  const platformOptions = optionsOf(form.platformOptions);
  return {
    name: form.name.trim(),
    id: form.id || idFromName(form.name),
    start: form.start,
    configuration: fromYaml(yaml),
    metadata: parseLabels(form.labels) ?? {},
    ...(form.description === '' ? {} : { description: form.description }),
    ...(form.platform === '' ? {} : { platformType: form.platform }),
    ...(platformOptions === undefined ? {} : { platformOptions }),
    ...(form.restartPolicy === '' ? {} : { restartPolicy: form.restartPolicy }),
    ...(form.frontPort ? { frontPort: 'auto' } : {}),
    ...(limits === undefined ? {} : { limits }),
  };
}

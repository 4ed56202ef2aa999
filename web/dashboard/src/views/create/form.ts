import { parseLabels } from '../../components/instanceFields/labels';
import { faultsOfLimits, type LimitsForm, limitsOf, NO_LIMITS } from '../../components/instanceFields/limits';
import { faultOfOptions, optionsOf } from '../../components/instanceFields/platformOptions';
import type { InstanceFaults } from '../../components/instanceFields/placeFaults';
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

export const idOf = ({ id, name }: Pick<InstanceForm, 'id' | 'name'>): string => id.trim() || idFromName(name);

// The name, or the name with a number, such that the id made from it is nobody's.
export function freeName(name: string, taken: ReadonlySet<string>): string {
  const base = name.slice(0, 50); // so that the number is part of the id
  for (let free = name, next = 2; next <= taken.size + 2; ++next) {
    if (!taken.has(idFromName(free))) return free;
    free = `${base} ${next}`;
  }
  return name;
}

const ID = /^[A-Za-z0-9][\w.-]{0,62}$/;

function faultOfId(form: InstanceForm, taken: ReadonlySet<string>): string | undefined {
  const id = idOf(form);
  if (id === '') return form.name.trim() === '' ? undefined : 'The name makes none: give it one';
  if (!ID.test(id)) return 'Letters, digits, "-", "_" and ".", at most 63, a letter or digit first';
  if (taken.has(id)) return `${id} is taken; ${idFromName(freeName(id, taken))} is free`;
  return undefined;
}

// `taken`: the ids of the fleet.
export function faultsOf(form: InstanceForm, taken: ReadonlySet<string>): InstanceFaults {
  const faults: InstanceFaults = faultsOfLimits(form);
  if (form.name.trim() === '') faults.name = 'Give it a name';
  const id = faultOfId(form, taken);
  if (id !== undefined) faults.id = id;
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
    id: idOf(form),
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

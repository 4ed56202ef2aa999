import { fromYaml } from '../../components/yaml/text';
import type { CreateInstance, RestartPolicy } from '../../api/types';

export interface InstanceForm {
  name: string;
  id: string; // "": made from the name
  description: string;
  labels: string; // "env=prod, team=shop"
  platform: string; // "": the default
  restartPolicy: RestartPolicy | '';
  cpuCores: string;
  memory: string;
  start: boolean;
}

export const EMPTY_FORM: InstanceForm = {
  name: '',
  id: '',
  description: '',
  labels: '',
  platform: '',
  restartPolicy: '',
  cpuCores: '',
  memory: '',
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

export function parseLabels(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const part of text.split(',')) {
    const [key = '', ...value] = part.split('=');
    if (key.trim() !== '') labels[key.trim()] = value.join('=').trim();
  }
  return labels;
}

export const showLabels = (labels: Record<string, string>): string =>
  Object.entries(labels)
    .map(([key, value]) => (value === '' ? key : `${key}=${value}`))
    .join(', ');

const UNITS: Record<string, number> = { '': 1, k: 1 << 10, m: 1 << 20, g: 1 << 30 };

// "512 MiB", "1Gi", "1000000"; null: neither.
export function parseBytes(text: string): number | null {
  const found = /^\s*(\d+(?:\.\d+)?)\s*([kmg]?)(?:i?b?)\s*$/i.exec(text);
  return found ? Math.round(Number(found[1]) * (UNITS[(found[2] ?? '').toLowerCase()] ?? 1)) : null;
}

export function faultsOf(form: InstanceForm): Partial<Record<keyof InstanceForm, string>> {
  const faults: Partial<Record<keyof InstanceForm, string>> = {};
  if (form.name.trim() === '') faults.name = 'Give it a name';
  if (form.cpuCores !== '' && !(Number(form.cpuCores) > 0)) faults.cpuCores = 'A number of cores, such as 0.5';
  if (form.memory !== '' && parseBytes(form.memory) === null) faults.memory = 'A size, such as 512 MiB';
  return faults;
}

export function toCreateInstance(form: InstanceForm, yaml: string): CreateInstance {
  const limits = {
    ...(form.cpuCores === '' ? {} : { cpuCores: Number(form.cpuCores) }),
    ...(form.memory === '' ? {} : { memoryBytes: parseBytes(form.memory) ?? 0 }),
  };
  return {
    name: form.name.trim(),
    id: form.id || idFromName(form.name),
    start: form.start,
    configuration: fromYaml(yaml),
    metadata: parseLabels(form.labels),
    ...(form.description === '' ? {} : { description: form.description }),
    ...(form.platform === '' ? {} : { platformType: form.platform }),
    ...(form.restartPolicy === '' ? {} : { restartPolicy: form.restartPolicy }),
    ...(Object.keys(limits).length === 0 ? {} : { limits }),
  };
}

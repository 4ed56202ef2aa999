// Files that the wizard takes: configurations as drasi-server reads them, and what `draas export` writes.
import { parseAllDocuments, stringify } from 'yaml';
import type { Configuration, Limits, Policy, RestartPolicy } from '../../api/types';
import { showLabels, withoutReserved } from '../../components/instanceFields/labels';
import { limitsFormOf } from '../../components/instanceFields/limits';
import { showOptions } from '../../components/instanceFields/platformOptions';
import { toYaml } from '../../components/yaml/text';
import { EMPTY_FORM, type InstanceForm } from './form';

export interface Beginning {
  form: Partial<InstanceForm>; // what is absent stays as it was entered
  yaml: string;
}

interface Specification {
  platformType?: string;
  platform?: string;
  description?: string;
  desiredState?: string;
  restartPolicy?: RestartPolicy;
  limits?: Omit<Limits, 'memoryBytes'> & { memoryBytes?: number | string };
  frontPort?: number | string | null;
  platformOptions?: object;
  reconciliation?: Policy;
  configuration?: Configuration;
}

interface InstanceDocument {
  apiVersion?: unknown;
  kind?: unknown;
  id?: string;
  name?: string;
  metadata?: { name?: string; id?: string; labels?: Record<string, unknown> };
  spec?: Specification;
}

const isMapping = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

// Every document of the file. Throws where it holds something else.
export function readUpload(text: string, fileName: string): Beginning[] {
  const documents = parseAllDocuments(text);
  const found: Beginning[] = [];
  for (const document of Array.isArray(documents) ? documents : []) {
    if (document.errors[0]) throw new Error(document.errors[0].message);
    const value: unknown = document.toJS();
    if (value === null) continue;
    if (!isMapping(value)) throw new Error('Neither a configuration of drasi-server nor an instance of DRaaS');
    found.push(beginningOf(value, document.toString({ lineWidth: 0 }), fileName));
  }
  if (found.length === 0) throw new Error('The file is empty');
  return found;
}

function beginningOf(document: InstanceDocument & { configuration?: Configuration }, text: string, fileName: string) {
  if ('kind' in document || String(document.apiVersion).startsWith('draas/')) {
    if (document.apiVersion !== 'draas/v1' || document.kind !== 'Instance')
      throw new Error(`apiVersion: draas/v1 and kind: Instance are known, ${String(document.kind)} is not`);
    const { name, id, labels = {} } = document.metadata ?? {};
    return instanceBeginning({ name, id, labels }, document.spec ?? {});
  }
  if (isMapping(document.configuration)) {
    const labels = (document.metadata ?? {}) as Record<string, unknown>;
    return instanceBeginning({ name: document.name, id: document.id, labels }, document);
  }
  return { form: { name: fileName.replace(/\.(ya?ml|json)$/i, '') }, yaml: text };
}

interface Names {
  name: string | undefined;
  id: string | undefined;
  labels: Record<string, unknown>;
}

function instanceBeginning({ name, id, labels }: Names, spec: Specification): Beginning {
  const texts = Object.fromEntries(Object.entries(labels).map(([key, value]) => [key, String(value)]));
  const { memoryBytes, ...limits } = spec.limits ?? {};
  const memory = typeof memoryBytes === 'string' ? { memory: memoryBytes } : {};
  const numbers = typeof memoryBytes === 'number' ? { ...limits, memoryBytes } : limits;
  return {
    form: {
      ...EMPTY_FORM,
      ...limitsFormOf(numbers),
      ...memory,
      name: name ?? id ?? '',
      id: id ?? (name !== undefined && /^[A-Za-z0-9][\w.-]*$/.test(name) ? name : ''),
      description: spec.description ?? '',
      labels: showLabels(withoutReserved(texts)),
      platform: spec.platformType ?? spec.platform ?? '',
      platformOptions: showOptions(spec.platformOptions),
      restartPolicy: spec.restartPolicy ?? '',
      frontPort: spec.frontPort !== undefined && spec.frontPort !== null,
      policy: spec.reconciliation ?? null,
      start: spec.desiredState !== 'Stopped',
    },
    yaml: spec.configuration ? toYaml(spec.configuration) : stringify({ sources: [], queries: [], reactions: [] }),
  };
}

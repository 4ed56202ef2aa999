// What a copy of an instance begins with.
import { parseDocument } from 'yaml';
import type { Instance } from '../../api/types';
import { showLabels, withoutReserved } from '../../components/instanceFields/labels';
import { limitsFormOf } from '../../components/instanceFields/limits';
import { showOptions } from '../../components/instanceFields/platformOptions';
import { EMPTY_FORM, type InstanceForm } from './form';

export const cloneOf = (instance: Instance): InstanceForm => ({
  ...EMPTY_FORM,
  ...limitsFormOf(instance.limits),
  name: `${instance.name} copy`,
  description: instance.description ?? '',
  labels: showLabels(withoutReserved(instance.metadata)),
  platform: instance.platformType,
  platformOptions: showOptions(instance.platformOptions),
  restartPolicy: instance.restartPolicy ?? '',
  frontPort: typeof instance.frontPort === 'number',
});

// The original's id is its own, and where it listens is taken: the copy gets others.
export function cloneYaml(yaml: string): string {
  const document = parseDocument(yaml);
  for (const key of ['id', 'host', 'port']) document.delete(key);
  return document.toString({ lineWidth: 0 });
}

import { SimpleGrid, TextInput } from '@mantine/core';
import type { LimitsForm } from './limits';

interface Props {
  form: LimitsForm;
  faults: Partial<Record<keyof LimitsForm, string>>;
  onChange: (change: Partial<LimitsForm>) => void;
}

const FIELDS: [keyof LimitsForm, string][] = [
  ['cpuCores', 'CPU cores at most'],
  ['memory', 'Memory at most'],
  ['openFiles', 'Open files at most'],
];

export function LimitsFields({ form, faults, onChange }: Props) {
  return (
    <SimpleGrid cols={{ base: 1, sm: 3 }}>
      {FIELDS.map(([name, label]) => (
        <TextInput
          key={name}
          label={label}
          placeholder="No limit"
          value={form[name]}
          error={faults[name]}
          onChange={(event) => onChange({ [name]: event.currentTarget.value })}
        />
      ))}
    </SimpleGrid>
  );
}

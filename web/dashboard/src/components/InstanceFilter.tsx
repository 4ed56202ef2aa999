import { TextInput } from '@mantine/core';

interface Props {
  value: string; // a part of an id
  onChange: (value: string) => void;
}

export function InstanceFilter({ value, onChange }: Props) {
  return (
    <TextInput
      type="search"
      aria-label="Instance"
      placeholder="Instance"
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      style={{ flex: '2 1 180px' }}
    />
  );
}

import { NativeSelect } from '@mantine/core';

interface Props {
  label: string;
  value: boolean | null | undefined;
  yes: string;
  no: string;
  inherited: string; // what no choice means ...
  there: boolean | null | undefined; // ... and which choice that is, where it is known
  onChange: (value: boolean | null) => void;
}

// Yes, no, or as the next place says.
export function Choice({ label, value, yes, no, inherited, there, onChange }: Props) {
  return (
    <NativeSelect
      label={label}
      data={[
        { value: '', label: typeof there === 'boolean' ? `${inherited}: ${there ? yes : no}` : inherited },
        { value: 'yes', label: yes },
        { value: 'no', label: no },
      ]}
      value={value === true ? 'yes' : value === false ? 'no' : ''}
      onChange={({ currentTarget }) => onChange(currentTarget.value === '' ? null : currentTarget.value === 'yes')}
    />
  );
}

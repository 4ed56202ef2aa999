import { Select } from '@mantine/core';
import type { RestartPolicy } from '../../api/types';

const LABELS: Record<RestartPolicy, string> = {
  Always: 'Always restart',
  OnFailure: 'Restart on failure',
  Never: 'Never restart',
};

interface Props {
  value: RestartPolicy | '';
  error?: string | undefined;
  onChange: (policy: RestartPolicy | '') => void;
}

export function RestartPolicyField({ value, error, onChange }: Props) {
  return (
    <Select
      label="When it ends by itself"
      placeholder="Default"
      data={Object.entries(LABELS).map(([policy, label]) => ({ value: policy, label }))}
      value={value || null}
      error={error}
      onChange={(policy) => onChange((policy ?? '') as RestartPolicy | '')}
      clearable
      clearButtonProps={{ 'aria-label': 'Clear' }}
    />
  );
}

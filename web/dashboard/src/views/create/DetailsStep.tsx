import { Checkbox, Group, Select, Stack, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { platformsQuery } from '../../api/operations';
import type { RestartPolicy } from '../../api/types';
import { faultsOf, idFromName, type InstanceForm } from './form';

interface Props {
  form: InstanceForm;
  onChange: (form: InstanceForm) => void;
}

const RESTART_POLICIES: RestartPolicy[] = ['Always', 'OnFailure', 'Never'];

export function DetailsStep({ form, onChange }: Props) {
  const { data: platforms = [] } = useQuery(platformsQuery);
  const faults = faultsOf(form);
  const set = (change: Partial<InstanceForm>): void => onChange({ ...form, ...change });
  return (
    <Stack gap="md" className="panel" p="lg">
      <Group grow align="flex-start" preventGrowOverflow={false}>
        <TextInput
          label="Name"
          required
          value={form.name}
          error={form.name !== '' && faults.name}
          onChange={(event) => set({ name: event.currentTarget.value })}
          data-autofocus
        />
        <TextInput
          label="Id"
          placeholder={idFromName(form.name)}
          value={form.id}
          onChange={(event) => set({ id: event.currentTarget.value })}
        />
      </Group>
      <TextInput
        label="Description"
        value={form.description}
        onChange={(event) => set({ description: event.currentTarget.value })}
      />
      <TextInput
        label="Labels"
        description="To find it by, and to choose it for rollouts"
        placeholder="env=prod, team=shop"
        value={form.labels}
        onChange={(event) => set({ labels: event.currentTarget.value })}
      />
      <Group grow align="flex-start" preventGrowOverflow={false}>
        <Select
          label="Platform"
          placeholder="Default"
          data={platforms.map(({ platformType, available }) => ({
            value: platformType,
            label: platformType,
            disabled: !available,
          }))}
          value={form.platform || null}
          onChange={(platform) => set({ platform: platform ?? '' })}
          clearable
          clearButtonProps={{ 'aria-label': 'Clear' }}
        />
        <Select
          label="When it ends by itself"
          placeholder="Default"
          data={RESTART_POLICIES.map((value) => ({
            value,
            label: { Always: 'Always restart', OnFailure: 'Restart on failure', Never: 'Never restart' }[value],
          }))}
          value={form.restartPolicy || null}
          onChange={(policy) => set({ restartPolicy: (policy ?? '') as RestartPolicy | '' })}
          clearable
          clearButtonProps={{ 'aria-label': 'Clear' }}
        />
      </Group>
      <Group grow align="flex-start" preventGrowOverflow={false}>
        <TextInput
          label="CPU cores at most"
          placeholder="No limit"
          value={form.cpuCores}
          error={faults.cpuCores}
          onChange={(event) => set({ cpuCores: event.currentTarget.value })}
        />
        <TextInput
          label="Memory at most"
          placeholder="No limit"
          value={form.memory}
          error={faults.memory}
          onChange={(event) => set({ memory: event.currentTarget.value })}
        />
      </Group>
      <Checkbox
        label="Start it at once"
        checked={form.start}
        onChange={(event) => set({ start: event.currentTarget.checked })}
      />
    </Stack>
  );
}

import { Checkbox, Group, Select, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { platformsQuery } from '../../api/operations';
import { LimitsFields } from '../../components/instanceFields/LimitsFields';
import { RestartPolicyField } from '../../components/instanceFields/RestartPolicyField';
import type { InstanceFaults } from '../../components/instanceFields/placeFaults';
import { idFromName, type InstanceForm } from './form';

interface Props {
  form: InstanceForm;
  faults: InstanceFaults;
  onChange: (form: InstanceForm) => void;
}

export function DetailsStep({ form, faults, onChange }: Props) {
  const { data: platforms = [] } = useQuery(platformsQuery);
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
          error={faults.id}
          onChange={(event) => set({ id: event.currentTarget.value })}
        />
      </Group>
      <TextInput
        label="Description"
        value={form.description}
        error={faults.description}
        onChange={(event) => set({ description: event.currentTarget.value })}
      />
      <TextInput
        label="Labels"
        description="To find it by, and to choose it for rollouts"
        placeholder="env=prod, team=shop"
        value={form.labels}
        error={faults.labels}
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
          error={faults.platform}
          onChange={(platform) => set({ platform: platform ?? '' })}
          clearable
          clearButtonProps={{ 'aria-label': 'Clear' }}
        />
        <RestartPolicyField
          value={form.restartPolicy}
          error={faults.restartPolicy}
          onChange={(restartPolicy) => set({ restartPolicy })}
        />
      </Group>
      <LimitsFields form={form} faults={faults} onChange={set} />
      <details open={form.platformOptions !== '' || form.frontPort || faults.platformOptions !== undefined}>
        <summary>More</summary>
        <Stack gap="md" mt="sm">
          <Textarea
            label="Options of the platform"
            description="YAML, such as an environment for the process or networks for the container"
            placeholder="environment: {MODE: fast}"
            autosize
            minRows={1}
            maxRows={10}
            spellCheck={false}
            classNames={{ input: 'mono' }}
            value={form.platformOptions}
            error={faults.platformOptions}
            onChange={(event) => set({ platformOptions: event.currentTarget.value })}
          />
          <Checkbox
            label="A front port: one address that stays while workloads change"
            checked={form.frontPort}
            onChange={(event) => set({ frontPort: event.currentTarget.checked })}
          />
        </Stack>
      </details>
      {form.policy && (
        <Text size="sm" c="dimmed">
          The reconciliation policy of the file is stored with it.
        </Text>
      )}
      <Checkbox
        label="Start it at once"
        checked={form.start}
        onChange={(event) => set({ start: event.currentTarget.checked })}
      />
    </Stack>
  );
}

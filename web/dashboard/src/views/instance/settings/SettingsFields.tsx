import { Alert, Button, Group, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import {
  refreshInstance,
  type StoredInstance,
  storedInstanceQuery,
  updateStoredInstance,
} from '../../../api/instances';
import { asProblem } from '../../../api/problem';
import { LimitsFields } from '../../../components/instanceFields/LimitsFields';
import { RestartPolicyField } from '../../../components/instanceFields/RestartPolicyField';
import { notifyDone } from '../../../components/notify';
import { placeFaults } from '../../../components/instanceFields/placeFaults';
import { ProblemAlert } from '../../../components/ProblemAlert';
import { useUnsavedGuard } from '../../../components/useUnsavedGuard';
import { changeOf, faultsOf, isSame, needsRestart, type SettingsForm, settingsOf } from './settingsForm';

// Name, labels and what else an instance was created with. Its state may change while they are edited; that somebody
// else edits them as well is told.
export function SettingsFields({ stored }: { stored: StoredInstance }) {
  const client = useQueryClient();
  const { id } = stored.instance;
  const newest = settingsOf(stored.instance);
  const [base, setBase] = useState(newest);
  const [form, setForm] = useState(newest);
  const edited = !isSame(form, base);
  const overtaken = edited && !isSame(newest, base);
  useEffect(() => {
    if (edited || isSame(newest, base)) return;
    setBase(newest);
    setForm(newest);
  }, [edited, newest, base]);
  const { guard, release } = useUnsavedGuard(edited, 'Your edit of the settings');

  const save = useMutation({
    mutationFn: () => store(stored.etag),
    onSuccess: async () => {
      const restart = stored.instance.phase === 'Running' && needsRestart(form, base);
      notifyDone(restart ? 'Stored. It holds from the next restart' : 'The settings are stored');
      release();
      setBase(form);
      await refreshInstance(client, id);
    },
    onSettled: () => client.invalidateQueries({ queryKey: storedInstanceQuery(id).queryKey }),
  });
  // Refused because only its state changed meanwhile: then it is the same edit still.
  async function store(etag: string): Promise<void> {
    try {
      await updateStoredInstance(id, changeOf(form, base), etag);
    } catch (error) {
      if (asProblem(error).status !== 412) throw error;
      const now = await client.query({ ...storedInstanceQuery(id), staleTime: 0 });
      if (now.etag === etag || !isSame(settingsOf(now.instance), base)) throw error;
      await store(now.etag);
    }
  }

  const refused = save.error ? asProblem(save.error) : null;
  const { placed, others } = placeFaults(refused?.faults ?? []);
  const faults = { ...placed, ...faultsOf(form) };
  const set = (change: Partial<SettingsForm>): void => {
    save.reset();
    setForm({ ...form, ...change });
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <Stack gap="md">
        {overtaken && (
          <Alert variant="default" className="caution" title="Somebody else changed the settings meanwhile">
            <Group gap="xs">
              <Button
                size="xs"
                variant="default"
                onClick={() => {
                  setBase(newest);
                  setForm(newest);
                }}
              >
                Take theirs, drop mine
              </Button>
              <Button size="xs" variant="default" onClick={() => setBase(newest)}>
                Keep mine
              </Button>
            </Group>
          </Alert>
        )}
        <TextInput
          label="Name"
          required
          value={form.name}
          error={faults.name}
          onChange={(event) => set({ name: event.currentTarget.value })}
        />
        <TextInput
          label="Description"
          value={form.description}
          error={faults.description}
          onChange={(event) => set({ description: event.currentTarget.value })}
        />
        <TextInput
          label="Labels"
          description='To find it by, and to choose it for rollouts: env=prod, note="a, b"'
          value={form.labels}
          error={faults.labels}
          onChange={(event) => set({ labels: event.currentTarget.value })}
        />
        <RestartPolicyField
          value={form.restartPolicy}
          error={faults.restartPolicy}
          onChange={(restartPolicy) => set({ restartPolicy })}
        />
        <LimitsFields form={form} faults={faults} onChange={set} />
        <Textarea
          label={`Options of the platform ${stored.instance.platformType}`}
          description="YAML, such as an environment for the process or networks for the container"
          placeholder="environment: {MODE: fast}"
          autosize
          minRows={2}
          maxRows={14}
          spellCheck={false}
          classNames={{ input: 'mono' }}
          value={form.platformOptions}
          error={faults.platformOptions}
          onChange={(event) => set({ platformOptions: event.currentTarget.value })}
        />
        <Text size="sm" c={needsRestart(form, base) ? undefined : 'dimmed'} role="status">
          Limits and options of the platform hold from the next start; the others at once. The front port is under
          Traffic.
        </Text>
        {refused && (others.length > 0 || refused.faults.length === 0) && <ProblemAlert error={refused} reveal />}
        <Group gap="xs">
          <Button
            type="submit"
            loading={save.isPending}
            disabled={!edited || overtaken || Object.keys(faultsOf(form)).length > 0}
          >
            Save
          </Button>
          <Button
            variant="default"
            disabled={!edited}
            onClick={() => {
              save.reset();
              setForm(base);
            }}
          >
            Discard
          </Button>
        </Group>
      </Stack>
      {guard}
    </form>
  );
}

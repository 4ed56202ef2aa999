import { Anchor, Button, Checkbox, Group, JsonInput, NumberInput, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { Link, useNavigate } from 'react-router-dom';
import { useInstances } from '../../api/instances';
import { createRollout } from '../../api/reconciliation';
import { PageHeader } from '../../components/PageHeader';
import { ProblemAlert } from '../../components/ProblemAlert';
import { parseSelector } from '../fleet/selector';
import { type Draft, EMPTY_DRAFT, faultOfChange, toRollout } from './draft';

export default function NewRolloutView() {
  const navigate = useNavigate();
  const [draft, setDraft] = useState<Draft>(EMPTY_DRAFT);
  const set = (change: Partial<Draft>): void => setDraft({ ...draft, ...change });
  const { data: instances = [] } = useInstances();
  const matching = useMemo(() => {
    const holds = parseSelector(draft.selector);
    return holds && instances.filter((instance) => holds(instance.metadata)).length;
  }, [draft.selector, instances]);
  const fault = faultOfChange(draft.change);
  const create = useMutation({
    mutationFn: () => createRollout(toRollout(draft)),
    onSuccess: ({ id }) => navigate(`/rollouts/${id}`),
  });
  return (
    <>
      <Anchor component={Link} to="/rollouts" size="sm">
        ← Rollouts
      </Anchor>
      <PageHeader title="New rollout" description="One change for many instances, wave by wave" />
      <form
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate();
        }}
      >
        <Stack gap="md" maw={680} className="panel" p="lg">
          <TextInput label="Name" value={draft.name} onChange={(event) => set({ name: event.currentTarget.value })} />
          <TextInput
            label="Instances"
            description="A selector over labels, such as env=prod,tier in (web,api)"
            required
            value={draft.selector}
            onChange={(event) => set({ selector: event.currentTarget.value })}
            error={matching === null && 'Not a selector: key=value, key in (a,b), key, !key'}
          />
          {draft.selector !== '' && matching !== null && (
            <Text size="sm" c="dimmed" role="status">
              {matching} instances match
            </Text>
          )}
          <JsonInput
            label="Change"
            description="A JSON merge patch over the configuration"
            autosize
            minRows={4}
            value={draft.change}
            onChange={(change) => set({ change })}
            error={fault}
            styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
          />
          <TextInput
            label="Waves"
            description="How many are to be done after each wave"
            value={draft.waves}
            onChange={(event) => set({ waves: event.currentTarget.value })}
          />
          <Group grow align="flex-start">
            <TextInput
              label="Pause between waves"
              value={draft.pauseBetween}
              onChange={(event) => set({ pauseBetween: event.currentTarget.value })}
            />
            <TextInput
              label="Unavailable at most"
              value={draft.maxUnavailable}
              onChange={(event) => set({ maxUnavailable: event.currentTarget.value })}
            />
            <NumberInput
              label="Failures at most"
              min={0}
              value={draft.maxFailures}
              onChange={(value) => set({ maxFailures: Number(value) })}
            />
          </Group>
          <Checkbox
            label="Go back when too many fail"
            checked={draft.revertOnFailure}
            onChange={(event) => set({ revertOnFailure: event.currentTarget.checked })}
          />
          {create.error && <ProblemAlert error={create.error} />}
          <Group justify="flex-end">
            <Button
              type="submit"
              loading={create.isPending}
              disabled={fault !== null || !matching || draft.selector === ''}
            >
              Start the rollout
            </Button>
          </Group>
        </Stack>
      </form>
    </>
  );
}

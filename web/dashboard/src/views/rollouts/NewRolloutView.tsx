import {
  Anchor,
  Box,
  Button,
  Checkbox,
  Group,
  JsonInput,
  NativeSelect,
  NumberInput,
  Stack,
  Text,
  TextInput,
} from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { Link, useLocation, useNavigate } from 'react-router-dom';
import { useInstances } from '../../api/instances';
import { createRollout } from '../../api/reconciliation';
import { PageHeader } from '../../components/PageHeader';
import { SubmitForm } from '../../components/SubmitForm';
import { STRATEGIES } from '../../components/policy/strategies';
import { useUnsavedGuard } from '../../components/useUnsavedGuard';
import { counted } from '../../components/words';
import { parseSelector } from '../fleet/selector';
import { type Draft, EMPTY_DRAFT, faultOfChange, pausesOf, toRollout } from './draft';

// The fleet's selection, where the view was opened from there.
function chosenBefore(state: unknown): readonly string[] {
  return (state as { instances?: readonly string[] } | null)?.instances ?? [];
}

export default function NewRolloutView() {
  const navigate = useNavigate();
  const location = useLocation();
  const [begun] = useState<Draft>(() => ({ ...EMPTY_DRAFT, instances: chosenBefore(location.state) }));
  const [draft, setDraft] = useState<Draft>(begun);
  const { guard, release } = useUnsavedGuard(JSON.stringify(draft) !== JSON.stringify(begun), 'The new rollout');
  const set = (change: Partial<Draft>): void => setDraft({ ...draft, ...change });
  const { data: instances = [] } = useInstances();
  const matching = useMemo(() => {
    const holds = parseSelector(draft.selector);
    return holds && instances.filter((instance) => holds(instance.metadata)).length;
  }, [draft.selector, instances]);
  const fault = faultOfChange(draft.change);
  const badPauses = pausesOf(draft.manualPauses) === null;
  const some = draft.instances.length > 0 || (draft.selector !== '' && Boolean(matching));
  const create = useMutation({
    mutationFn: () => createRollout(toRollout(draft)),
    onSuccess: ({ id }) => {
      release();
      navigate(`/rollouts/${id}`);
    },
  });
  return (
    <>
      <Anchor component={Link} to="/rollouts" size="sm">
        ← Rollouts
      </Anchor>
      <PageHeader title="New rollout" description="One change for many instances, wave by wave" />
      <Box maw={680} className="panel" p="lg">
        <SubmitForm save={create} submit="Start the rollout" disabled={fault !== null || badPauses || !some}>
          <TextInput label="Name" value={draft.name} onChange={(event) => set({ name: event.currentTarget.value })} />
          {draft.instances.length > 0 ? (
            <ChosenInstances ids={draft.instances} onDrop={() => set({ instances: [] })} />
          ) : (
            <>
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
                  {counted(matching, 'instance matches', 'instances match')}
                </Text>
              )}
            </>
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
          <NativeSelect
            label="Strategy"
            description="How each instance takes the change"
            data={[{ value: '', label: 'As the policies say' }, ...STRATEGIES]}
            value={draft.strategy}
            onChange={(event) => set({ strategy: event.currentTarget.value })}
          />
          <TextInput
            label="Waves"
            description="How many are to be done after each wave"
            value={draft.waves}
            onChange={(event) => set({ waves: event.currentTarget.value })}
          />
          <TextInput
            label="Manual pauses"
            description="Before these waves somebody has to resume it, such as 2, 3"
            placeholder="None"
            value={draft.manualPauses}
            error={badPauses && 'Numbers of waves, such as 2, 3'}
            onChange={(event) => set({ manualPauses: event.currentTarget.value })}
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
        </SubmitForm>
      </Box>
      {guard}
    </>
  );
}

function ChosenInstances({ ids, onDrop }: { ids: readonly string[]; onDrop: () => void }) {
  return (
    <Stack gap={4} role="group" aria-label="Instances">
      <Group justify="space-between">
        <Text size="sm" fw={500}>
          {counted(ids.length, 'instance is', 'instances are')} chosen
        </Text>
        <Button size="compact-sm" variant="default" onClick={onDrop}>
          Choose by labels instead
        </Button>
      </Group>
      <Text size="sm" c="dimmed" className="mono" style={{ overflowWrap: 'anywhere' }}>
        {ids.slice(0, 10).join(', ')}
        {ids.length > 10 && ` and ${ids.length - 10} more`}
      </Text>
    </Stack>
  );
}

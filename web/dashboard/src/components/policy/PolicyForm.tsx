import { Alert, Button, Group, NativeSelect, NumberInput, SimpleGrid, Stack, Textarea, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { Policy } from '../../api/types';
import { notifyDone } from '../notify';
import { ProblemAlert } from '../ProblemAlert';
import { useUnsavedGuard } from '../useUnsavedGuard';
import { Choice } from './Choice';
import { rulesOf, withPauseOf } from './pause';
import { draftOf, policyOf, windowText } from './policyDraft';
import { STRATEGIES, STRATEGY_PARAMETERS } from './strategies';
import { WindowsField } from './WindowsField';

interface Props {
  own: Policy;
  effective: Policy;
  next: string; // who says what this policy leaves out: "the fleet"
  columns?: number;
  onSave: (policy: Policy) => Promise<unknown>;
}

type Switch = 'autoReconcile' | 'autoRollback' | 'reconcileErrorInstances' | 'reconcileStoppedInstances';

// The rules of reconciliation, for an instance or for the fleet. What a field leaves empty, the next place says.
export function PolicyForm({ own, effective, next, columns = 1, onSave }: Props) {
  // What the edit began with: somebody else may store other rules meanwhile. A pause is no such.
  const [base, setBase] = useState(() => rulesOf(own));
  const [draft, setDraft] = useState(() => draftOf(base));
  const newest = rulesOf(own);
  const edited = JSON.stringify(draft) !== JSON.stringify(draftOf(base));
  const differs = JSON.stringify(newest) !== JSON.stringify(base);
  const takeNewest = (): void => {
    setBase(newest);
    setDraft(draftOf(newest));
  };
  useEffect(() => {
    if (!edited && differs) takeNewest();
  });
  const { guard } = useUnsavedGuard(edited, 'Your edit of the policy');
  const { policy } = draft;
  const set = (change: Policy): void => setDraft({ ...draft, policy: { ...policy, ...change } });
  const save = useMutation({
    mutationFn: async () => {
      const rules = policyOf(draft);
      await onSave(withPauseOf(rules, own));
      return rules;
    },
    onSuccess: (rules) => {
      setBase(rules);
      setDraft(draftOf(rules));
      notifyDone('The policy is stored');
    },
  });
  const inherited = `As ${next} says`;
  const strategy = policy.strategy ?? effective.strategy;
  // What the next place says, where this policy says nothing.
  const there = <Name extends keyof Policy>(name: Name): Policy[Name] =>
    (own[name] ?? null) === null ? effective[name] : null;
  const named = (value: string | null | undefined): string => (value ? `${inherited}: ${value}` : inherited);
  const grid = { cols: { base: 1, sm: columns }, spacing: 'md', verticalSpacing: 'sm' };
  const choice = (name: Switch, label: string, yes: string, no: string) => (
    <Choice
      label={label}
      yes={yes}
      no={no}
      inherited={inherited}
      there={there(name)}
      value={policy[name]}
      onChange={(value) => set({ [name]: value })}
    />
  );
  const text = (name: 'retryDelay' | 'timeout' | 'approvalExpiry', label: string, example: string) => (
    <TextInput
      label={label}
      placeholder={effective[name] ?? example}
      value={policy[name] ?? ''}
      onChange={(event) => set({ [name]: event.currentTarget.value || null })}
    />
  );
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <Stack gap="md">
        {edited && differs && (
          <Alert variant="default" className="caution" title="Somebody else stored other rules meanwhile">
            <Button size="xs" variant="default" onClick={takeNewest}>
              Take theirs, drop mine
            </Button>
          </Alert>
        )}
        <SimpleGrid {...grid}>
          <NativeSelect
            label="Strategy"
            data={[{ value: '', label: named(there('strategy')) }, ...STRATEGIES]}
            value={policy.strategy ?? ''}
            onChange={(event) => set({ strategy: event.currentTarget.value || null })}
          />
          <Textarea
            label="Parameters of the strategy"
            placeholder={(strategy && STRATEGY_PARAMETERS[strategy]) || 'name: value'}
            autosize
            minRows={1}
            maxRows={8}
            spellCheck={false}
            classNames={{ input: 'mono' }}
            value={draft.parameters}
            onChange={(event) => setDraft({ ...draft, parameters: event.currentTarget.value })}
          />
          {choice('autoReconcile', 'When something differs', 'Bring it in line', 'Only report drift')}
          {choice('autoRollback', 'When a change fails', 'Roll back', 'Leave it, do not roll back')}
        </SimpleGrid>
        <WindowsField
          windows={policy.windows ?? []}
          inherited={named(there('windows')?.map(windowText).join(', '))}
          onChange={(windows) => set({ windows })}
        />
        <details open={columns > 1}>
          <summary>More</summary>
          <SimpleGrid {...grid} mt="sm">
            <NativeSelect
              label="Where the strategy cannot be used"
              data={[{ value: '', label: named(there('fallback')) }, { value: 'Fail', label: 'Fail' }, ...STRATEGIES]}
              value={policy.fallback ?? ''}
              onChange={(event) => set({ fallback: event.currentTarget.value || null })}
            />
            {choice('reconcileErrorInstances', 'Instances in Error', 'Start them again', 'Leave them')}
            {choice(
              'reconcileStoppedInstances',
              'Instances that ended by themselves',
              'Start them again',
              'Leave them',
            )}
            <NumberInput
              label="Attempts more after a failure"
              placeholder={effective.maxRetries?.toString() ?? inherited}
              min={0}
              max={100}
              allowDecimal={false}
              value={policy.maxRetries ?? ''}
              onChange={(value) => set({ maxRetries: value === '' ? null : Number(value) })}
            />
            {text('retryDelay', 'Wait before the next attempt', '10s')}
            {text('timeout', 'A change may take', '5m')}
            {text('approvalExpiry', 'An approval expires after', '24h')}
          </SimpleGrid>
        </details>
        {save.error && <ProblemAlert error={save.error} reveal />}
        <Group gap="xs">
          <Button type="submit" size="xs" loading={save.isPending}>
            Save
          </Button>
          <Button size="xs" variant="default" disabled={!edited} onClick={() => setDraft(draftOf(base))}>
            Discard
          </Button>
        </Group>
      </Stack>
      {guard}
    </form>
  );
}

import { Button, Checkbox, Group, List, Select, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { makePlan, reconcile } from '../../../api/reconciliation';
import type { Instance, ReconciliationPlan } from '../../../api/types';
import { Panel } from '../../../components/Panel';
import { ProblemAlert } from '../../../components/ProblemAlert';
import { ReconcileOutcome } from './ReconcileOutcome';
import { STRATEGIES } from '../../../components/policy/strategies';

export function PlanPanel({ instance }: { instance: Instance }) {
  const [strategy, setStrategy] = useState<string | null>(null);
  const [force, setForce] = useState(false);
  const plan = useMutation({ mutationFn: () => makePlan(instance.id, strategy ?? undefined) });
  const run = useMutation({
    mutationFn: () => reconcile(instance.id, { ...(strategy === null ? {} : { strategy }), force }),
    onMutate: () => plan.reset(),
  });
  const error = plan.error ?? run.error;
  return (
    <Panel title="Reconcile now">
      <Stack gap="sm">
        <Group align="flex-end" gap="xs">
          <Select
            label="Strategy"
            placeholder="As the policy says"
            data={STRATEGIES}
            value={strategy}
            onChange={setStrategy}
            clearable
            clearButtonProps={{ 'aria-label': 'Clear' }}
            style={{ flex: '1 1 180px' }}
          />
          <Button
            variant="default"
            loading={plan.isPending}
            onClick={() => {
              run.reset();
              plan.mutate();
            }}
          >
            Plan
          </Button>
          <Button loading={run.isPending} onClick={() => run.mutate()}>
            Run
          </Button>
        </Group>
        <Checkbox
          label="Also a held revision"
          checked={force}
          onChange={(event) => setForce(event.currentTarget.checked)}
        />
        {error && <ProblemAlert error={error} />}
        {run.data && <ReconcileOutcome instanceId={instance.id} answer={run.data} />}
        {plan.data && <PlanSteps plan={plan.data} />}
      </Stack>
    </Panel>
  );
}

export function PlanSteps({ plan }: { plan: ReconciliationPlan }) {
  return (
    <Stack gap={6} role="status">
      <Text size="sm">
        <strong>{plan.strategy}</strong>: {plan.reason}
        {plan.restart && ' It takes a restart.'}
      </Text>
      <List type="ordered" size="sm">
        {plan.actions.map((action, index) => (
          <List.Item key={index}>
            {action.kind} {action.target && <span className="mono">{action.target}</span>}
            {action.reason && (
              <Text span size="sm" c="dimmed">
                {' '}
                {action.reason}
              </Text>
            )}
          </List.Item>
        ))}
      </List>
      {plan.obstacles.map((obstacle) => (
        <Text key={obstacle} size="sm" style={{ color: 'var(--warn)' }}>
          {obstacle}
        </Text>
      ))}
    </Stack>
  );
}

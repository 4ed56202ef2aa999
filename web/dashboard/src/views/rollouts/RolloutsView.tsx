import { PlainTable } from '../../components/PlainTable';
import { Anchor, Button, Progress } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router-dom';
import { rolloutsQuery } from '../../api/reconciliation';
import type { RolloutSummary } from '../../api/types';
import { EmptyState } from '../../components/EmptyState';
import { Icon } from '../../components/Icon';
import { PageHeader } from '../../components/PageHeader';
import { Panel } from '../../components/Panel';
import { QueryBoundary } from '../../components/QueryBoundary';
import { ToneBadge } from '../../components/StatusBadge';
import { Time } from '../../components/Time';
import { isFinished, progressOf, toneOfRollout } from './rolloutState';

const newRollout = (
  <Button component={Link} to="/rollouts/new" leftSection={<Icon name="plus" />}>
    New rollout
  </Button>
);

const PROGRESS_EVERY_MS = 2000; // it is no event

export default function RolloutsView() {
  const query = useQuery({
    ...rolloutsQuery,
    refetchInterval: ({ state: { data = [] } }) =>
      data.every(({ state }) => isFinished(state)) ? false : PROGRESS_EVERY_MS,
  });
  return (
    <>
      <PageHeader title="Rollouts" description="One change for many instances, wave by wave" actions={newRollout} />
      <QueryBoundary query={query}>
        {(rollouts) =>
          rollouts.length === 0 ? (
            <EmptyState icon="rollouts" title="No rollout yet">
              A rollout changes some instances first, checks them, and goes on with the others; when too many fail it
              goes back.
            </EmptyState>
          ) : (
            <RolloutTable rollouts={rollouts} />
          )
        }
      </QueryBoundary>
    </>
  );
}

function RolloutTable({ rollouts }: { rollouts: RolloutSummary[] }) {
  return (
    <Panel flush>
      <PlainTable columns={['Name', 'State', 'Progress', 'Wave', 'Created']}>
        {rollouts.map((rollout) => {
          const { done, total } = progressOf(rollout);
          return (
            <tr key={rollout.id}>
              <td>
                <Anchor component={Link} to={`/rollouts/${rollout.id}`} fw={600} size="sm">
                  {rollout.name || rollout.id}
                </Anchor>
              </td>
              <td>
                <ToneBadge tone={toneOfRollout(rollout.state)}>{rollout.state}</ToneBadge>
              </td>
              <td style={{ minWidth: 160 }}>
                <Progress value={total === 0 ? 0 : (100 * done) / total} aria-label={`${done} of ${total}`} mt={6} />
                {done} of {total}
              </td>
              <td className="numeric">{rollout.wave ?? '–'}</td>
              <td>
                <Time at={rollout.createdAt} />
              </td>
            </tr>
          );
        })}
      </PlainTable>
    </Panel>
  );
}

import { PlainTable } from '../../components/PlainTable';
import { Anchor, Button, Code, Progress, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useParams } from 'react-router-dom';
import { commandRollout, type RolloutCommand, rolloutQuery } from '../../api/reconciliation';
import { asProblem } from '../../api/problem';
import type { Rollout } from '../../api/types';
import { NotFound } from '../../app/NotFound';
import { ConfirmModal } from '../../components/ConfirmModal';
import { InstanceLink } from '../../components/InstanceLink';
import { notifyProblem } from '../../components/notify';
import { PageHeader } from '../../components/PageHeader';
import { Panel } from '../../components/Panel';
import { QueryBoundary } from '../../components/QueryBoundary';
import { type Tone, ToneBadge } from '../../components/StatusBadge';
import { useTitle } from '../../components/useTitle';
import { counted } from '../../components/words';
import { isFinished, progressOfTargets, toneOfRollout } from './rolloutState';

const PROGRESS_EVERY_MS = 2000;

export default function RolloutView() {
  const { rolloutId = '' } = useParams();
  const query = useQuery({
    ...rolloutQuery(rolloutId),
    // That it begins, pauses or ends are events; what becomes of each instance is none.
    refetchInterval: ({ state: { data } }) => (data && isFinished(data.state) ? false : PROGRESS_EVERY_MS),
  });
  const isGone = query.error !== null && asProblem(query.error).status === 404;
  useTitle(query.data || isGone ? undefined : 'Rollout');
  if (isGone) return <NotFound what="rollout" back={{ to: '/rollouts', label: 'To the rollouts' }} />;
  return <QueryBoundary query={query}>{(rollout) => <Details rollout={rollout} />}</QueryBoundary>;
}

const TARGET_TONES: Record<Rollout['targets'][number]['state'], Tone> = {
  Waiting: 'quiet',
  Updating: 'info',
  Succeeded: 'ok',
  Failed: 'bad',
  Reverted: 'warn',
  Skipped: 'quiet',
};

function Details({ rollout }: { rollout: Rollout }) {
  const { done, total } = progressOfTargets(rollout.targets);
  return (
    <>
      <Anchor component={Link} to="/rollouts" size="sm">
        ← Rollouts
      </Anchor>
      <PageHeader
        title={rollout.name || rollout.id}
        badge={<ToneBadge tone={toneOfRollout(rollout.state)}>{rollout.state}</ToneBadge>}
        description={rollout.reason}
        actions={!isFinished(rollout.state) && <Commands rollout={rollout} />}
      />
      <Stack gap="md">
        <div>
          <Progress value={total === 0 ? 0 : (100 * done) / total} size="lg" aria-label="Progress" />
          <Text size="sm" c="dimmed" mt={4}>
            {done} of {counted(total, 'instance')}
            {rollout.wave !== undefined && `, wave ${rollout.wave}`}
          </Text>
        </div>
        <Panel title="Change">
          <Code block tabIndex={0} aria-label="Change">
            {JSON.stringify(rollout.change, null, 2)}
          </Code>
        </Panel>
        <Panel title="Instances" flush>
          <PlainTable columns={['Wave', 'Instance', 'State', 'Revisions', 'Reason']}>
            {rollout.targets.map((target) => (
              <tr key={target.instanceId}>
                <td className="numeric">{target.wave}</td>
                <td>
                  <InstanceLink id={target.instanceId} />
                </td>
                <td>
                  <ToneBadge tone={TARGET_TONES[target.state]}>{target.state}</ToneBadge>
                </td>
                <td className="numeric">
                  {target.revisionBefore ?? '–'} → {target.revisionAfter ?? '–'}
                </td>
                <td className="text">{target.reason}</td>
              </tr>
            ))}
          </PlainTable>
        </Panel>
      </Stack>
    </>
  );
}

function Commands({ rollout }: { rollout: Rollout }) {
  const client = useQueryClient();
  const [aborting, setAborting] = useState(false);
  const command = useMutation({
    mutationFn: (which: RolloutCommand) => commandRollout(which, rollout.id),
    onSuccess: () => client.invalidateQueries({ queryKey: ['reconciliation', 'rollouts'] }),
    onError: (error, which) => notifyProblem(`Could not ${which} the rollout`, error),
    onSettled: () => setAborting(false),
  });
  return (
    <>
      {rollout.state === 'Paused' ? (
        <Button loading={command.isPending} onClick={() => command.mutate('resume')}>
          Resume
        </Button>
      ) : (
        <Button variant="default" loading={command.isPending} onClick={() => command.mutate('pause')}>
          Pause
        </Button>
      )}
      <Button variant="default" onClick={() => setAborting(true)}>
        Abort
      </Button>
      <ConfirmModal
        opened={aborting}
        title="Abort the rollout?"
        confirm="Abort"
        dangerous
        busy={command.isPending}
        onConfirm={() => command.mutate('abort')}
        onClose={() => setAborting(false)}
      >
        Instances that wait stay as they are. Those that were changed keep the change.
      </ConfirmModal>
    </>
  );
}

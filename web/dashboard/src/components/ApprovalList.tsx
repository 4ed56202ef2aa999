import { Anchor, Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router-dom';
import { decide } from '../api/reconciliation';
import type { Approval } from '../api/types';
import { Differences } from './Differences';
import { notifyDone, notifyProblem } from './notify';
import { Panel } from './Panel';
import { type Tone, ToneBadge } from './StatusBadge';
import { Time } from './Time';

const TONES: Record<Approval['state'], Tone> = {
  Pending: 'warn',
  Approved: 'ok',
  Used: 'ok',
  Rejected: 'bad',
  Expired: 'quiet',
  Superseded: 'quiet',
};

export function ApprovalList({ approvals }: { approvals: readonly Approval[] }) {
  return (
    <Stack gap="md">
      {approvals.map((approval) => (
        <ApprovalCard key={approval.id} approval={approval} />
      ))}
    </Stack>
  );
}

function ApprovalCard({ approval }: { approval: Approval }) {
  return (
    <Panel>
      <Stack gap="sm">
        <Group justify="space-between">
          <Group gap="sm">
            <ToneBadge tone={TONES[approval.state]}>{approval.state}</ToneBadge>
            <Text size="sm">
              <Anchor
                component={Link}
                to={`/instances/${encodeURIComponent(approval.instanceId)}/history`}
                fw={600}
                size="sm"
              >
                {approval.instanceId}
              </Anchor>
              , revision {approval.revision}
              {approval.strategy && `, ${approval.strategy}`}
            </Text>
          </Group>
          <Text size="sm" c="dimmed">
            asked <Time at={approval.requestedAt} />
            {approval.decidedBy && (
              <>
                , decided by {approval.decidedBy} <Time at={approval.decidedAt} />
              </>
            )}
          </Text>
        </Group>
        {approval.reason && <Text size="sm">{approval.reason}</Text>}
        {approval.comment && <Text size="sm">“{approval.comment}”</Text>}
        <Differences differences={approval.differences ?? []} />
        {approval.state === 'Pending' && <Decision approval={approval} />}
      </Stack>
    </Panel>
  );
}

function Decision({ approval }: { approval: Approval }) {
  const client = useQueryClient();
  const [comment, setComment] = useState('');
  const decision = useMutation({
    mutationFn: (agreed: boolean) => decide(approval.id, agreed, comment),
    onSuccess: async (_, agreed) => {
      notifyDone(agreed ? 'Approved' : 'Rejected');
      await client.invalidateQueries({ queryKey: ['reconciliation'] });
    },
    onError: (error) => notifyProblem('Could not decide', error),
  });
  return (
    <Group gap="xs">
      <TextInput
        aria-label="Comment"
        placeholder="Comment"
        value={comment}
        onChange={(event) => setComment(event.currentTarget.value)}
        style={{ flex: '1 1 200px' }}
      />
      <Button loading={decision.isPending} onClick={() => decision.mutate(true)}>
        Approve
      </Button>
      <Button variant="default" disabled={decision.isPending} onClick={() => decision.mutate(false)}>
        Reject
      </Button>
    </Group>
  );
}

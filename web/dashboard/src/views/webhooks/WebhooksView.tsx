import { Button, Group, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { deleteWebhook, testWebhook, webhooksQuery } from '../../api/operations';
import type { Webhook } from '../../api/types';
import { ConfirmModal } from '../../components/ConfirmModal';
import { EmptyState } from '../../components/EmptyState';
import { Icon } from '../../components/Icon';
import { notifyDone, notifyProblem } from '../../components/notify';
import { PageHeader } from '../../components/PageHeader';
import { Panel } from '../../components/Panel';
import { QueryBoundary } from '../../components/QueryBoundary';
import { ToneBadge } from '../../components/StatusBadge';
import { Deliveries } from './Deliveries';
import { WebhookModal } from './WebhookModal';

export default function WebhooksView() {
  const query = useQuery(webhooksQuery);
  const [adding, setAdding] = useState(false);
  return (
    <>
      <PageHeader
        title="Webhooks"
        description="Events told to other systems: signed, in order, and again until they arrive"
        actions={
          <Button leftSection={<Icon name="plus" />} onClick={() => setAdding(true)}>
            New webhook
          </Button>
        }
      />
      <QueryBoundary query={query}>
        {(webhooks) =>
          webhooks.length === 0 ? (
            <EmptyState icon="webhooks" title="No webhook yet">
              Failed reconciliations to a chat, approvals to a ticket system: a webhook tells others what happens here.
            </EmptyState>
          ) : (
            <Stack gap="md">
              {webhooks.map((webhook) => (
                <WebhookCard key={webhook.id} webhook={webhook} />
              ))}
            </Stack>
          )
        }
      </QueryBoundary>
      <WebhookModal opened={adding} onClose={() => setAdding(false)} />
    </>
  );
}

function WebhookCard({ webhook }: { webhook: Webhook }) {
  const client = useQueryClient();
  const { id } = webhook;
  const [editing, setEditing] = useState(false);
  const [deleting, setDeleting] = useState(false);
  const refresh = () => client.invalidateQueries({ queryKey: ['webhooks'] });
  const test = useMutation({
    mutationFn: () => testWebhook(id),
    onSuccess: ({ delivered, error }) =>
      delivered
        ? notifyDone('The test was delivered')
        : notifyProblem('The test was not delivered', new Error(error ?? 'no answer')),
    onError: (error) => notifyProblem('The test was not sent', error),
    onSettled: refresh,
  });
  const remove = useMutation({
    mutationFn: () => deleteWebhook(id),
    onSuccess: refresh,
    onError: (error) => notifyProblem('Could not delete the webhook', error),
    onSettled: () => setDeleting(false),
  });
  return (
    <Panel
      title={webhook.url}
      actions={
        <Group gap="xs">
          <Button size="xs" variant="default" loading={test.isPending} onClick={() => test.mutate()}>
            Test
          </Button>
          <Button size="xs" variant="default" onClick={() => setEditing(true)}>
            Edit
          </Button>
          <Button size="xs" variant="default" onClick={() => setDeleting(true)}>
            Delete
          </Button>
        </Group>
      }
    >
      <Stack gap="sm">
        <Group gap="sm">
          <ToneBadge tone={webhook.enabled ? 'ok' : 'quiet'}>{webhook.enabled ? 'Enabled' : 'Disabled'}</ToneBadge>
          <Text size="sm">{webhook.events?.includes('*') ? 'all events' : webhook.events?.join(', ')}</Text>
          {webhook.selector && <span className="mono">{webhook.selector}</span>}
          {webhook.instanceId && <span className="mono">{webhook.instanceId}</span>}
          {webhook.signed && (
            <Text size="sm" c="dimmed">
              signed
            </Text>
          )}
        </Group>
        <Deliveries webhookId={id} />
      </Stack>
      <WebhookModal webhook={webhook} opened={editing} onClose={() => setEditing(false)} />
      <ConfirmModal
        opened={deleting}
        title="Delete the webhook?"
        confirm="Delete"
        dangerous
        busy={remove.isPending}
        onConfirm={() => remove.mutate()}
        onClose={() => setDeleting(false)}
      >
        Nothing more is delivered to {webhook.url}.
      </ConfirmModal>
    </Panel>
  );
}

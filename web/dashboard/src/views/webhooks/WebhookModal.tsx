import { Checkbox, Modal, MultiSelect, PasswordInput, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { createWebhook, replaceWebhook } from '../../api/operations';
import type { Webhook } from '../../api/types';
import { EVENT_TYPES } from '../../components/events';
import { notifyDone } from '../../components/notify';
import { SubmitForm } from '../../components/SubmitForm';
import { formOf, type WebhookForm, webhookOf } from './webhookForm';

interface Props {
  webhook?: Webhook; // none: a new one
  opened: boolean;
  onClose: () => void;
}

export function WebhookModal({ webhook, opened, onClose }: Props) {
  return (
    <Modal opened={opened} onClose={onClose} title={webhook ? 'Edit the webhook' : 'New webhook'}>
      <Fields webhook={webhook} onClose={onClose} />
    </Modal>
  );
}

function Fields({ webhook, onClose }: { webhook: Webhook | undefined; onClose: () => void }) {
  const client = useQueryClient();
  const [form, setForm] = useState(() => formOf(webhook));
  const set = (change: Partial<WebhookForm>): void => setForm({ ...form, ...change });
  const save = useMutation({
    mutationFn: () => (webhook ? replaceWebhook(webhook.id, webhookOf(form)) : createWebhook(webhookOf(form))),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['webhooks'] });
      notifyDone(webhook ? 'The webhook is changed' : 'The webhook is created');
      onClose();
    },
  });
  return (
    <SubmitForm save={save} submit={webhook ? 'Save' : 'Create'} back={{ label: 'Cancel', onClick: onClose }}>
      <TextInput
        label="Address"
        type="url"
        required
        data-autofocus
        placeholder="https://example.org/hook"
        value={form.url}
        onChange={(event) => set({ url: event.currentTarget.value })}
      />
      <MultiSelect
        label="Events"
        placeholder={form.events.length === 0 ? 'All' : undefined}
        data={EVENT_TYPES}
        value={form.events}
        onChange={(events) => set({ events })}
      />
      <TextInput
        label="Instances"
        description="A selector over labels, such as team=shop; none: all"
        value={form.selector}
        onChange={(event) => set({ selector: event.currentTarget.value })}
      />
      <TextInput
        label="Only this instance"
        description="Its id; none: all"
        value={form.instanceId}
        onChange={(event) => set({ instanceId: event.currentTarget.value })}
      />
      <PasswordInput
        label="Secret"
        description={webhook?.signed ? 'Signs the deliveries. Empty: the one there is stays' : 'Signs the deliveries'}
        autoComplete="off"
        disabled={form.unsigned}
        value={form.secret}
        onChange={(event) => set({ secret: event.currentTarget.value })}
        visibilityToggleButtonProps={{ 'aria-label': 'Show the secret' }}
      />
      {webhook?.signed && (
        <Checkbox
          label="Do not sign any more"
          checked={form.unsigned}
          onChange={(event) => set({ unsigned: event.currentTarget.checked })}
        />
      )}
      <Checkbox
        label="Enabled"
        checked={form.enabled}
        onChange={(event) => set({ enabled: event.currentTarget.checked })}
      />
    </SubmitForm>
  );
}

import { Button, Group, Modal, MultiSelect, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { createWebhook } from '../../api/operations';
import { EVENT_TYPES } from '../../components/events';
import { ProblemAlert } from '../../components/ProblemAlert';

const EMPTY = { url: '', events: [] as string[], selector: '', secret: '' };

export function NewWebhookModal({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const client = useQueryClient();
  const [form, setForm] = useState(EMPTY);
  const create = useMutation({
    mutationFn: () =>
      createWebhook({
        url: form.url,
        events: form.events.length === 0 ? ['*'] : form.events,
        enabled: true,
        ...(form.selector === '' ? {} : { selector: form.selector }),
        ...(form.secret === '' ? {} : { secret: form.secret }),
      }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['webhooks'] });
      setForm(EMPTY);
      onClose();
    },
  });
  return (
    <Modal opened={opened} onClose={onClose} title="New webhook">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate();
        }}
      >
        <Stack gap="sm">
          <TextInput
            label="Address"
            type="url"
            required
            placeholder="https://example.org/hook"
            value={form.url}
            onChange={(event) => setForm({ ...form, url: event.currentTarget.value })}
          />
          <MultiSelect
            label="Events"
            placeholder={form.events.length === 0 ? 'All' : undefined}
            data={EVENT_TYPES}
            value={form.events}
            onChange={(events) => setForm({ ...form, events })}
          />
          <TextInput
            label="Instances"
            description="A selector over labels; none: all"
            value={form.selector}
            onChange={(event) => setForm({ ...form, selector: event.currentTarget.value })}
          />
          <PasswordInput
            label="Secret"
            description="Signs the deliveries"
            autoComplete="off"
            value={form.secret}
            onChange={(event) => setForm({ ...form, secret: event.currentTarget.value })}
            visibilityToggleButtonProps={{ 'aria-label': 'Show the secret' }}
          />
          {create.error && <ProblemAlert error={create.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={create.isPending}>
              Create
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

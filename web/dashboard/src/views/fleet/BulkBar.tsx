import { Button, Group, Progress, Text } from '@mantine/core';
import { useState } from 'react';
import type { Operation } from '../../api/instances';
import { ConfirmModal } from '../../components/ConfirmModal';
import { Icon } from '../../components/Icon';
import { useBulk } from './useBulk';

interface Props {
  ids: string[];
  onClear: () => void;
}

const ACTIONS: { operation: Operation; label: string; icon: 'play' | 'stop' | 'restart' | 'trash' }[] = [
  { operation: 'start', label: 'Start', icon: 'play' },
  { operation: 'stop', label: 'Stop', icon: 'stop' },
  { operation: 'restart', label: 'Restart', icon: 'restart' },
  { operation: 'delete', label: 'Delete', icon: 'trash' },
];

const WHAT_HAPPENS: Record<Operation, string> = {
  start: 'Those that run already are left as they are.',
  stop: 'Their queries stop until they are started again.',
  restart: 'Their queries pause until they are up again.',
  delete: 'They are stopped first. Their configurations, histories and logs are gone for good.',
};

export function BulkBar({ ids, onClear }: Props) {
  const [asked, setAsked] = useState<Operation | null>(null);
  const { progress, run } = useBulk();
  const what = ids.length === 1 ? '1 instance' : `${ids.length} instances`;
  if (progress) {
    return (
      <Group h={30} gap="sm" role="status">
        <Text size="sm">
          {progress.done} of {progress.total} done{progress.failed > 0 && `, ${progress.failed} failed`}
        </Text>
        <Progress value={(100 * progress.done) / progress.total} style={{ flex: 1 }} aria-label="Progress" />
      </Group>
    );
  }
  return (
    <Group gap="xs" role="group" aria-label="Actions on what is selected" mih={30}>
      <Text size="sm" fw={600}>
        {what} selected
      </Text>
      {ACTIONS.map(({ operation, label, icon }) => (
        <Button
          key={operation}
          size="compact-sm"
          variant="default"
          leftSection={<Icon name={icon} size={14} />}
          onClick={() => setAsked(operation)}
        >
          {label}
        </Button>
      ))}
      <Button size="compact-sm" variant="subtle" onClick={onClear}>
        Clear selection
      </Button>
      <ConfirmModal
        opened={asked !== null}
        title={asked === null ? '' : `${labelOf(asked)} ${what}?`}
        confirm={asked === null ? '' : labelOf(asked)}
        dangerous={asked === 'delete'}
        onClose={() => setAsked(null)}
        onConfirm={() => {
          if (asked) void run(asked, ids).then(onClear);
          setAsked(null);
        }}
      >
        {asked && WHAT_HAPPENS[asked]}
      </ConfirmModal>
    </Group>
  );
}

const labelOf = (operation: Operation): string => operation.charAt(0).toUpperCase() + operation.slice(1);

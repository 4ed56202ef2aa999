import { Button, Group, Progress, Text } from '@mantine/core';
import { useState } from 'react';
import { useNavigate } from 'react-router-dom';
import type { Operation } from '../../api/instances';
import { ConfirmModal } from '../../components/ConfirmModal';
import { Icon } from '../../components/Icon';
import { counted } from '../../components/words';
import { type Bulk, labelOfOperation } from './useBulk';

interface Props {
  bulk: Bulk;
  ids: readonly string[]; // all that are selected ...
  shown: readonly string[]; // ... and those of them that the filters let through
  onSelect: (ids: readonly string[]) => void;
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

const NAMED = 10;

export function BulkBar({ bulk, ids, shown, onSelect }: Props) {
  const navigate = useNavigate();
  const [asked, setAsked] = useState<Operation | null>(null);
  const { progress, run } = bulk;
  const what = counted(ids.length, 'instance');
  const hidden = ids.length - shown.length;
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
        {what} selected{hidden > 0 && `, ${hidden} hidden by filters`}
      </Text>
      {hidden > 0 && (
        <Button size="compact-sm" variant="light" onClick={() => onSelect(shown)}>
          Drop the hidden
        </Button>
      )}
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
      <Button
        size="compact-sm"
        variant="default"
        leftSection={<Icon name="rollouts" size={14} />}
        onClick={() => navigate('/rollouts/new', { state: { instances: ids } })}
      >
        Roll out a change
      </Button>
      <Button size="compact-sm" variant="subtle" onClick={() => onSelect([])}>
        Clear selection
      </Button>
      <ConfirmModal
        opened={asked !== null}
        title={asked === null ? '' : `${labelOfOperation(asked)} ${what}?`}
        confirm={asked === null ? '' : labelOfOperation(asked)}
        dangerous={asked === 'delete'}
        onClose={() => setAsked(null)}
        onConfirm={() => {
          if (asked) void run(asked, ids);
          setAsked(null);
        }}
      >
        {asked && WHAT_HAPPENS[asked]}
        <ul style={{ margin: '10px 0 0', paddingLeft: 18, overflowWrap: 'anywhere' }}>
          {ids.slice(0, NAMED).map((id) => (
            <li key={id}>{id}</li>
          ))}
          {ids.length > NAMED && <li>and {ids.length - NAMED} more</li>}
        </ul>
        {hidden > 0 && `${hidden} of them ${hidden === 1 ? 'is' : 'are'} hidden by the filters.`}
      </ConfirmModal>
    </Group>
  );
}

import { ActionIcon, Button, Menu } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate } from 'react-router-dom';
import { request } from '../../api/base';
import { operate, type Operation } from '../../api/instances';
import type { Instance } from '../../api/types';
import { ConfirmModal } from '../../components/ConfirmModal';
import { download } from '../../components/download';
import { Icon } from '../../components/Icon';
import { notifyDone, notifyProblem } from '../../components/notify';

const DONE: Record<Operation, string> = { start: 'Started', stop: 'Stopped', restart: 'Restarted', delete: 'Deleted' };

async function exportYaml(id: string): Promise<void> {
  const path = `/api/configuration/instances/${encodeURIComponent(id)}`;
  const response = await request(path, { headers: { Accept: 'application/yaml' } });
  download(`${id}.yaml`, await response.text(), 'application/yaml');
}

export function InstanceActions({ instance }: { instance: Instance }) {
  const navigate = useNavigate();
  const [asked, setAsked] = useState<'stop' | 'restart' | 'delete' | null>(null);
  const operation = useMutation({
    mutationFn: (which: Operation) => operate(which, instance.id),
    onSuccess: (_, which) => {
      notifyDone(`${DONE[which]} ${instance.name}`);
      if (which === 'delete') navigate('/');
    },
    onError: (error, which) => notifyProblem(`Could not ${which} ${instance.name}`, error),
    onSettled: () => setAsked(null),
  });
  const running = instance.desiredState === 'Running';
  const busy = (which: Operation): boolean => operation.isPending && operation.variables === which;
  return (
    <>
      {running ? (
        <>
          <Button
            variant="default"
            leftSection={<Icon name="restart" size={15} />}
            loading={busy('restart')}
            onClick={() => setAsked('restart')}
          >
            Restart
          </Button>
          <Button
            variant="default"
            leftSection={<Icon name="stop" size={15} />}
            loading={busy('stop')}
            onClick={() => setAsked('stop')}
          >
            Stop
          </Button>
        </>
      ) : (
        <Button
          leftSection={<Icon name="play" size={15} />}
          loading={busy('start')}
          onClick={() => operation.mutate('start')}
        >
          Start
        </Button>
      )}
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="default" size={36} aria-label="More actions">
            <Icon name="more" />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            leftSection={<Icon name="copy" size={15} />}
            onClick={() => navigate(`/new?clone=${encodeURIComponent(instance.id)}`)}
          >
            Clone
          </Menu.Item>
          <Menu.Item
            leftSection={<Icon name="download" size={15} />}
            onClick={() =>
              void exportYaml(instance.id).catch((error: unknown) => notifyProblem('Could not export', error))
            }
          >
            Export as YAML
          </Menu.Item>
          <Menu.Divider />
          <Menu.Item
            leftSection={<Icon name="trash" size={15} />}
            onClick={() => setAsked('delete')}
            style={{ color: 'var(--bad)' }}
          >
            Delete
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <ConfirmModal
        opened={asked === 'restart'}
        title={`Restart ${instance.name}?`}
        confirm="Restart"
        busy={operation.isPending}
        onConfirm={() => operation.mutate('restart')}
        onClose={() => setAsked(null)}
      >
        Its queries pause until it is up again; then the newest configuration, limits and options hold.
      </ConfirmModal>
      <ConfirmModal
        opened={asked === 'stop'}
        title={`Stop ${instance.name}?`}
        confirm="Stop"
        busy={operation.isPending}
        onConfirm={() => operation.mutate('stop')}
        onClose={() => setAsked(null)}
      >
        Its queries stop until it is started again. Its configuration and history stay.
      </ConfirmModal>
      <ConfirmModal
        opened={asked === 'delete'}
        title={`Delete ${instance.name}?`}
        confirm="Delete"
        dangerous
        busy={operation.isPending}
        onConfirm={() => operation.mutate('delete')}
        onClose={() => setAsked(null)}
      >
        It is stopped first. Its configuration, history and logs are gone for good.
      </ConfirmModal>
    </>
  );
}

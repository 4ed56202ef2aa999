import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { ProblemAlert } from '../../../components/ProblemAlert';
import YamlDiff from '../../../components/yaml/YamlDiff';

interface Props {
  opened: boolean;
  before: string;
  after: string;
  running: boolean;
  busy: boolean;
  error: Error | null;
  onSave: () => void;
  onClose: () => void;
}

export function ReviewModal({ opened, before, after, running, busy, error, onSave, onClose }: Props) {
  return (
    <Modal opened={opened} onClose={onClose} title="What changes" size="xl">
      <Stack gap="sm">
        <div className="panel">
          <YamlDiff before={before} after={after} label="Difference between the stored configuration and yours" />
        </div>
        <Text size="sm" c="dimmed">
          It is stored as a new revision.{' '}
          {running
            ? 'The reconciler brings it to the running server, without a restart where it can; without a reconciler the next restart does.'
            : 'The instance takes it when it is started.'}
        </Text>
        {error && <ProblemAlert error={error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Go on editing
          </Button>
          <Button onClick={onSave} loading={busy} data-autofocus>
            Save
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

import { Button, Group, Select, Stack, Text } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { platformsQuery } from '../../../api/operations';
import { reconcile } from '../../../api/reconciliation';
import type { Instance } from '../../../api/types';
import { ConfirmModal } from '../../../components/ConfirmModal';
import { Panel } from '../../../components/Panel';
import { ProblemAlert } from '../../../components/ProblemAlert';
import { ReconcileOutcome } from '../reconciliation/ReconcileOutcome';

// To another platform, with the same id and history: the strategy Migrate.
export function MovePanel({ instance }: { instance: Instance }) {
  const { data: platforms = [] } = useQuery(platformsQuery);
  const others = platforms.filter(({ platformType }) => platformType !== instance.platformType);
  const [platform, setPlatform] = useState<string | null>(null);
  const [asked, setAsked] = useState(false);
  const running = instance.phase === 'Running';
  const move = useMutation({
    mutationFn: (to: string) => reconcile(instance.id, { strategy: 'Migrate', parameters: { platform: to } }),
    onSettled: () => setAsked(false),
  });
  return (
    <Panel title="Move to another platform">
      <Stack gap="sm">
        <Text size="sm" c="dimmed">
          It runs on {instance.platformType}. A second server is started on the other platform, checked, and takes over;
          the first one ends.
          {!running && ' Start the instance first.'}
        </Text>
        {others.map(
          ({ platformType, available, reason }) =>
            !available && (
              <Text key={platformType} size="sm" style={{ overflowWrap: 'anywhere' }}>
                {platformType} is not available: {reason}
              </Text>
            ),
        )}
        <Group align="flex-end" gap="xs">
          <Select
            label="Platform"
            placeholder={others.some(({ available }) => available) ? 'Choose one' : 'There is no other'}
            data={others.map(({ platformType, available }) => ({
              value: platformType,
              label: platformType,
              disabled: !available,
            }))}
            value={platform}
            onChange={setPlatform}
            style={{ flex: '1 1 180px' }}
          />
          <Button
            variant="default"
            disabled={platform === null || !running}
            loading={move.isPending}
            onClick={() => setAsked(true)}
          >
            Move
          </Button>
        </Group>
        {move.error && <ProblemAlert error={move.error} />}
        {move.data && <ReconcileOutcome instanceId={instance.id} answer={move.data} />}
      </Stack>
      <ConfirmModal
        opened={asked}
        title={`Move ${instance.name} to ${platform ?? ''}?`}
        confirm="Move"
        busy={move.isPending}
        onConfirm={() => platform !== null && move.mutate(platform)}
        onClose={() => setAsked(false)}
      >
        Its address changes; id, configuration and history stay. Its options have to be such as the other platform
        knows. What fails is undone.
      </ConfirmModal>
    </Panel>
  );
}

import { Button, Group, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { refreshInstance, updateInstance } from '../../../api/instances';
import type { Instance } from '../../../api/types';
import { notifyProblem } from '../../../components/notify';
import { Panel } from '../../../components/Panel';

// The one address that stays while workloads change.
export function FrontPortPanel({ instance }: { instance: Instance }) {
  const client = useQueryClient();
  const open = typeof instance.frontPort === 'number';
  const change = useMutation({
    mutationFn: async () => {
      await updateInstance(instance.id, { frontPort: open ? null : 'auto' });
      await refreshInstance(client, instance.id);
    },
    onError: (error) => notifyProblem('Could not change the front port', error),
  });
  return (
    <Panel title="Front port">
      <Group justify="space-between" gap="sm">
        <Text size="sm" c={open ? undefined : 'dimmed'} style={{ flex: '1 1 300px' }}>
          {open ? (
            <>
              Clients connect to port <strong className="numeric">{instance.frontPort}</strong> of the control plane,
              and never see which workload they talk to.
            </>
          ) : (
            'None. Clients of the workload’s own address have to follow it; those of the front port, or of the proxy route, do not.'
          )}
        </Text>
        <Button size="xs" variant="default" loading={change.isPending} onClick={() => change.mutate()}>
          {open ? 'Close the front port' : 'Open a front port'}
        </Button>
      </Group>
    </Panel>
  );
}

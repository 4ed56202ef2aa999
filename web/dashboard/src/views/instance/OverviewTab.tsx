import { PlainTable } from '../../components/PlainTable';
import { Alert, Anchor, Grid, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router-dom';
import { approvalsQuery } from '../../api/reconciliation';
import type { Instance, RuntimeStatus } from '../../api/types';
import { instancePath } from '../../app/paths';
import { Icon } from '../../components/Icon';
import { LineChart } from '../../components/LineChart';
import { Panel } from '../../components/Panel';
import { toneOfComponent, ToneBadge } from '../../components/StatusBadge';
import { bytes } from '../../components/time';
import { Facts } from './Facts';
import { Timeline } from './Timeline';
import { WINDOW_MS } from './samples';
import { useRuntime } from './useRuntime';

const cores = (value: number): string =>
  value < 10 ? `${(value * 100).toFixed(value < 0.1 ? 1 : 0)} %` : `${value.toFixed(0)} cores`;

export function OverviewTab({ instance }: { instance: Instance }) {
  const { query, samples } = useRuntime(instance.id);
  const runtime = query.data;
  return (
    <Stack gap="md">
      <Reason instance={instance} runtime={runtime} />
      <Grid gutter="md">
        <Grid.Col span={{ base: 12, md: 7 }}>
          <Stack gap="md">
            <Panel title="Usage">
              <Grid gutter="lg">
                <Grid.Col span={{ base: 12, xs: 6 }}>
                  <LineChart
                    label="CPU (100 % = one core)"
                    points={samples.cpu}
                    format={cores}
                    limit={instance.limits?.cpuCores}
                    windowMs={WINDOW_MS}
                    minMax={0.05}
                  />
                </Grid.Col>
                <Grid.Col span={{ base: 12, xs: 6 }}>
                  <LineChart
                    label="Memory"
                    points={samples.memory}
                    format={bytes}
                    limit={instance.limits?.memoryBytes}
                    windowMs={WINDOW_MS}
                    minMax={1 << 20}
                    step="binary"
                  />
                </Grid.Col>
              </Grid>
            </Panel>
            <Components runtime={runtime} />
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 5 }}>
          <Stack gap="md">
            <Panel title="Details">
              <Facts instance={instance} runtime={runtime} />
            </Panel>
            <Panel title="Timeline">
              <Timeline instanceId={instance.id} />
            </Panel>
          </Stack>
        </Grid.Col>
      </Grid>
    </Stack>
  );
}

// Why the status is what it is, where that needs words.
function Reason({ instance, runtime }: { instance: Instance; runtime: RuntimeStatus | undefined }) {
  const error = instance.errorMessage ?? runtime?.errorMessage;
  const icon = <Icon name="warning" />;
  const { data: approvals = [] } = useQuery(approvalsQuery);
  const pending = approvals.find(({ instanceId, state }) => instanceId === instance.id && state === 'Pending');
  return (
    <>
      {error && (
        <Alert icon={icon} variant="default" className="problem" title="What is wrong">
          {error}
        </Alert>
      )}
      {instance.held && (
        <Alert icon={icon} variant="default" className="caution" title={`Revision ${instance.held.revision} is held`}>
          {instance.held.reason}
        </Alert>
      )}
      {pending && (
        <Alert
          icon={icon}
          variant="default"
          className="caution"
          title={`Revision ${pending.revision} waits for approval`}
        >
          <Anchor component={Link} to={`${instancePath(instance.id)}/reconciliation`} size="sm">
            See what changes, and decide
          </Anchor>
        </Alert>
      )}
      {instance.status === 'ConfigurationChanged' && instance.phase === 'Running' && !instance.held && !pending && (
        <Alert icon={icon} variant="default" className="caution" title="A newer configuration waits">
          It runs revision {instance.appliedRevision}; revision {instance.configurationRevision} is stored. A reconciler
          brings it to the server, or a restart does.
        </Alert>
      )}
    </>
  );
}

function Components({ runtime }: { runtime: RuntimeStatus | undefined }) {
  const components = runtime?.components ?? [];
  const several = components.some((component) => component.library !== undefined);
  return (
    <Panel title="Components" flush>
      {components.length === 0 ? (
        <Text size="sm" c="dimmed" p="md">
          They show while the server runs.
        </Text>
      ) : (
        <PlainTable columns={[several && 'Library', 'Kind', 'Id', 'State']}>
          {components.map((component) => (
            <tr key={[component.library, component.kind, component.id].join('/')}>
              {several && <td className="mono">{component.library ?? 'first'}</td>}
              <td>{component.kind}</td>
              <td className="mono">{component.id}</td>
              <td>
                <ToneBadge tone={toneOfComponent(component.status)}>{component.status}</ToneBadge>
                {component.errorMessage && <Text size="sm">{component.errorMessage}</Text>}
              </td>
            </tr>
          ))}
        </PlainTable>
      )}
    </Panel>
  );
}

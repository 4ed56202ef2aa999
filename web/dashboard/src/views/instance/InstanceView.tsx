import { Anchor, Tabs, Text } from '@mantine/core';
import { lazy, Suspense } from 'react';
import { Link, useNavigate, useParams } from 'react-router-dom';
import { useInstance } from '../../api/instances';
import { asProblem } from '../../api/problem';
import type { Instance } from '../../api/types';
import { EmptyState } from '../../components/EmptyState';
import { PageHeader } from '../../components/PageHeader';
import { QueryBoundary } from '../../components/QueryBoundary';
import { StatusBadge } from '../../components/StatusBadge';
import { instancePath } from '../../app/paths';
import { NotFound } from '../../app/NotFound';
import { InstanceActions } from './InstanceActions';
import { OverviewTab } from './OverviewTab';

// What is large is fetched when it shows.
const PipelineTab = lazy(() => import('./pipeline/PipelineTab'));
const ConfigurationTab = lazy(() => import('./configuration/ConfigurationTab'));
const HistoryTab = lazy(() => import('./history/HistoryTab'));
const TrafficTab = lazy(() => import('./traffic/TrafficTab'));
const LogsTab = lazy(() => import('./logs/LogsTab'));
const EventsTab = lazy(() => import('./EventsTab'));
const SettingsTab = lazy(() => import('./settings/SettingsTab'));
const ReconciliationTab = lazy(() => import('./reconciliation/ReconciliationTab'));

const TABS = [
  { value: 'overview', label: 'Overview', Content: OverviewTab },
  { value: 'pipeline', label: 'Pipeline', Content: PipelineTab },
  { value: 'configuration', label: 'Configuration', Content: ConfigurationTab },
  { value: 'history', label: 'History', Content: HistoryTab },
  { value: 'logs', label: 'Logs', Content: LogsTab },
  { value: 'traffic', label: 'Traffic', Content: TrafficTab },
  { value: 'events', label: 'Events', Content: EventsTab },
  { value: 'reconciliation', label: 'Reconciliation', Content: ReconciliationTab },
  { value: 'settings', label: 'Settings', Content: SettingsTab },
] as const;

export default function InstanceView() {
  const { instanceId = '', tab = 'overview' } = useParams();
  const instance = useInstance(instanceId);
  if (!TABS.some(({ value }) => value === tab)) return <NotFound />;
  if (instance.error && asProblem(instance.error).status === 404) return <Gone id={instanceId} />;
  return <QueryBoundary query={instance}>{(found) => <Details instance={found} tab={tab} />}</QueryBoundary>;
}

function Gone({ id }: { id: string }) {
  return (
    <EmptyState icon="search" title="There is no such instance" action={<Link to="/">To the fleet</Link>}>
      <span className="mono">{id}</span> does not exist, or was deleted.
    </EmptyState>
  );
}

function Details({ instance, tab }: { instance: Instance; tab: string }) {
  const navigate = useNavigate();
  return (
    <>
      <Anchor component={Link} to="/" size="sm">
        ← Fleet
      </Anchor>
      <PageHeader
        title={instance.name}
        badge={<StatusBadge status={instance.status} phase={instance.phase} health={instance.health} />}
        description={
          <>
            <span className="mono">{instance.id}</span>
            {instance.description && <Text span> · {instance.description}</Text>}
          </>
        }
        actions={<InstanceActions instance={instance} />}
      />
      <Tabs
        value={tab}
        onChange={(next) => navigate(instancePath(instance.id) + (next === 'overview' ? '' : `/${next ?? ''}`))}
        keepMounted={false}
      >
        <Tabs.List mb="md" style={{ overflowX: 'auto', overflowY: 'hidden', flexWrap: 'nowrap' }}>
          {TABS.map(({ value, label }) => (
            <Tabs.Tab key={value} value={value} fw={500}>
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {TABS.map(({ value, Content }) => (
          <Tabs.Panel key={value} value={value}>
            <Suspense fallback={null}>
              <Content instance={instance} />
            </Suspense>
          </Tabs.Panel>
        ))}
      </Tabs>
    </>
  );
}

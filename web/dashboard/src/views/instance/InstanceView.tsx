import { Anchor, Tabs, Text } from '@mantine/core';
import { lazy, Suspense, useEffect, useRef } from 'react';
import { Link, useNavigate, useParams } from 'react-router-dom';
import { useInstance } from '../../api/instances';
import { asProblem } from '../../api/problem';
import type { Instance } from '../../api/types';
import { PageHeader } from '../../components/PageHeader';
import { QueryBoundary } from '../../components/QueryBoundary';
import { StatusBadge } from '../../components/StatusBadge';
import { useTitle } from '../../components/useTitle';
import { instancePath } from '../../app/paths';
import { NotFound } from '../../app/NotFound';
import { InstanceActions } from './InstanceActions';
import classes from './InstanceView.module.css';
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
  const isTab = TABS.some(({ value }) => value === tab);
  const isGone = instance.error !== null && asProblem(instance.error).status === 404;
  useTitle(instance.data || isGone || !isTab ? undefined : instanceId);
  if (!isTab) return <NotFound />;
  if (isGone) {
    return (
      <NotFound what="instance">
        <span className="mono">{instanceId}</span> does not exist, or was deleted.
      </NotFound>
    );
  }
  return <QueryBoundary query={instance}>{(found) => <Details instance={found} tab={tab} />}</QueryBoundary>;
}

function Details({ instance, tab }: { instance: Instance; tab: string }) {
  const navigate = useNavigate();
  const list = useRef<HTMLDivElement>(null);
  // On a narrow screen the tabs scroll: the one that is open is in the middle.
  useEffect(() => {
    const open = list.current?.querySelector<HTMLElement>('[aria-selected=true]');
    if (list.current && open)
      list.current.scrollLeft = open.offsetLeft - (list.current.clientWidth - open.offsetWidth) / 2;
  }, [tab]);
  return (
    <>
      <Anchor component={Link} to="/" size="sm">
        ← Fleet
      </Anchor>
      <PageHeader
        title={instance.name}
        documentTitle={tab === 'overview' ? instance.name : `${instance.name}: ${tab}`}
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
        <Tabs.List ref={list} mb="md" className={classes.tabs}>
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

import { lazy } from 'react';
import { createBrowserRouter } from 'react-router-dom';
import { basePath } from '../api/base';
import { NotFound } from './NotFound';
import { Shell } from './Shell';

// One chunk per view.
const FleetView = lazy(() => import('../views/fleet/FleetView'));
const CreateView = lazy(() => import('../views/create/CreateView'));
const InstanceView = lazy(() => import('../views/instance/InstanceView'));
const EventsView = lazy(() => import('../views/events/EventsView'));
const AuditView = lazy(() => import('../views/audit/AuditView'));
const RolloutsView = lazy(() => import('../views/rollouts/RolloutsView'));
const RolloutView = lazy(() => import('../views/rollouts/RolloutView'));
const NewRolloutView = lazy(() => import('../views/rollouts/NewRolloutView'));
const ApprovalsView = lazy(() => import('../views/approvals/ApprovalsView'));
const PolicyView = lazy(() => import('../views/policy/PolicyView'));
const PlatformsView = lazy(() => import('../views/platforms/PlatformsView'));
const WorkersView = lazy(() => import('../views/workers/WorkersView'));
const WebhooksView = lazy(() => import('../views/webhooks/WebhooksView'));
const SettingsView = lazy(() => import('../views/settings/SettingsView'));

export const router = createBrowserRouter(
  [
    {
      path: '/',
      element: <Shell />,
      children: [
        { index: true, element: <FleetView /> },
        { path: 'new', element: <CreateView /> },
        { path: 'instances/:instanceId/:tab?', element: <InstanceView /> },
        { path: 'events', element: <EventsView /> },
        { path: 'audit', element: <AuditView /> },
        { path: 'rollouts', element: <RolloutsView /> },
        { path: 'rollouts/new', element: <NewRolloutView /> },
        { path: 'rollouts/:rolloutId', element: <RolloutView /> },
        { path: 'approvals', element: <ApprovalsView /> },
        { path: 'policy', element: <PolicyView /> },
        { path: 'platforms', element: <PlatformsView /> },
        { path: 'workers', element: <WorkersView /> },
        { path: 'webhooks', element: <WebhooksView /> },
        { path: 'settings', element: <SettingsView /> },
        { path: '*', element: <NotFound /> },
      ],
    },
  ],
  { basename: basePath === '' ? '/' : basePath, future: { v7_relativeSplatPath: true } },
);

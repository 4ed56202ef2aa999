import {
  ActionIcon,
  Anchor,
  AppShell,
  Burger,
  Group,
  NavLink,
  ScrollArea,
  Text,
  Tooltip,
  useMantineColorScheme,
  useComputedColorScheme,
} from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { Suspense, useEffect } from 'react';
import { NavLink as RouterLink, Outlet, useLocation } from 'react-router-dom';
import { linkTo } from '../api/base';
import { approvalsQuery } from '../api/reconciliation';
import { Icon, type IconName } from '../components/Icon';
import { ConnectionBanner, ConnectionDot } from './Connection';
import { ErrorBoundary } from './ErrorBoundary';
import iconUrl from './icon.svg';
import classes from './Shell.module.css';

const VIEWS: { to: string; label: string; icon: IconName }[] = [
  { to: '/', label: 'Fleet', icon: 'fleet' },
  { to: '/events', label: 'Events', icon: 'events' },
  { to: '/audit', label: 'Audit', icon: 'audit' },
  { to: '/rollouts', label: 'Rollouts', icon: 'rollouts' },
  { to: '/approvals', label: 'Approvals', icon: 'approvals' },
  { to: '/policy', label: 'Policy', icon: 'policy' },
  { to: '/platforms', label: 'Platforms', icon: 'platforms' },
  { to: '/workers', label: 'Workers', icon: 'workers' },
  { to: '/webhooks', label: 'Webhooks', icon: 'webhooks' },
  { to: '/settings', label: 'Settings', icon: 'settings' },
];

export function Shell() {
  const [opened, { toggle, close }] = useDisclosure(false);
  const location = useLocation();
  useEffect(close, [location.pathname, close]);
  return (
    <AppShell
      header={{ height: 52 }}
      navbar={{ width: 208, breakpoint: 'sm', collapsed: { mobile: !opened } }}
      padding={{ base: 'sm', sm: 'lg' }}
      classNames={{ navbar: classes.navbar, header: classes.header, main: classes.main }}
    >
      <a href="#main" className={classes.skip} onClick={skipToMain}>
        Skip to the content
      </a>
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger opened={opened} onClick={toggle} hiddenFrom="sm" size="sm" aria-label="Navigation" />
            <Anchor component={RouterLink} to="/" underline="never" c="inherit">
              <Group gap={9} wrap="nowrap">
                <img src={iconUrl} width={26} height={26} alt="" />
                <Text fw={700} fz={17}>
                  DRaaS
                </Text>
              </Group>
            </Anchor>
          </Group>
          <Group gap="sm" wrap="nowrap">
            <ConnectionDot />
            <ColorSchemeButton />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label="Views">
        <AppShell.Section grow component={ScrollArea}>
          {VIEWS.map((view) => (
            <ViewLink key={view.to} {...view} />
          ))}
        </AppShell.Section>
        <AppShell.Section>
          <NavLink
            href={linkTo('/scalar/v1')}
            target="_blank"
            label="API documentation"
            leftSection={<Icon name="book" />}
            className={classes.link}
          />
        </AppShell.Section>
      </AppShell.Navbar>
      <AppShell.Main id="main" tabIndex={-1}>
        <ConnectionBanner />
        <ErrorBoundary key={location.pathname}>
          <Suspense fallback={null}>
            <Outlet />
          </Suspense>
        </ErrorBoundary>
      </AppShell.Main>
    </AppShell>
  );
}

// A link to "#main" would leave the page: its <base> is not where it is.
function skipToMain(event: React.MouseEvent): void {
  event.preventDefault();
  document.getElementById('main')?.focus();
}

function ViewLink({ to, label, icon }: { to: string; label: string; icon: IconName }) {
  const { pathname } = useLocation();
  const active = to === '/' ? pathname === '/' || pathname.startsWith('/instances') : pathname.startsWith(to);
  return (
    <NavLink
      component={RouterLink}
      to={to}
      label={label}
      active={active}
      leftSection={<Icon name={icon} />}
      rightSection={to === '/approvals' ? <PendingApprovals /> : undefined}
      className={classes.link}
    />
  );
}

function PendingApprovals() {
  const { data } = useQuery(approvalsQuery);
  const pending = data?.filter((approval) => approval.state === 'Pending').length ?? 0;
  if (pending === 0) return null;
  return (
    <span className={classes.count} aria-label={`${pending} pending`}>
      {pending}
    </span>
  );
}

function ColorSchemeButton() {
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme('light');
  const next = scheme === 'dark' ? 'light' : 'dark';
  return (
    <Tooltip label={`Switch to ${next}`}>
      <ActionIcon
        variant="subtle"
        color="gray"
        size="lg"
        onClick={() => setColorScheme(next)}
        aria-label={`Switch to ${next}`}
        c="dimmed"
      >
        <Icon name={scheme === 'dark' ? 'sun' : 'moon'} />
      </ActionIcon>
    </Tooltip>
  );
}

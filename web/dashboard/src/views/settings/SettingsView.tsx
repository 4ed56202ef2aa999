import {
  Anchor,
  Button,
  Group,
  PasswordInput,
  SegmentedControl,
  Stack,
  Text,
  useMantineColorScheme,
} from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { setPreferences, usePreferences } from '../../app/preferences';
import { linkTo } from '../../api/base';
import { healthQuery } from '../../api/operations';
import { notifyDone } from '../../components/notify';
import { PageHeader } from '../../components/PageHeader';
import { Panel } from '../../components/Panel';
import { QueryBoundary } from '../../components/QueryBoundary';

export default function SettingsView() {
  return (
    <>
      <PageHeader title="Settings" description="They stay in this browser" />
      <Stack gap="md" maw={640}>
        <Appearance />
        <Access />
        <About />
      </Stack>
    </>
  );
}

function Appearance() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const { density } = usePreferences();
  return (
    <Panel title="Appearance">
      <Stack gap="md">
        <div>
          <Text size="sm" fw={500} mb={4} id="theme">
            Theme
          </Text>
          <SegmentedControl
            aria-labelledby="theme"
            value={colorScheme}
            onChange={(value) => setColorScheme(value as 'light' | 'dark' | 'auto')}
            data={[
              { value: 'light', label: 'Light' },
              { value: 'dark', label: 'Dark' },
              { value: 'auto', label: 'System' },
            ]}
          />
        </div>
        <div>
          <Text size="sm" fw={500} mb={4} id="density">
            Density of the table
          </Text>
          <SegmentedControl
            aria-labelledby="density"
            value={density}
            onChange={(value) => setPreferences({ density: value as 'comfortable' | 'compact' })}
            data={[
              { value: 'comfortable', label: 'Comfortable' },
              { value: 'compact', label: 'Compact' },
            ]}
          />
        </div>
      </Stack>
    </Panel>
  );
}

function Access() {
  const client = useQueryClient();
  const { apiKey } = usePreferences();
  const [key, setKey] = useState(apiKey);
  const store = (next: string): void => {
    setKey(next);
    setPreferences({ apiKey: next.trim() });
    void client.resetQueries();
    notifyDone(next === '' ? 'The key is forgotten' : 'The key is stored in this browser');
  };
  return (
    <Panel title="Access">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          store(key);
        }}
      >
        <Stack gap="sm">
          <PasswordInput
            label="API key"
            description="Sent to this control plane with each request, as X-Api-Key. Needed only where the control plane asks for one."
            autoComplete="off"
            value={key}
            onChange={(event) => setKey(event.currentTarget.value)}
            visibilityToggleButtonProps={{ 'aria-label': 'Show the key' }}
          />
          <Group gap="xs">
            <Button type="submit" disabled={key.trim() === apiKey}>
              Store
            </Button>
            <Button variant="default" disabled={apiKey === ''} onClick={() => store('')}>
              Forget
            </Button>
          </Group>
        </Stack>
      </form>
    </Panel>
  );
}

function About() {
  const query = useQuery(healthQuery);
  return (
    <Panel title="Control plane">
      <QueryBoundary query={query}>
        {({ version, controlPlaneId, status, reason }) => (
          <Stack gap={4}>
            <Text size="sm">
              DRaaS {version}, {status}
              {reason && `: ${reason}`}
            </Text>
            <Text size="sm" c="dimmed" className="mono">
              {controlPlaneId}
            </Text>
            <Anchor size="sm" href={linkTo('/third-party-notices.txt')} target="_blank">
              Licences of what this page is made of
            </Anchor>
          </Stack>
        )}
      </QueryBoundary>
    </Panel>
  );
}

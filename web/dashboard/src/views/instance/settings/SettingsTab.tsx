import { Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { storedInstanceQuery } from '../../../api/instances';
import type { Instance } from '../../../api/types';
import { Panel } from '../../../components/Panel';
import { QueryBoundary } from '../../../components/QueryBoundary';
import { MovePanel } from './MovePanel';
import { SettingsFields } from './SettingsFields';

export default function SettingsTab({ instance }: { instance: Instance }) {
  const query = useQuery(storedInstanceQuery(instance.id));
  return (
    <Stack gap="md" maw={760}>
      <Panel title="Settings">
        <QueryBoundary query={query}>{(stored) => <SettingsFields key={instance.id} stored={stored} />}</QueryBoundary>
      </Panel>
      <MovePanel instance={instance} />
    </Stack>
  );
}

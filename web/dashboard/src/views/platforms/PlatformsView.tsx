import { SimpleGrid, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router-dom';
import { platformsQuery } from '../../api/operations';
import { PageHeader } from '../../components/PageHeader';
import { Panel } from '../../components/Panel';
import { QueryBoundary } from '../../components/QueryBoundary';
import { ToneBadge } from '../../components/StatusBadge';
import { counted } from '../../components/words';

const EVERY_MS = 5000; // that an engine comes or goes is no event

export default function PlatformsView() {
  const query = useQuery({ ...platformsQuery, refetchInterval: EVERY_MS });
  return (
    <>
      <PageHeader title="Platforms" description="Where instances can run" />
      <QueryBoundary query={query}>
        {(platforms) => (
          <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>
            {platforms.map((platform) => (
              <Panel
                key={platform.platformType}
                title={platform.platformType + (platform.isDefault ? ' (default)' : '')}
                actions={
                  <ToneBadge tone={platform.available ? 'ok' : 'bad'}>
                    {platform.available ? 'Available' : 'Not available'}
                  </ToneBadge>
                }
              >
                <Stack gap={6}>
                  <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
                    {platform.reason}
                  </Text>
                  <Text size="sm" c="dimmed">
                    {platform.version && `drasi-server ${platform.version}, `}watched by {platform.monitoring}
                  </Text>
                  <Link to={`/?platform=${encodeURIComponent(platform.platformType)}`}>
                    {counted(platform.instanceCount, 'instance')}
                  </Link>
                </Stack>
              </Panel>
            ))}
          </SimpleGrid>
        )}
      </QueryBoundary>
    </>
  );
}

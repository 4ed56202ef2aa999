import { Anchor } from '@mantine/core';
import { Link } from 'react-router-dom';
import type { FleetEvent } from '../api/types';
import { describeEvent, toneOfEvent } from './events';
import { PlainTable } from './PlainTable';
import { ToneBadge } from './StatusBadge';
import { Time } from './Time';

const SHOWN = 200;

export function EventTable({
  events,
  withInstance = false,
}: {
  events: readonly FleetEvent[];
  withInstance?: boolean;
}) {
  return (
    <PlainTable columns={['When', withInstance && 'Instance', 'Type', 'What', 'Source']}>
      {events
        .slice(-SHOWN)
        .reverse()
        .map((event) => (
          <tr key={event.sequence}>
            <td>
              <Time at={event.timestamp} />
            </td>
            {withInstance && (
              <td>
                {event.instanceId && (
                  <Anchor component={Link} to={`/instances/${encodeURIComponent(event.instanceId)}`} size="sm">
                    {event.instanceId}
                  </Anchor>
                )}
              </td>
            )}
            <td>
              <ToneBadge tone={toneOfEvent(event)}>{event.type}</ToneBadge>
            </td>
            <td>{describeEvent(event)}</td>
            <td>{event.source}</td>
          </tr>
        ))}
    </PlainTable>
  );
}

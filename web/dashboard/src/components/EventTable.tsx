import type { FleetEvent } from '../api/types';
import { describeEvent, toneOfEvent } from './events';
import { InstanceLink } from './InstanceLink';
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
            {withInstance && <td>{event.instanceId && <InstanceLink id={event.instanceId} />}</td>}
            <td>
              <ToneBadge tone={toneOfEvent(event)}>{event.type}</ToneBadge>
            </td>
            <td className="text">{describeEvent(event)}</td>
            <td>{event.source}</td>
          </tr>
        ))}
    </PlainTable>
  );
}

import { useQuery } from '@tanstack/react-query';
import { eventsQuery } from '../../api/events';
import { QueryBoundary } from '../../components/QueryBoundary';
import { describeEvent, toneOfEvent } from '../../components/events';
import { Time } from '../../components/Time';
import classes from './Timeline.module.css';

const SHOWN = 8;

export function Timeline({ instanceId }: { instanceId: string }) {
  const query = useQuery(eventsQuery(instanceId));
  return (
    <QueryBoundary query={query}>
      {(events) => (
        <ol className={classes.list}>
          {events
            .slice(-SHOWN)
            .reverse()
            .map((event) => (
              <li key={event.sequence} data-tone={toneOfEvent(event)}>
                <span>{describeEvent(event)}</span>
                <Time at={event.timestamp} />
              </li>
            ))}
        </ol>
      )}
    </QueryBoundary>
  );
}

import { Group, Text, Tooltip } from '@mantine/core';
import { Link } from 'react-router-dom';
import { useConnection } from '../live/LiveContext';
import type { StreamState } from '../live/stream';
import classes from './Connection.module.css';

const WORDS: Record<StreamState, string> = {
  connecting: 'Connecting',
  open: 'Live',
  lost: 'Reconnecting',
  closed: 'Not connected',
};

export function ConnectionDot() {
  const state = useConnection();
  return (
    <Tooltip label={state === 'open' ? 'Changes show as they happen' : 'What shows may be out of date'}>
      <Group gap={7} wrap="nowrap" data-connection={state} role="status">
        <span className={classes.dot} data-state={state} />
        <Text size="sm" c="dimmed">
          {WORDS[state]}
        </Text>
      </Group>
    </Tooltip>
  );
}

export function ConnectionBanner() {
  const state = useConnection();
  if (state === 'open' || state === 'connecting') return null;
  return (
    <div className={classes.banner} role="alert">
      {state === 'lost' ? (
        'The control plane does not answer. What shows is what was known last; it is asked again until it does.'
      ) : (
        <>
          The control plane refuses the connection. <Link to="/settings">Is the API key right?</Link>
        </>
      )}
    </div>
  );
}

import { useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { usePreferences } from '../app/preferences';
import { type LiveFleet, startLiveFleet } from './liveFleet';
import type { StreamState } from './stream';

const LiveContext = createContext<LiveFleet | null>(null);

export function LiveProvider({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const { apiKey } = usePreferences();
  const [live, setLive] = useState<LiveFleet | null>(null);
  useEffect(() => {
    const started = startLiveFleet(client);
    setLive(started);
    return started.stop;
  }, [client, apiKey]);
  return <LiveContext.Provider value={live}>{children}</LiveContext.Provider>;
}

const nothing = () => () => undefined;

export function useConnection(): StreamState {
  const live = useContext(LiveContext);
  const [subscribe, state] = useMemo(
    () => [live?.subscribe ?? nothing, live?.state ?? ((): StreamState => 'connecting')] as const,
    [live],
  );
  return useSyncExternalStore(subscribe, state);
}

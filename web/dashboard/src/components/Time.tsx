import { useSyncExternalStore } from 'react';
import { ago, exactTime } from './time';

// One clock for all times that show, so that they change together.
let now = Date.now();
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    now = Date.now();
    listeners.forEach((each) => each());
  }, 5000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

export const useNow = (): number => useSyncExternalStore(subscribe, () => now);

export function Time({ at }: { at: string | null | undefined }) {
  const current = useNow();
  if (!at) return <span>–</span>;
  return (
    <time dateTime={at} title={exactTime(at)} style={{ whiteSpace: 'nowrap' }}>
      {ago(at, Math.max(current, Date.parse(at)))}
    </time>
  );
}

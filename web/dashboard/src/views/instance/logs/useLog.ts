import { useEffect, useRef, useState } from 'react';
import type { ApiProblem } from '../../../api/problem';
import { followStream } from '../../../live/stream';
import { appendLines, type LogLine } from './logBuffer';

const TAIL = 500;
const COLLECT_MS = 100;

// Follows the log; while paused, lines are kept and shown when it goes on.
export function useLog(instanceId: string, paused: boolean) {
  const [lines, setLines] = useState<LogLine[]>([]);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const waiting = useRef<string[]>([]);
  const [waitingCount, setWaitingCount] = useState(0);
  const isPaused = useRef(paused);
  isPaused.current = paused;

  useEffect(() => {
    setLines([]);
    waiting.current = [];
    let began = false;
    const stop = followStream({
      path: () =>
        // What was missed while away is not worth lines twice: the rest of the log can be downloaded.
        `/api/server/instances/${encodeURIComponent(instanceId)}/logs?follow=true&tail=${began ? 0 : TAIL}`,
      onEvent: ({ data }) => waiting.current.push(...data.split('\n')),
      onState: (state, reason) => {
        if (state === 'open') began = true;
        setProblem(state === 'closed' ? (reason ?? null) : null);
      },
    });
    const timer = setInterval(() => {
      setWaitingCount(isPaused.current ? waiting.current.length : 0);
      if (isPaused.current || waiting.current.length === 0) return;
      const texts = waiting.current;
      waiting.current = [];
      setLines((known) => appendLines(known, texts));
    }, COLLECT_MS);
    return () => {
      stop();
      clearInterval(timer);
    };
  }, [instanceId]);

  return { lines, problem, waiting: waitingCount };
}

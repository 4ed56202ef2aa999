import { useEffect, useRef, useState } from 'react';
import type { ApiProblem } from '../../../api/problem';
import { followStream } from '../../../live/stream';
import { appendLines, KEPT_LINES, type LogLine } from './logBuffer';
import { GAP, RepeatedLines, resumptionAfter } from './logResume';
import { WaitingLines } from './waitingLines';

const TAIL = 500;
const COLLECT_MS = 100;

// Follows the log; while paused, the newest lines are kept and shown when it goes on.
export function useLog(instanceId: string, paused: boolean) {
  const [lines, setLines] = useState<LogLine[]>([]);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const [waitingCount, setWaitingCount] = useState(0);
  const isPaused = useRef(paused);
  isPaused.current = paused;

  useEffect(() => {
    setLines([]);
    const waiting = new WaitingLines(KEPT_LINES);
    const newest: string[] = []; // whether they show or wait
    let repeated: RepeatedLines | undefined;
    const stop = followStream({
      path: () => {
        const log = `/api/server/instances/${encodeURIComponent(instanceId)}/logs?follow=true`;
        if (newest.length === 0) return `${log}&tail=${TAIL}`;
        const resumption = resumptionAfter(newest);
        repeated = new RepeatedLines(resumption);
        return resumption.since === undefined
          ? `${log}&tail=0`
          : `${log}&tail=${KEPT_LINES}&since=${encodeURIComponent(resumption.since)}`;
      },
      onEvent: ({ data }) => {
        const came = data.split('\n');
        const fresh = repeated?.take(came) ?? came;
        for (const line of fresh) if (line !== GAP) newest.push(line);
        if (newest.length > 2 * KEPT_LINES) newest.splice(0, newest.length - KEPT_LINES);
        waiting.add(fresh);
      },
      onState: (state, reason) => setProblem(state === 'closed' ? (reason ?? null) : null),
    });
    const timer = setInterval(() => {
      setWaitingCount(isPaused.current ? waiting.count : 0);
      if (isPaused.current || waiting.count === 0) return;
      const texts = waiting.takeAll();
      setLines((known) => appendLines(known, texts));
    }, COLLECT_MS);
    return () => {
      stop();
      clearInterval(timer);
    };
  }, [instanceId]);

  return { lines, problem, waiting: waitingCount };
}

// Follows a stream of the control plane, and takes it up again when it breaks.
import { request } from '../api/base';
import { ApiProblem, asProblem } from '../api/problem';
import { SseParser, type ServerSentEvent } from './sse';

// `closed` is final: the server said that asking again is of no use.
export type StreamState = 'connecting' | 'open' | 'lost' | 'closed';

export interface StreamOptions {
  path: (lastId: string) => string | Promise<string>;
  onEvent: (event: ServerSentEvent) => void;
  onState?: (state: StreamState, problem?: ApiProblem) => void;
}

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 10_000;
// The server sends a comment every 15 s; silence for longer means that the connection is dead.
const SILENCE_MS = 45_000;

export const retryDelay = (attempt: number): number => Math.min(FIRST_DELAY_MS * 2 ** attempt, LONGEST_DELAY_MS);

function isFinal(problem: ApiProblem): boolean {
  return problem.status >= 400 && problem.status < 500 && problem.status !== 429;
}

// Returns what ends it.
export function followStream(options: StreamOptions): () => void {
  const stop = new AbortController();
  void run(options, stop.signal);
  return () => stop.abort();
}

async function run({ path, onEvent, onState }: StreamOptions, stopped: AbortSignal): Promise<void> {
  let lastId = '';
  const isStopped = (): boolean => stopped.aborted;
  for (let attempt = 0; !isStopped();) {
    onState?.(attempt === 0 ? 'connecting' : 'lost');
    const remember = (event: ServerSentEvent): void => {
      if (event.id !== '') lastId = event.id;
      onEvent(event);
    };
    try {
      await readOnce(await path(lastId), lastId, stopped, remember, () => {
        attempt = 0;
        onState?.('open');
      });
    } catch (error) {
      if (isStopped()) return;
      const problem = asProblem(error);
      if (isFinal(problem)) {
        onState?.('closed', problem);
        return;
      }
    }
    if (isStopped()) return;
    onState?.('lost');
    await pause(retryDelay(attempt), stopped);
    attempt += 1;
  }
}

async function readOnce(
  path: string,
  lastId: string,
  stopped: AbortSignal,
  onEvent: (event: ServerSentEvent) => void,
  onOpen: () => void,
): Promise<void> {
  const connection = new AbortController();
  const abort = (): void => connection.abort();
  stopped.addEventListener('abort', abort);
  let silence: ReturnType<typeof setTimeout> | undefined;
  const heard = (): void => {
    clearTimeout(silence);
    silence = setTimeout(abort, SILENCE_MS);
  };
  try {
    const headers: Record<string, string> = { Accept: 'text/event-stream' };
    if (lastId !== '') headers['Last-Event-ID'] = lastId;
    const response = await request(path, { headers, signal: connection.signal, cache: 'no-store' });
    onOpen();
    const parser = new SseParser(onEvent);
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    heard();
    while (reader) {
      const { done, value } = await reader.read();
      if (done) return;
      heard();
      parser.feed(value);
    }
  } finally {
    clearTimeout(silence);
    stopped.removeEventListener('abort', abort);
  }
}

function pause(milliseconds: number, stopped: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      window.removeEventListener('online', done);
      stopped.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    window.addEventListener('online', done); // the network is back: no need to wait
    stopped.addEventListener('abort', done);
  });
}

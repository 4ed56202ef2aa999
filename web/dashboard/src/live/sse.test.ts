import { expect, test } from 'vitest';
import { type ServerSentEvent, SseParser } from './sse';

function parse(...pieces: string[]): ServerSentEvent[] {
  const events: ServerSentEvent[] = [];
  const parser = new SseParser((event) => events.push(event));
  pieces.forEach((piece) => parser.feed(piece));
  return events;
}

test('an event has id, type and data', () => {
  expect(parse('id: 4\nevent: StatusChanged\ndata: {"a":1}\n\n')).toEqual([
    { id: '4', type: 'StatusChanged', data: '{"a":1}' },
  ]);
});

test('pieces may end anywhere', () => {
  const text = 'retry: 2000\n: connected\n\nid: 1\r\nevent: A\r\ndata: x\r\ndata: y\r\n\r\ndata: z\n\n';
  for (let at = 0; at <= text.length; ++at) {
    expect(parse(text.slice(0, at), text.slice(at))).toEqual([
      { id: '1', type: 'A', data: 'x\ny' },
      { id: '1', type: 'message', data: 'z' },
    ]);
  }
});

test('comments and events without data are none', () => {
  expect(parse(': heartbeat\n\nevent: A\n\n')).toEqual([]);
});

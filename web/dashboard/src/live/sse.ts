// Server-sent events read from a fetch body, as the HTML standard parses them. EventSource cannot send a key.

export interface ServerSentEvent {
  id: string;
  type: string;
  data: string;
}

// Feed it text as it comes; it calls back for every complete event, and for every comment (a heartbeat).
export class SseParser {
  private rest = '';
  private id = '';
  private type = '';
  private data: string[] = [];

  constructor(private readonly onEvent: (event: ServerSentEvent) => void) {}

  feed(text: string): void {
    this.rest += text;
    // A CR at the very end may be half of a CRLF: it waits for what follows.
    const lines = this.rest.split(/\r\n|\n|\r(?!$)/);
    this.rest = lines.pop() ?? '';
    for (const line of lines) this.line(line);
  }

  private line(line: string): void {
    if (line === '') {
      this.dispatch();
      return;
    }
    const colon = line.indexOf(':');
    if (colon === 0) return;
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'data') this.data.push(value);
    else if (field === 'event') this.type = value;
    else if (field === 'id') this.id = value;
  }

  private dispatch(): void {
    const event = { id: this.id, type: this.type || 'message', data: this.data.join('\n') };
    const complete = this.data.length > 0;
    this.type = '';
    this.data = [];
    if (complete) this.onEvent(event);
  }
}

// Takes a followed log up again after its connection broke: asked since the time of the last line, the control plane
// repeats some, which are dropped.

const TIME = /^\[?(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d))/;

export const timeOf = (line: string): string | undefined => TIME.exec(line)?.[1];

export interface Resumption {
  since: string | undefined; // undefined: no line says its time; only what is new can be had
  expected: string[]; // what is repeated, in this order
}

export function resumptionAfter(lines: readonly string[]): Resumption {
  let last = lines.length - 1;
  while (last >= 0 && timeOf(lines[last] ?? '') === undefined) --last;
  const since = timeOf(lines[last] ?? '');
  if (since === undefined) return { since, expected: [] };
  let first = last;
  // Lines of the same moment, and those without a time that belong to them.
  for (let at = last - 1; at >= 0; --at) {
    const time = timeOf(lines[at] ?? '');
    if (time === undefined) continue;
    if (time !== since) break;
    first = at;
  }
  return { since, expected: lines.slice(first) };
}

export const GAP = '··· lines may be missing here ···';

// Drops what is repeated. Where something else comes, lines are missing, and a mark is put in their place.
export class RepeatedLines {
  private at = 0;
  private readonly expected: readonly string[];
  private marked: boolean;

  constructor({ since, expected }: Resumption) {
    this.expected = expected;
    this.marked = since !== undefined;
  }

  take(lines: readonly string[]): string[] {
    const fresh: string[] = [];
    for (const line of lines) {
      if (this.at < this.expected.length && line === this.expected[this.at]) {
        this.at += 1;
        continue;
      }
      // Before the first line that is known, or where nothing could be compared.
      if (!this.marked || this.at < this.expected.length) fresh.push(GAP);
      this.marked = true;
      this.at = this.expected.length;
      fresh.push(line);
    }
    return fresh;
  }
}

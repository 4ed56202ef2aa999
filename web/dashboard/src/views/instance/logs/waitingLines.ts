import { counted } from '../../../components/words';

// Lines that came and do not show yet: the newest so many, and how many were given up for them.
export class WaitingLines {
  private lines: string[] = [];
  private dropped = 0;

  constructor(private readonly kept: number) {}

  get count(): number {
    return this.lines.length + this.dropped;
  }

  add(lines: readonly string[]): void {
    for (const line of lines) this.lines.push(line);
    // Not at every line: moving thousands costs more than keeping twice as many.
    if (this.lines.length >= 2 * this.kept) this.shorten();
  }

  takeAll(): string[] {
    this.shorten();
    const taken =
      this.dropped === 0
        ? this.lines
        : [`··· ${counted(this.dropped, 'line was', 'lines were')} not kept ···`, ...this.lines];
    this.lines = [];
    this.dropped = 0;
    return taken;
  }

  private shorten(): void {
    const surplus = this.lines.length - this.kept;
    if (surplus <= 0) return;
    this.lines.splice(0, surplus);
    this.dropped += surplus;
  }
}

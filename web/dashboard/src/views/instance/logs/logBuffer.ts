// The newest lines of a log, numbered from the first that came.
export interface LogLine {
  number: number;
  text: string;
  level: 'error' | 'warn' | 'debug' | 'info';
}

export const KEPT_LINES = 5000;

const LEVELS = /\b(ERROR|WARN|DEBUG|TRACE)\b/;

function levelOf(text: string): LogLine['level'] {
  const found = LEVELS.exec(text)?.[1];
  if (found === 'ERROR') return 'error';
  if (found === 'WARN') return 'warn';
  return found === undefined ? 'info' : 'debug';
}

export function appendLines(lines: readonly LogLine[], texts: readonly string[]): LogLine[] {
  let number = lines.at(-1)?.number ?? 0;
  const added = texts.map((text) => ({ number: ++number, text, level: levelOf(text) }));
  return [...lines, ...added].slice(-KEPT_LINES);
}

export function searchLines(lines: readonly LogLine[], search: string): readonly LogLine[] {
  const needle = search.trim().toLowerCase();
  return needle === '' ? lines : lines.filter((line) => line.text.toLowerCase().includes(needle));
}

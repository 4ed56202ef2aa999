// Labels as one line of text: `env=prod, team=shop, note="a, b"`.

export type Labels = Readonly<Record<string, string>>;

// Set by those who manage instances: whose an instance is says nothing about a copy of it.
export const isReserved = (key: string): boolean => key.startsWith('draas.');

export const withoutReserved = (labels: Labels): Labels =>
  Object.fromEntries(Object.entries(labels).filter(([key]) => !isReserved(key)));

const LABEL = /\s*([^=,"]*?)\s*(?:=\s*(?:"((?:[^"\\]|\\.)*)"|(?!")([^,]*?)))?\s*(?:,|$)/y;

// null: not labels (yet), as where a quote does not close.
export function parseLabels(text: string): Record<string, string> | null {
  const labels: Record<string, string> = {};
  for (let at = 0; at < text.length; at = LABEL.lastIndex) {
    LABEL.lastIndex = at;
    const found = LABEL.exec(text);
    if (!found) return null;
    const [, key = '', quoted, plain = ''] = found;
    const value = quoted === undefined ? plain : quoted.replace(/\\(.)/g, '$1');
    if (key !== '') labels[key] = value;
    else if (value !== '') return null;
  }
  return labels;
}

const needsQuotes = (value: string): boolean => /[,"\\]/.test(value) || value !== value.trim();

export function labelText(key: string, value: string): string {
  if (value === '') return key;
  return `${key}=${needsQuotes(value) ? `"${value.replace(/["\\]/g, '\\$&')}"` : value}`;
}

export const showLabels = (labels: Labels): string =>
  Object.entries(labels)
    .map(([key, value]) => labelText(key, value))
    .join(', ');

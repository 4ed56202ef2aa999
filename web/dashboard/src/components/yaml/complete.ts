import type { Completion, CompletionContext, CompletionResult } from '@codemirror/autocomplete';
import { idsOf, keysAt, kindAt, yamlPathAt } from './keys';

const values = (names: readonly string[]): Completion[] => names.map((label) => ({ label, type: 'constant' }));

function valuesFor(text: string, path: readonly string[], name: string): Completion[] {
  if (name === 'sourceId') return values(idsOf(text, 'sources'));
  return values(keysAt(path).find((key) => key.name === name)?.values ?? []);
}

// Keys where a key can stand, and known values behind it.
export function completeConfiguration(context: CompletionContext): CompletionResult | null {
  const text = context.state.doc.toString();
  const line = context.state.doc.lineAt(context.pos);
  const before = line.text.slice(0, context.pos - line.from);
  const path = yamlPathAt(text, context.pos);

  const value = /^\s*(?:-\s+)?([\w-]+):\s+([\w.-]*)$/.exec(before);
  if (value) {
    const options = valuesFor(text, path, value[1] ?? '');
    return options.length > 0 ? { from: context.pos - (value[2]?.length ?? 0), options } : null;
  }
  const start = /^(?:\s*(?:-\s+)?)([\w-]*)$/.exec(before);
  if (!start || (!context.explicit && start[1] === '')) return null;
  const options = keysAt(path, kindAt(text, context.pos)).map(({ name, detail }): Completion => ({
    label: name,
    detail,
    type: 'property',
    apply: `${name}: `,
  }));
  return options.length > 0 ? { from: context.pos - (start[1]?.length ?? 0), options } : null;
}

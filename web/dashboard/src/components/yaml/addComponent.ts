// Components that a form describes, put into a configuration; the rest of the text stays as it is.
import { isMap, isSeq, parse, parseDocument } from 'yaml';

export type Section = 'sources' | 'queries' | 'reactions';

export interface ComponentForm {
  kind: string; // of a query: its language
  id: string;
  text: string; // of a query
  inputs: string[]; // sources of a query, queries of a reaction
  fields: Record<string, string>; // YAML
}

export const EMPTY_COMPONENT: ComponentForm = { kind: '', id: '', text: '', inputs: [], fields: {} };

// The libraries of the server, or none where it runs one alone.
export function librariesOf(yaml: string): string[] {
  const { contents } = parseDocument(yaml);
  const list: unknown = isMap(contents) ? contents.get('instances') : undefined;
  if (!isSeq(list)) return [];
  return list.items.map((item, index) => {
    const id: unknown = isMap(item) ? item.get('id') : undefined;
    return typeof id === 'string' ? id : `Number ${index + 1}`;
  });
}

// A value as YAML reads it; what is none is text.
function valueOf(text: string): unknown {
  try {
    return parse(text) as unknown;
  } catch {
    return text;
  }
}

export function definitionOf(section: Section, form: ComponentForm): object {
  const id = form.id.trim();
  if (section === 'queries') {
    const sources = form.inputs.map((sourceId) => ({ sourceId }));
    return { id, autoStart: true, queryLanguage: form.kind, query: form.text.trim(), sources };
  }
  const fields = Object.entries(form.fields)
    .filter(([, text]) => text.trim() !== '')
    .map(([name, text]): [string, unknown] => [name, valueOf(text)]);
  const queries = section === 'reactions' ? { queries: form.inputs } : {};
  return { kind: form.kind, id, ...queries, ...(Object.fromEntries(fields) as object) };
}

// `library`: its place among several. Throws where the text is no YAML.
export function withComponent(yaml: string, section: Section, definition: object, library?: number): string {
  const document = parseDocument(yaml);
  if (document.errors[0]) throw document.errors[0];
  const path = library === undefined ? [section] : ['instances', library, section];
  const list: unknown = document.getIn(path);
  if (isSeq(list)) {
    list.flow = false;
    list.add(document.createNode(definition));
  } else {
    document.setIn(path, document.createNode([definition]));
  }
  return document.toString({ lineWidth: 0 });
}

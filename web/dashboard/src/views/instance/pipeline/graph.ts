// The pipelines of a configuration as a graph: sources, queries, reactions, in three columns; one below the other where
// the server runs several libraries.
import type { Component, Configuration, Library } from '../../../api/types';

export type Kind = Component['kind'];

export interface PipelineNode {
  key: string;
  library: string | undefined; // undefined: the server runs one alone
  kind: Kind;
  id: string;
  title: string; // what kind of source or reaction, or the query's language
  definition: object; // as the configuration has it
  queryText: string | undefined;
  status: string | undefined;
  error: string | undefined;
  x: number;
  y: number;
}

export interface PipelineEdge {
  from: string;
  to: string;
  flows: boolean;
}

export interface LibraryTitle {
  id: string;
  y: number;
}

export interface Pipeline {
  nodes: PipelineNode[];
  edges: PipelineEdge[];
  titles: LibraryTitle[];
}

const COLUMN_WIDTH = 268;
const ROW_HEIGHT = 108;
const TITLE_HEIGHT = 40;

export const keyOf = (library: string | undefined, kind: Kind, id: string): string =>
  library === undefined ? `${kind}:${id}` : `${library}/${kind}:${id}`;

const tallestOf = ({ sources = [], queries = [], reactions = [] }: Library): number =>
  Math.max(sources.length, queries.length, reactions.length);

export function pipelineOf(configuration: Configuration, components: readonly Component[]): Pipeline {
  const libraries = configuration.instances ?? [];
  if (libraries.length === 0) return { ...pipelineOfLibrary(configuration, undefined, 0, components), titles: [] };
  const all: Pipeline = { nodes: [], edges: [], titles: [] };
  // The server's report does not name the library of the first component.
  const unnamed = libraries.find((library) => tallestOf(library) > 0);
  let top = 0;
  libraries.forEach((library, index) => {
    const id = library.id ?? `${index + 1}`;
    const own = components.filter((each) => (each.library ?? unnamed?.id) === library.id);
    const { nodes, edges } = pipelineOfLibrary(library, id, top + TITLE_HEIGHT, own);
    all.titles.push({ id, y: top });
    all.nodes.push(...nodes);
    all.edges.push(...edges);
    top += TITLE_HEIGHT + Math.max(1, tallestOf(library)) * ROW_HEIGHT;
  });
  return all;
}

interface Item {
  id: string;
  title: string;
  definition: object;
  queryText?: string | undefined;
}

function pipelineOfLibrary(
  library: Library,
  name: string | undefined,
  top: number,
  components: readonly Component[],
): Omit<Pipeline, 'titles'> {
  const { sources = [], queries = [], reactions = [] } = library;
  const states = new Map(components.map((component) => [keyOf(name, component.kind, component.id), component]));
  const tallest = tallestOf(library);
  const place = (kind: Kind, column: number, items: readonly Item[]): PipelineNode[] =>
    items.map(({ id, title, definition, queryText }, row) => {
      const key = keyOf(name, kind, id);
      const state = states.get(key);
      return {
        key,
        library: name,
        kind,
        id,
        title,
        definition,
        queryText,
        status: state?.status,
        error: state?.errorMessage,
        x: column * COLUMN_WIDTH,
        y: top + (row + (tallest - items.length) / 2) * ROW_HEIGHT,
      };
    });
  const ofKind = (definition: { id: string; kind: string }): Item => ({
    id: definition.id,
    title: definition.kind,
    definition,
  });
  const nodes = [
    ...place('source', 0, sources.map(ofKind)),
    ...place(
      'query',
      1,
      queries.map((definition) => ({
        id: definition.id,
        title: definition.queryLanguage ?? 'GQL',
        definition,
        queryText: definition.queryText,
      })),
    ),
    ...place('reaction', 2, reactions.map(ofKind)),
  ];
  const known = new Map(nodes.map((node) => [node.key, node]));
  const edges: PipelineEdge[] = [];
  const connect = (from: string, to: string): void => {
    const ends = [known.get(from), known.get(to)];
    if (ends.every((end) => end !== undefined))
      edges.push({ from, to, flows: ends.every((end) => end.status === 'Running') });
  };
  for (const query of queries) {
    for (const { sourceId } of query.sources ?? [])
      if (sourceId) connect(keyOf(name, 'source', sourceId), keyOf(name, 'query', query.id));
  }
  for (const reaction of reactions) {
    for (const query of reaction.queries ?? [])
      connect(keyOf(name, 'query', query), keyOf(name, 'reaction', reaction.id));
  }
  return { nodes, edges };
}

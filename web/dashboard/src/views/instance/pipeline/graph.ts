// The pipelines of a configuration as a graph: sources, queries and reactions in three columns, or in three rows where
// there is little room; one below the other where the server runs several libraries.
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
  width: number;
  height: number;
}

export type Direction = 'right' | 'down';

const NODE_WIDTH = 196;
const NODE_HEIGHT = 64;
const ERROR_HEIGHT = 40; // of the message of one that failed
const TITLE_HEIGHT = 40;
const GAP = 28; // between libraries

interface Layout {
  direction: Direction;
  nodeHeight: number;
  along: number; // from one node to the next with the flow
  across: number; // ... and to its neighbour of the same kind
}

function layoutOf(direction: Direction, components: readonly Component[]): Layout {
  const nodeHeight = NODE_HEIGHT + (components.some(({ errorMessage }) => errorMessage) ? ERROR_HEIGHT : 0);
  return direction === 'right'
    ? { direction, nodeHeight, along: NODE_WIDTH + 44, across: nodeHeight + 28 }
    : { direction, nodeHeight, along: nodeHeight + 44, across: NODE_WIDTH + 16 };
}

export const keyOf = (library: string | undefined, kind: Kind, id: string): string =>
  library === undefined ? `${kind}:${id}` : `${library}/${kind}:${id}`;

const largestOf = ({ sources = [], queries = [], reactions = [] }: Library): number =>
  Math.max(sources.length, queries.length, reactions.length);

export function pipelineOf(
  configuration: Configuration,
  components: readonly Component[],
  direction: Direction = 'right',
): Pipeline {
  const layout = layoutOf(direction, components);
  const { nodeHeight, along, across } = layout;
  const several = configuration.instances ?? [];
  const libraries: readonly Library[] = several.length > 0 ? several : [configuration];
  const largest = Math.max(1, ...libraries.map(largestOf));
  const width = NODE_WIDTH + (direction === 'right' ? 2 * along : (largest - 1) * across);
  const all: Pipeline = { nodes: [], edges: [], titles: [], width, height: 0 };
  // The server's report does not name the library of the first component.
  const unnamed = libraries.find((library) => largestOf(library) > 0);
  libraries.forEach((library, index) => {
    const id = several.length > 0 ? (library.id ?? `${index + 1}`) : undefined;
    const own =
      id === undefined ? components : components.filter((each) => (each.library ?? unnamed?.id) === library.id);
    if (index > 0) all.height += GAP;
    if (id !== undefined) {
      all.titles.push({ id, y: all.height });
      all.height += TITLE_HEIGHT;
    }
    const { nodes, edges } = pipelineOfLibrary(library, id, all.height, layout, own);
    all.nodes.push(...nodes);
    all.edges.push(...edges);
    all.height += nodeHeight + (direction === 'right' ? (Math.max(1, largestOf(library)) - 1) * across : 2 * along);
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
  { direction, along, across }: Layout,
  components: readonly Component[],
): Pick<Pipeline, 'nodes' | 'edges'> {
  const { sources = [], queries = [], reactions = [] } = library;
  const states = new Map(components.map((component) => [keyOf(name, component.kind, component.id), component]));
  const largest = largestOf(library);
  const at = (flow: number, side: number): { x: number; y: number } =>
    direction === 'right' ? { x: flow, y: top + side } : { x: side, y: top + flow };
  const place = (kind: Kind, stage: number, items: readonly Item[]): PipelineNode[] =>
    items.map(({ id, title, definition, queryText }, index) => {
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
        ...at(stage * along, (index + (largest - items.length) / 2) * across),
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

// The pipeline of a configuration as a graph: sources, queries, reactions, in three columns.
import type { Component, Configuration } from '../../../api/types';

export type Kind = Component['kind'];

export interface PipelineNode {
  key: string;
  kind: Kind;
  id: string;
  title: string; // what kind of source or reaction, or the query's language
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

export interface Pipeline {
  nodes: PipelineNode[];
  edges: PipelineEdge[];
}

const COLUMN_WIDTH = 268;
const ROW_HEIGHT = 108;

export const keyOf = (kind: Kind, id: string): string => `${kind}:${id}`;

export function pipelineOf(configuration: Configuration, components: readonly Component[]): Pipeline {
  const { sources = [], queries = [], reactions = [] } = configuration;
  const states = new Map(components.map((component) => [keyOf(component.kind, component.id), component]));
  const tallest = Math.max(sources.length, queries.length, reactions.length);
  const place = (kind: Kind, column: number, items: readonly { id: string; title: string }[]): PipelineNode[] =>
    items.map(({ id, title }, row) => {
      const key = keyOf(kind, id);
      const state = states.get(key);
      const y = (row + (tallest - items.length) / 2) * ROW_HEIGHT;
      return { key, kind, id, title, status: state?.status, error: state?.error, x: column * COLUMN_WIDTH, y };
    });
  const nodes = [
    ...place(
      'source',
      0,
      sources.map(({ id, kind }) => ({ id, title: kind })),
    ),
    ...place(
      'query',
      1,
      queries.map(({ id, queryLanguage }) => ({ id, title: queryLanguage ?? 'GQL' })),
    ),
    ...place(
      'reaction',
      2,
      reactions.map(({ id, kind }) => ({ id, title: kind })),
    ),
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
      if (sourceId) connect(keyOf('source', sourceId), keyOf('query', query.id));
  }
  for (const reaction of reactions) {
    for (const query of reaction.queries ?? []) connect(keyOf('query', query), keyOf('reaction', reaction.id));
  }
  return { nodes, edges };
}

import { expect, test } from 'vitest';
import { pipelineOf } from './graph';

test('a pipeline connects what names each other', () => {
  const { nodes, edges } = pipelineOf(
    {
      sources: [{ id: 's', kind: 'mock' }],
      queries: [{ id: 'q', sources: [{ sourceId: 's' }, { sourceId: 'missing' }] }],
      reactions: [{ id: 'r', kind: 'log', queries: ['q'] }],
    },
    [
      { kind: 'source', id: 's', status: 'Running' },
      { kind: 'query', id: 'q', status: 'Running' },
      { kind: 'reaction', id: 'r', status: 'Error', errorMessage: 'broken' },
    ],
  );
  expect(nodes.map(({ key, x }) => [key, x > 0])).toEqual([
    ['source:s', false],
    ['query:q', true],
    ['reaction:r', true],
  ]);
  expect(nodes[2]?.error).toBe('broken');
  expect(edges).toEqual([
    { from: 'source:s', to: 'query:q', flows: true },
    { from: 'query:q', to: 'reaction:r', flows: false },
  ]);
});

test('each library of a server has a pipeline of its own', () => {
  const library = { sources: [{ id: 's', kind: 'mock' }], queries: [{ id: 'q', sources: [{ sourceId: 's' }] }] };
  const { nodes, edges, titles } = pipelineOf(
    {
      instances: [
        { id: 'one', ...library },
        { id: 'two', ...library },
      ],
    },
    [
      { kind: 'query', id: 'q', status: 'Running' }, // of the first library, whose name is not told
      { kind: 'query', id: 'q', status: 'Error', errorMessage: 'broken', library: 'two' },
    ],
  );
  expect(titles.map(({ id }) => id)).toEqual(['one', 'two']);
  expect(nodes.filter(({ kind }) => kind === 'query').map(({ key, status, error }) => [key, status, error])).toEqual([
    ['one/query:q', 'Running', undefined],
    ['two/query:q', 'Error', 'broken'],
  ]);
  expect(edges.map(({ from, to }) => `${from} ${to}`)).toEqual([
    'one/source:s one/query:q',
    'two/source:s two/query:q',
  ]);
  const [first, second] = titles;
  expect((second?.y ?? 0) - (first?.y ?? 0)).toBeGreaterThan(100);
});

test('it grows with its largest column, or to the side where it flows down', () => {
  const library = { sources: [{ id: 's', kind: 'mock' }], queries: [{ id: 'a' }, { id: 'b' }, { id: 'c' }] };
  const [small, large] = [pipelineOf({ sources: library.sources }, []), pipelineOf(library, [])];
  expect(small.width).toBe(large.width);
  expect(large.height).toBeGreaterThan(2 * small.height);
  const down = pipelineOf(library, [], 'down');
  expect(down.width).toBeLessThan(large.width + 1);
  expect(new Set(down.nodes.map(({ y }) => y)).size).toBe(2);
  const failed = pipelineOf(library, [{ kind: 'query', id: 'a', status: 'Error', errorMessage: 'broken' }]);
  expect(failed.height).toBeGreaterThan(large.height);
});

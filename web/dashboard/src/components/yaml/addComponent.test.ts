import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { definitionOf, EMPTY_COMPONENT, librariesOf, withComponent } from './addComponent';

test('a form becomes a component', () => {
  const fields = { intervalMs: '500', dataType: '{type: counter}', host: '' };
  expect(definitionOf('sources', { ...EMPTY_COMPONENT, kind: 'mock', id: ' a ', fields })).toEqual({
    kind: 'mock',
    id: 'a',
    intervalMs: 500,
    dataType: { type: 'counter' },
  });
  expect(
    definitionOf('queries', { ...EMPTY_COMPONENT, kind: 'Cypher', id: 'q', text: 'MATCH (n)\n', inputs: ['a'] }),
  ).toEqual({
    id: 'q',
    autoStart: true,
    queryLanguage: 'Cypher',
    query: 'MATCH (n)',
    sources: [{ sourceId: 'a' }],
  });
  expect(definitionOf('reactions', { ...EMPTY_COMPONENT, kind: 'log', id: 'r', inputs: ['q'] })).toEqual({
    kind: 'log',
    id: 'r',
    queries: ['q'],
  });
});

test('it joins what is there, comments included', () => {
  const yaml = 'logLevel: info # quiet\nsources: []\n';
  const added = withComponent(yaml, 'sources', { kind: 'mock', id: 'a' });
  expect(added).toBe('logLevel: info # quiet\nsources:\n  - kind: mock\n    id: a\n');
  expect(parse(withComponent(added, 'queries', { id: 'q' }))).toEqual({
    logLevel: 'info',
    sources: [{ kind: 'mock', id: 'a' }],
    queries: [{ id: 'q' }],
  });
  expect(parse(withComponent('', 'sources', { id: 'a' }))).toEqual({ sources: [{ id: 'a' }] });
});

test('it goes to one library of several', () => {
  const yaml = 'instances:\n  - id: one\n  - sources: []\n';
  expect(librariesOf(yaml)).toEqual(['one', 'Number 2']);
  expect(librariesOf('sources: []')).toEqual([]);
  expect(parse(withComponent(yaml, 'sources', { id: 'a' }, 1))).toEqual({
    instances: [{ id: 'one' }, { sources: [{ id: 'a' }] }],
  });
});

test('what is no YAML is left alone', () => expect(() => withComponent('a: [', 'sources', {})).toThrow());

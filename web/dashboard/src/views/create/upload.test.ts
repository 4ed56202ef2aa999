import { expect, test } from 'vitest';
import { EMPTY_FORM, toCreateInstance } from './form';
import { readUpload } from './upload';

const EXPORTED = `apiVersion: draas/v1
kind: Instance
metadata:
  name: Orders
  id: orders
  labels: {env: prod, tier: 2}
spec:
  platformType: Process
  desiredState: Stopped
  restartPolicy: Never
  limits: {cpuCores: 0.5, memoryBytes: 512Mi}
  frontPort: auto
  reconciliation: {strategy: Manual}
  configuration:
    logLevel: debug
    queries: [{id: q, queryText: MATCH (n) RETURN n}]
`;

test('what draas export writes is taken whole', () => {
  const [found] = readUpload(EXPORTED, 'orders.yaml');
  expect(found?.form.policy).toEqual({ strategy: 'Manual' });
  expect(found?.yaml).toContain('query: MATCH (n) RETURN n');
  expect(found && toCreateInstance({ ...EMPTY_FORM, ...found.form }, found.yaml)).toEqual({
    id: 'orders',
    name: 'Orders',
    start: false,
    platformType: 'Process',
    restartPolicy: 'Never',
    limits: { cpuCores: 0.5, memoryBytes: 512 << 20 },
    frontPort: 'auto',
    metadata: { env: 'prod', tier: '2' },
    configuration: { logLevel: 'debug', queries: [{ id: 'q', query: 'MATCH (n) RETURN n' }] },
  });
});

test('a file may hold several documents', () => {
  const found = readUpload(`${EXPORTED}---\nsources: [] # none\n`, 'two.yaml');
  expect(found.map(({ form }) => form.name)).toEqual(['Orders', 'two']);
  expect(found[1]?.yaml).toContain('# none');
});

test('an instance as the API has it', () => {
  const [found] = readUpload('{"id": "a", "metadata": {"env": "x"}, "configuration": {"sources": []}}', 'a.json');
  expect([found?.form.id, found?.form.labels, found?.yaml]).toEqual(['a', 'env=x', 'sources: []\n']);
});

test.each(['', '- 1', 'a: [', 'apiVersion: draas/v1\nkind: Fleet\n'])('%j is refused', (text) => {
  expect(() => readUpload(text, 'x.yaml')).toThrow();
});

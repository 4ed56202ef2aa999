import { expect, test } from 'vitest';
import { type Labels, parseLabels, showLabels, withoutReserved } from './labels';

test('labels are names and values', () => {
  expect(parseLabels('env=prod, team = shop,draft')).toEqual({ env: 'prod', team: 'shop', draft: '' });
  expect(parseLabels('')).toEqual({});
  expect(parseLabels('size=5", a=b=c,')).toEqual({ size: '5"', a: 'b=c' });
});

test.each<Labels>([{ note: 'a, b', env: 'prod' }, { note: ' x ' }, { note: 'say "no", \\ twice' }, { draft: '' }])(
  'nothing of %j is lost as text',
  (labels) => expect(parseLabels(showLabels(labels))).toEqual(labels),
);

test.each(['note="a, b', '=x'])('%s is not labels', (text) => expect(parseLabels(text)).toBeNull());

test('what others manage an instance by is left out', () => {
  expect(withoutReserved({ 'draas.source': 'apply', env: 'prod' })).toEqual({ env: 'prod' });
});

import { expect, test } from 'vitest';
import { EMPTY_DRAFT, pausesOf, toRollout } from './draft';

test('a rollout for chosen instances has no selector', () => {
  const draft = {
    ...EMPTY_DRAFT,
    instances: ['a', 'b'],
    selector: 'env=prod',
    strategy: 'Canary',
    manualPauses: '2, 3',
  };
  const rollout = toRollout(draft);
  expect(rollout).toMatchObject({ instances: ['a', 'b'], strategy: 'Canary', manualPauses: [2, 3] });
  expect(rollout).not.toHaveProperty('selector');
  const bySelector = toRollout({ ...EMPTY_DRAFT, selector: 'env=prod' });
  expect(bySelector).toMatchObject({ selector: 'env=prod', waves: [1, '10%', '50%', '100%'] });
  expect(bySelector).not.toHaveProperty('instances');
  expect(bySelector).not.toHaveProperty('manualPauses');
});

test('manual pauses are numbers of waves', () => {
  expect(pausesOf(' 2,3 ,')).toEqual([2, 3]);
  expect(pausesOf('')).toEqual([]);
  expect(pausesOf('two')).toBeNull();
});

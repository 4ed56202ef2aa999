import { expect, test } from 'vitest';
import { WaitingLines } from './waitingLines';

test('only the newest lines wait, and the others are counted', () => {
  const waiting = new WaitingLines(3);
  for (let line = 0; line < 10; ++line) waiting.add([`line ${line}`]);
  expect(waiting.count).toBe(10);
  expect(waiting.takeAll()).toEqual(['··· 7 lines were not kept ···', 'line 7', 'line 8', 'line 9']);
  waiting.add(['a', 'b']);
  expect(waiting.takeAll()).toEqual(['a', 'b']);
  expect(waiting.count).toBe(0);
});

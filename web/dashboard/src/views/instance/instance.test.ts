import { expect, test } from 'vitest';
import type { RuntimeStatus } from '../../api/types';
import { linePath, niceMax } from '../../components/linePath';
import { appendLines, KEPT_LINES, searchLines } from './logs/logBuffer';
import { NO_SAMPLES, withSample } from './samples';

const runtime = (generation: number, cpuSeconds: number): RuntimeStatus => ({
  instanceId: 'a',
  status: 'Running',
  phase: 'Running',
  health: 'Healthy',
  desiredState: 'Running',
  restartCount: 0,
  generation,
  usage: { cpuSeconds, memoryBytes: 100 },
});

test('CPU is the growth of CPU time, within one process', () => {
  const first = withSample(NO_SAMPLES, runtime(1, 10), 1000);
  expect(first.cpu).toEqual([]);
  const second = withSample(first, runtime(1, 11), 3000);
  expect(second.cpu).toEqual([{ at: 3000, value: 0.5 }]);
  const restarted = withSample(second, runtime(2, 0.1), 5000);
  expect(restarted.cpu).toEqual(second.cpu);
  expect(restarted.memory).toHaveLength(3);
});

test('a log keeps its newest lines, numbered, with levels', () => {
  const many = appendLines(
    [],
    Array.from({ length: KEPT_LINES }, (_, line) => `line ${line}`),
  );
  const lines = appendLines(many, ['an ERROR here', 'x WARN y']);
  expect(lines).toHaveLength(KEPT_LINES);
  expect(lines.slice(-2).map(({ number, level }) => [number, level])).toEqual([
    [KEPT_LINES + 1, 'error'],
    [KEPT_LINES + 2, 'warn'],
  ]);
  expect(searchLines(lines, 'error')).toHaveLength(1);
});

test('charts end at round numbers', () => {
  expect([0.03, 7, 12].map((value) => niceMax(value))).toEqual([0.05, 10, 20]);
  expect(niceMax(5 << 20, 'binary')).toBe(8 << 20);
});

test('a line ends at the right and leaves out what is too old', () => {
  const points = [0, 5000, 10_000].map((at) => ({ at, value: 1 }));
  const line = linePath(points, { width: 100, height: 10, max: 2, windowMs: 5000 });
  expect(line?.d).toBe('M0,5 L100,5');
  expect(linePath(points.slice(0, 1), { width: 100, height: 10, max: 2, windowMs: 5000 })).toBeNull();
});

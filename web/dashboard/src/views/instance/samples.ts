// Usage over time: the control plane tells what is now, and the browser keeps what it was told.
import type { RuntimeStatus } from '../../api/types';
import type { Point } from '../../components/linePath';

export const WINDOW_MS = 5 * 60_000;
export const SAMPLE_EVERY_MS = 2000;

export interface Samples {
  generation: number | undefined;
  cpuSeconds: Point[];
  cpu: Point[]; // cores
  memory: Point[]; // bytes
}

export const NO_SAMPLES: Samples = { generation: undefined, cpuSeconds: [], cpu: [], memory: [] };

// CPU time only grows within one process: another generation begins anew.
export function withSample(samples: Samples, status: RuntimeStatus, at: number): Samples {
  if (!status.usage) return samples;
  const { cpuSeconds, memoryBytes } = status.usage;
  const same = samples.generation === status.generation;
  const previous = same ? samples.cpuSeconds.at(-1) : undefined;
  if (previous && at <= previous.at) return samples;
  const recent = (points: Point[]): Point[] => points.filter((point) => point.at >= at - WINDOW_MS - SAMPLE_EVERY_MS);
  const cores = previous && Math.max(0, (cpuSeconds - previous.value) / ((at - previous.at) / 1000));
  return {
    generation: status.generation,
    cpuSeconds: [{ at, value: cpuSeconds }],
    cpu: cores === undefined ? recent(samples.cpu) : [...recent(samples.cpu), { at, value: cores }],
    memory: [...recent(samples.memory), { at, value: memoryBytes }],
  };
}

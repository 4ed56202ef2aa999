export interface Point {
  at: number; // milliseconds since the epoch
  value: number;
}

// The next larger round number: 1, 2, 5, 10 ..., or a power of two for sizes in bytes.
export function niceMax(value: number, step: 'binary' | 'decimal' = 'decimal'): number {
  if (value <= 0) return 1;
  if (step === 'binary') return 2 ** Math.ceil(Math.log2(value));
  const magnitude = 10 ** Math.floor(Math.log10(value));
  const factor = [1, 2, 5, 10].find((each) => each * magnitude >= value) ?? 10;
  return factor * magnitude;
}

interface Frame {
  width: number;
  height: number;
  max: number;
  windowMs: number;
}

export function linePath(points: readonly Point[], { width, height, max, windowMs }: Frame) {
  const newest = points.at(-1);
  if (!newest || points.length < 2) return null;
  const start = newest.at - windowMs;
  const shown = points.filter((point) => point.at >= start);
  const x = (at: number): number => Math.round(((at - start) / windowMs) * width * 10) / 10;
  const y = (value: number): number => Math.round(height * (1 - value / max) * 10) / 10;
  const d = shown.map((point, index) => `${index === 0 ? 'M' : 'L'}${x(point.at)},${y(point.value)}`).join(' ');
  return { d, firstX: x(shown[0]?.at ?? start), lastX: width };
}

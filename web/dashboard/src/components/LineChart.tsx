import { useId } from 'react';
import classes from './LineChart.module.css';
import { linePath, niceMax, type Point } from './linePath';

interface Props {
  label: string;
  points: readonly Point[];
  format: (value: number) => string;
  limit?: number | undefined;
  windowMs: number;
  minMax?: number;
  step?: 'binary' | 'decimal';
}

const WIDTH = 480;
const HEIGHT = 120;

// A line over the last `windowMs`, in plain SVG.
export function LineChart({ label, points, format, limit, windowMs, minMax = 1, step = 'decimal' }: Props) {
  const titleId = useId();
  const newest = points.at(-1);
  const largest = points.reduce((max, point) => Math.max(max, point.value), Math.max(minMax, limit ?? 0));
  const max = niceMax(largest, step);
  const line = linePath(points, { width: WIDTH, height: HEIGHT, max, windowMs });
  return (
    <figure className={classes.figure} data-points={points.length}>
      <figcaption id={titleId} className={classes.caption}>
        <span>{label}</span>
        <strong className="numeric">{newest ? format(newest.value) : '–'}</strong>
      </figcaption>
      <div className={classes.plot}>
        <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-labelledby={titleId}>
          {[0.25, 0.5, 0.75].map((part) => (
            <line key={part} x1={0} x2={WIDTH} y1={HEIGHT * part} y2={HEIGHT * part} className={classes.grid} />
          ))}
          {line && (
            <path d={`${line.d} L${line.lastX},${HEIGHT} L${line.firstX},${HEIGHT} Z`} className={classes.area} />
          )}
          {line && <path d={line.d} className={classes.line} />}
          {limit !== undefined && limit > 0 && (
            <line
              x1={0}
              x2={WIDTH}
              y1={HEIGHT * (1 - limit / max)}
              y2={HEIGHT * (1 - limit / max)}
              className={classes.limit}
            />
          )}
        </svg>
        <span className={classes.max}>{format(max)}</span>
        <span className={classes.start}>{Math.round(windowMs / 60_000)} min ago</span>
        <span className={classes.end}>now</span>
      </div>
    </figure>
  );
}

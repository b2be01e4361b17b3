/** Pictures that several claims share. */
import { testAccuracy } from '../model/observables.ts';
import { interpolate, logTime, type Rows, rowCount } from '../model/trajectory.ts';
import type { Figure, Series, SweepResult } from './claim.ts';
import { replicasOf } from './measure.ts';

/** Runs drawn in one picture, at most: more would be a smear. */
const MOST_RUNS = 12;

/** Points drawn between two rows. */
const POINTS = 4;

/** Something along a run against log10 t. */
export function alongRun(
  rows: Rows,
  value: (point: ReturnType<typeof interpolate>) => number,
): { x: number[]; y: number[] } {
  const x: number[] = [];
  const y: number[] = [];
  for (let row = 0; row + 1 < rowCount(rows); row++) {
    for (let k = 1; k <= POINTS; k++) {
      const point = interpolate(rows, row, k / POINTS);
      x.push(logTime(point.log1pTime) / Math.LN10);
      y.push(value(point));
    }
  }
  return { x, y };
}

/** Something along the first runs of a column, a line each; one name for all of them. */
export function runSeries(
  result: SweepResult,
  ix: number,
  label: string,
  value: (point: ReturnType<typeof interpolate>) => number,
): Series[] {
  return replicasOf(result, ix)
    .flatMap(({ rows }) => (rows ? [rows] : []))
    .slice(0, MOST_RUNS)
    .map((rows, k) => ({ label: k === 0 ? label : '', kind: 'line', ...alongRun(rows, value) }));
}

/** Test accuracy of the runs of a column. */
export function accuracyCurves(result: SweepResult, ix: number, title: string): Figure {
  return {
    kind: 'chart',
    title,
    xTitle: 't',
    yTitle: 'test accuracy',
    xLogarithmic: true,
    yLogarithmic: false,
    series: runSeries(result, ix, 'runs', ({ clock, uNorm }) => testAccuracy(clock, uNorm)),
  };
}

/** Reading results, for claims. */
import type { Separability } from '../model/separability/certifier.ts';
import { interpolate, locateTime, log1pTimeOf, type Rows } from '../model/trajectory.ts';
import type { Crossing } from '../results/times.ts';
import type { Cell } from '../sweep/plan.ts';
import type { SweepResult } from './claim.ts';

/** A replica that has come in, with what is known of it. */
export interface Measured {
  readonly index: number;
  readonly cell: Cell;
  /** λ = d/N of its data, which d = round(λN) may have moved. */
  readonly lambda: number;
  readonly separability: Separability | undefined;
  /** Absent if it was not trained. */
  readonly rows: Rows | undefined;
}

/** Replicas of a sweep at some value of x, or all. */
export function replicasOf({ plan, table }: SweepResult, ix?: number): Measured[] {
  const measured: Measured[] = [];
  for (let index = 0; index < plan.size; index++) {
    const column = Math.floor(index / plan.spec.seedsPerCell) % plan.xs.length;
    if (ix !== undefined && column !== ix) continue;
    if (!table.has(index) && !table.separability(index)) continue;
    const cell = plan.cellOf(index);
    measured.push({
      index,
      cell,
      lambda: cell.dimensions / cell.samples,
      separability: table.separability(index),
      rows: table.record(index),
    });
  }
  return measured;
}

/** log10 t of a crossing; −∞ from the start, ∞ if there was none. */
export function log10Of(crossing: Crossing): number {
  switch (crossing.state) {
    case 'crossed':
      return crossing.log10t;
    case 'fromStart':
      return -Infinity;
    default:
      return Infinity;
  }
}

/** The median; NaN of nothing. Infinite values are later, or earlier, than all others. */
export function median(values: readonly number[]): number {
  if (values.length === 0) return Number.NaN;
  const sorted = Float64Array.from(values).sort();
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]] as [
    number,
    number,
  ];
  return low === high ? low : (low + high) / 2;
}

/** The state of a run at log10 t; NaN beyond its end. */
export function stateAt(rows: Rows, log10t: number): { clock: number; uNorm: number } {
  const at = locateTime(rows, log1pTimeOf(log10t * Math.LN10));
  return at ? interpolate(rows, at.row, at.s) : { clock: Number.NaN, uNorm: Number.NaN };
}

/** Slope and intercept of the least-squares line. */
export function line(x: readonly number[], y: readonly number[]): { slope: number; at0: number } {
  const mean = (v: readonly number[]): number => v.reduce((sum, each) => sum + each, 0) / v.length;
  const [mx, my] = [mean(x), mean(y)];
  const sum = (f: (dx: number, dy: number) => number): number =>
    x.reduce((total, each, k) => total + f(each - mx, (y[k] as number) - my), 0);
  const slope = sum((dx, dy) => dx * dy) / sum((dx) => dx * dx);
  return { slope, at0: my - slope * mx };
}

/** Standard error of a median over that of a mean, for Gaussian scatter: √(π/2). */
export const MEDIAN_ERROR = 1.2533;

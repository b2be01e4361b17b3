/**
 * The record of one run: a row for every accepted step, COLUMNS numbers each. Everything the
 * laboratory shows is recomputed from it.
 *
 * There are two kinds. A record in the clock θ = −b has a row for every step of the flow from S = 0, whose
 * b falls for ever. Where b may rise (training in steps, weight decay), the record is in time: it begins
 * after the first step, its slopes are 0, and its rows are close enough to need none.
 */

/** Columns of a row, in order. */
export const Column = {
  /** θ = −b, the integration variable. */
  clock: 0,
  /** log(1 + t): smooth through t = 0 and as far as e^{690}. */
  log1pTime: 1,
  /** log((1/N) Σ r_i) = −log dt/dθ. */
  logMeanResidual: 2,
  /** ‖u‖. */
  uNorm: 3,
  /** d‖u‖/dθ. */
  uNormSlope: 4,
  /** log of the training loss. */
  logTrainLoss: 5,
  /** Gradient evaluations from the start to this row, for the cost of a crossing; in training, steps. */
  gradients: 6,
  /** d log(training loss)/dθ. */
  logTrainLossSlope: 7,
  /**
   * Samples with z_i ≥ 0, after 1/4, 2/4, 3/4 and all of the step to this row. A record in time has the
   * count at the row before in the first three.
   */
  trainErrors: 8,
} as const;

/** Points in a step at which training errors are counted, evenly spaced in θ; the last is its end. */
export const ERROR_COUNTS = 4;

/** Numbers in a row. */
export const COLUMNS = 12;

/**
 * Row-major record: length is a multiple of COLUMNS. In the clock: float32 on every engine (log t of 690
 * is good to 3e-5 in it, and records are most of what a large sweep keeps), the first row is the limit
 * t → 0+. In time: float64, which has every step apart from the next.
 */
export type Rows = Float32Array | Float64Array;

/** Whether a record is in time, not in the clock. */
export function isInTime(rows: Rows): rows is Float64Array {
  return rows instanceof Float64Array;
}

/** Number of rows of a record. */
export function rowCount(rows: Rows): number {
  return rows.length / COLUMNS;
}

/** One entry of a record. */
export function entry(rows: Rows, row: number, column: number): number {
  return rows[row * COLUMNS + column] as number;
}

/** Training errors at a row. */
export function trainErrors(rows: Rows, row: number): number {
  return entry(rows, row, Column.trainErrors + ERROR_COUNTS - 1);
}

/** log t from log(1 + t); −∞ at t = 0. */
export function logTime(log1pTime: number): number {
  return log1pTime > 40 ? log1pTime : Math.log(Math.expm1(log1pTime));
}

/** log(1 + t) from log t. */
export function log1pTimeOf(logT: number): number {
  return logT > 40 ? logT : Math.log1p(Math.exp(logT));
}

/** A point of the run between two rows: what interpolates smoothly. */
export interface Point {
  readonly clock: number;
  readonly log1pTime: number;
  readonly uNorm: number;
  readonly logTrainLoss: number;
}

/** d log(1+t)/dθ at a row: (dt/dθ)/(1 + t), from the columns of the row itself. */
function log1pTimeSlope(rows: Rows, row: number): number {
  return Math.exp(-entry(rows, row, Column.logMeanResidual) - entry(rows, row, Column.log1pTime));
}

function hermite(s: number, h: number, y0: number, d0: number, y1: number, d1: number): number {
  const r = 1 - s;
  return r * r * ((1 + 2 * s) * y0 + s * h * d0) + s * s * ((1 + 2 * r) * y1 - r * h * d1);
}

/**
 * The run at the fraction s ∈ [0, 1] of the step from `row` to `row + 1`, by cubic Hermite
 * interpolation: in the bias clock with the slopes of the record, or in log(1 + t). Steps are large at
 * late times; linear interpolation would cost up to 0.1 in log10 t.
 */
export function interpolate(rows: Rows, row: number, s: number): Point {
  return isInTime(rows) ? interpolateInTime(rows, row, s) : interpolateInClock(rows, row, s);
}

function interpolateInTime(rows: Rows, row: number, s: number): Point {
  const y0 = entry(rows, row, Column.log1pTime);
  const h = entry(rows, row + 1, Column.log1pTime) - y0;
  const between = (column: number): number =>
    hermite(
      s,
      h,
      entry(rows, row, column),
      monotoneSlope(rows, row, column),
      entry(rows, row + 1, column),
      monotoneSlope(rows, row + 1, column),
    );
  return {
    clock: between(Column.clock),
    log1pTime: y0 + s * h,
    uNorm: between(Column.uNorm),
    logTrainLoss: between(Column.logTrainLoss),
  };
}

/**
 * Slope in log(1 + t) at a row from the differences to its neighbours (Fritsch, Butland 1984): no
 * overshoot next to rows that are close to one another, or that scatter, as on minibatches.
 */
function monotoneSlope(rows: Rows, row: number, column: number): number {
  const difference = (from: number): { h: number; slope: number } => {
    const h = entry(rows, from + 1, Column.log1pTime) - entry(rows, from, Column.log1pTime);
    return { h, slope: (entry(rows, from + 1, column) - entry(rows, from, column)) / h };
  };
  const last = rowCount(rows) - 1;
  if (row === 0) return difference(0).slope;
  const before = difference(row - 1);
  if (row === last) return before.slope;
  const after = difference(row);
  if (!(before.slope * after.slope > 0)) return 0;
  const w1 = 2 * after.h + before.h;
  const w2 = after.h + 2 * before.h;
  return (w1 + w2) / (w1 / before.slope + w2 / after.slope);
}

function interpolateInClock(rows: Rows, row: number, s: number): Point {
  const root0 = Math.sqrt(entry(rows, row, Column.clock));
  const root1 = Math.sqrt(entry(rows, row + 1, Column.clock));
  const h = root1 - root0;
  const root = root0 + s * h;
  // Slopes in τ = √θ are 2τ times those in θ.
  const between = (column: number, slope: (row: number) => number): number =>
    hermite(
      s,
      h,
      entry(rows, row, column),
      2 * root0 * slope(row),
      entry(rows, row + 1, column),
      2 * root1 * slope(row + 1),
    );
  return {
    clock: root * root,
    log1pTime: between(Column.log1pTime, (at) => log1pTimeSlope(rows, at)),
    uNorm: between(Column.uNorm, (at) => entry(rows, at, Column.uNormSlope)),
    logTrainLoss: between(Column.logTrainLoss, (at) => entry(rows, at, Column.logTrainLossSlope)),
  };
}

/**
 * Where a run passes log(1 + t) = `target`: the row before it and the fraction of the step after.
 * Undefined when the record ends before.
 */
export function locateTime(rows: Rows, target: number): { row: number; s: number } | undefined {
  const last = rowCount(rows) - 1;
  if (last < 0 || entry(rows, last, Column.log1pTime) < target) return undefined;
  let row = 0;
  while (row < last - 1 && entry(rows, row + 1, Column.log1pTime) < target) row++;
  if (last === 0) return { row: 0, s: 0 };
  return { row, s: bisect((s) => interpolate(rows, row, s).log1pTime - target) };
}

/** Root in [0, 1] of a function that is ≤ 0 at 0 and ≥ 0 at 1. */
export function bisect(f: (s: number) => number): number {
  let low = 0;
  let high = 1;
  for (let k = 0; k < 50; k++) {
    const middle = (low + high) / 2;
    if (f(middle) < 0) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

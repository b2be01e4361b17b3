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
 * The step from a row of a record to the next: the run at the fraction s ∈ [0, 1] of it, by cubic Hermite
 * interpolation, in the bias clock with the slopes of the record, or in log(1 + t). Steps are large at
 * late times; linear interpolation would cost up to 0.1 in log10 t.
 */
export interface Step {
  clock(s: number): number;
  log1pTime(s: number): number;
  uNorm(s: number): number;
  logTrainLoss(s: number): number;
}

/** The step from `row` to `row + 1`. What is asked at many points of it is best asked of one of these. */
export function stepFrom(rows: Rows, row: number): Step {
  return isInTime(rows) ? new StepInTime(rows, row) : new StepInClock(rows, row);
}

/** All of a run at the fraction s of the step from `row` to `row + 1`. */
export function interpolate(rows: Rows, row: number, s: number): Point {
  const step = stepFrom(rows, row);
  return {
    clock: step.clock(s),
    log1pTime: step.log1pTime(s),
    uNorm: step.uNorm(s),
    logTrainLoss: step.logTrainLoss(s),
  };
}

/** Bounds of a cubic from its values and slopes at the ends: what slopes add is at most 4/27 of h times each. */
function hermiteBounds(
  h: number,
  y0: number,
  d0: number,
  y1: number,
  d1: number,
): readonly [number, number] {
  const most = (4 / 27) * h * (Math.abs(d0) + Math.abs(d1));
  return [Math.min(y0, y1) - most, Math.max(y0, y1) + most];
}

/** A step of a record in the clock. */
export class StepInClock implements Step {
  readonly #root0: number;
  readonly #root1: number;
  #timeSlopes: readonly [number, number] | undefined;

  constructor(
    readonly rows: Rows,
    readonly row: number,
  ) {
    this.#root0 = Math.sqrt(entry(rows, row, Column.clock));
    this.#root1 = Math.sqrt(entry(rows, row + 1, Column.clock));
  }

  clock(s: number): number {
    const root = this.#root0 + s * (this.#root1 - this.#root0);
    return root * root;
  }

  log1pTime(s: number): number {
    const { rows, row } = this;
    this.#timeSlopes ??= [log1pTimeSlope(rows, row), log1pTimeSlope(rows, row + 1)];
    return this.#between(s, Column.log1pTime, this.#timeSlopes[0], this.#timeSlopes[1]);
  }

  uNorm(s: number): number {
    return this.#withSlopes(s, Column.uNorm, Column.uNormSlope);
  }

  logTrainLoss(s: number): number {
    return this.#withSlopes(s, Column.logTrainLoss, Column.logTrainLossSlope);
  }

  /** Bounds of ‖u‖ in the step. */
  uNormBounds(): readonly [number, number] {
    const { rows, row } = this;
    return hermiteBounds(
      this.#root1 - this.#root0,
      entry(rows, row, Column.uNorm),
      2 * this.#root0 * entry(rows, row, Column.uNormSlope),
      entry(rows, row + 1, Column.uNorm),
      2 * this.#root1 * entry(rows, row + 1, Column.uNormSlope),
    );
  }

  #withSlopes(s: number, column: number, slope: number): number {
    const { rows, row } = this;
    return this.#between(s, column, entry(rows, row, slope), entry(rows, row + 1, slope));
  }

  /** Slopes in τ = √θ are 2τ times those in θ. */
  #between(s: number, column: number, slope0: number, slope1: number): number {
    const h = this.#root1 - this.#root0;
    const y0 = entry(this.rows, this.row, column);
    const y1 = entry(this.rows, this.row + 1, column);
    return hermite(s, h, y0, 2 * this.#root0 * slope0, y1, 2 * this.#root1 * slope1);
  }
}

class StepInTime implements Step {
  readonly #start: number;
  readonly #length: number;

  constructor(
    readonly rows: Rows,
    readonly row: number,
  ) {
    this.#start = entry(rows, row, Column.log1pTime);
    this.#length = entry(rows, row + 1, Column.log1pTime) - this.#start;
  }

  clock(s: number): number {
    return this.#between(s, Column.clock);
  }

  log1pTime(s: number): number {
    return this.#start + s * this.#length;
  }

  uNorm(s: number): number {
    return this.#between(s, Column.uNorm);
  }

  logTrainLoss(s: number): number {
    return this.#between(s, Column.logTrainLoss);
  }

  #between(s: number, column: number): number {
    const { rows, row } = this;
    return hermite(
      s,
      this.#length,
      entry(rows, row, column),
      monotoneSlope(rows, row, column),
      entry(rows, row + 1, column),
      monotoneSlope(rows, row + 1, column),
    );
  }
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
  const step = stepFrom(rows, row);
  return { row, s: bisect((s) => step.log1pTime(s) - target) };
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

/**
 * When a dataset will generalise, told before it has: from its place, or from its run up to some time. A time told is
 * a Crossing whose `never` is as good as the place that it comes from.
 */
import { testQuantile } from '../model/observables.ts';
import type { Separability } from '../model/separability/certifier.ts';
import { divergenceLambda } from '../model/theory/margin.ts';
import { saddlePointOfNorm } from '../model/theory/saddle.ts';
import {
  MOST_GROWTH,
  MOST_NORM,
  type PathStart,
  pathTestTime,
  placeOf,
} from '../model/theory/settling.ts';
import { Column, entry, logTime, type Rows, rowCount } from '../model/trajectory.ts';
import { effectiveLambda } from './limits.ts';
import type { Crossing } from './times.ts';

/** What is asked: when test accuracy reaches a > ½ at σ, by t_end. */
export interface Question {
  readonly sigma: number;
  readonly accuracy: number;
  /** log10 t_end. */
  readonly horizon: number;
}

/**
 * The time of a dataset whose place is λ: of typical data, λ = d/N; of one dataset, its own by its certificate or
 * by its run. "Never" from λ*(σ, a) on. Undefined where norms are too large for the theory to be computed.
 */
export function predictFromPlace(
  lambda: number,
  question: Question,
  from?: PathStart,
): Crossing | undefined {
  const { sigma, accuracy, horizon } = question;
  const log10t = pathTestTime(lambda, sigma, accuracy, horizon, from);
  if (Number.isNaN(log10t)) return undefined;
  if (log10t === -Infinity) return { state: 'fromStart' };
  if (log10t < Infinity) return { state: 'crossed', log10t };
  return { state: lambda >= divergenceLambda(sigma, accuracy) ? 'never' : 'notBy' };
}

/** The time of a dataset by its certificate: its ‖u∞‖ or its margin give it a place. */
export function predictFromCertificate(
  separability: Separability,
  question: Question,
): Crossing | undefined {
  const lambda = effectiveLambda(separability);
  return lambda === undefined ? undefined : predictFromPlace(lambda, question);
}

/** ‖u‖ at which a run has begun. */
const LEAST_NORM = 1e-3;

/** What a run has told by some time. */
export interface Told {
  /** λ of typical data whose weights would grow like this. */
  readonly lambda: number;
  readonly time: Crossing;
}

/**
 * The time of a run from where it stood at t₀: its norm and how fast that grows give it a place, and from that
 * state it goes on along the path of the place. A norm that grows no more has settled.
 *
 * Uses one row of the record, the last by t₀, and nothing after it.
 *
 * @param rows a record in the clock
 * @param log10t0 log10 t₀
 * @returns undefined if it was there by t₀, or has not begun, or is what no flow is: ‖u‖ above 1000, or growing too fast
 */
export function predictFromRun(rows: Rows, log10t0: number, question: Question): Told | undefined {
  const row = lastRowBy(rows, log10t0);
  const norm = entry(rows, row, Column.uNorm);
  const clock = entry(rows, row, Column.clock);
  if (!(norm >= LEAST_NORM && norm <= MOST_NORM)) return undefined;
  if (clock >= testQuantile(question.accuracy) * norm) return undefined;
  const growth = entry(rows, row, Column.uNormSlope) / question.sigma ** 2;
  if (!(growth <= MOST_GROWTH)) return undefined;
  const lambda = growth > 0 ? placeOf(norm, growth) : saddlePointOfNorm(norm).lambda;
  const from = {
    clock,
    norm,
    logTime: logTime(entry(rows, row, Column.log1pTime)),
    logObjective: clock + entry(rows, row, Column.logMeanResidual),
  };
  const time = predictFromPlace(lambda, question, from);
  return time && { lambda, time };
}

/** Decades over which the line through accuracies is drawn. */
const LINE_DECADES = 0.5;

/**
 * The time at which a straight line through Φ⁻¹(test accuracy) over log t, through the last row by t₀ and the last
 * half a decade before, reaches Φ⁻¹(a): what can be told from accuracy alone.
 *
 * @returns undefined if it was there by t₀, or t₀ is too early for two points
 */
export function predictFromAccuracy(
  rows: Rows,
  log10t0: number,
  { accuracy, horizon }: Question,
): Crossing | undefined {
  const point = (row: number): { log10t: number; quantile: number } => ({
    log10t: logTime(entry(rows, row, Column.log1pTime)) / Math.LN10,
    quantile: entry(rows, row, Column.clock) / entry(rows, row, Column.uNorm),
  });
  const row = lastRowBy(rows, log10t0);
  const last = point(row);
  const first = point(lastRowBy(rows, last.log10t - LINE_DECADES));
  const target = testQuantile(accuracy);
  if (!(last.quantile < target) || !Number.isFinite(first.log10t)) return undefined;
  const slope = (last.quantile - first.quantile) / (last.log10t - first.log10t);
  const log10t = last.log10t + (target - last.quantile) / slope;
  return slope > 0 && log10t <= horizon ? { state: 'crossed', log10t } : { state: 'notBy' };
}

/** The last row at or before log10 t₀; at least the first. */
function lastRowBy(rows: Rows, log10t0: number): number {
  let row = 0;
  const time = (k: number): number => logTime(entry(rows, k, Column.log1pTime));
  while (row + 1 < rowCount(rows) && time(row + 1) <= log10t0 * Math.LN10) row++;
  return row;
}

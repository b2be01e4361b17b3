/**
 * How the weights settle, N → ∞: the path of u under gradient flow of log E, E(u) = (1/N) Σ exp(u·g_i), in
 * s = σ²θ, which training follows once residuals are exponentials (`conformal.ts`).
 *
 * Where log E is least at a given norm ‖u‖ = q, its gradient is −u/r for some r(q): the minimiser with the ridge
 * penalty ‖u‖²/2r. Projections of the samples on it are qh − W, h ~ N(0, 1), W = W(γe^{qh}) the Lambert function,
 * and γ and r solve
 *
 *     E[W²] = λq²,   E[W/(1+W)] + E[W]/r = λ,   E = E[W]/γ
 *
 * (the equations of ridge-regularised M-estimators, El Karoui 2013, Thrampoulidis, Abbasi, Hassibi 2018, for the loss
 * e^z; r = ∞ gives those of `saddle.ts`, and q → ∞ with q/r = κ the margin). The one assumption is that
 * the flow runs close to these points: then the norm grows as the gradient there has it, dq/ds = q/r(q).
 */

import { testQuantile } from '../observables.ts';
import { means } from './lambert.ts';
import { logAdd } from './log.ts';
import { divergenceLambda } from './margin.ts';
import { root } from './root.ts';

/** The point of the path with some norm. */
export interface PathPoint {
  /** r: dq/ds = q/r. Infinite, or negative, where the norm is that of the settled weights or more. */
  readonly ridge: number;
  /** log E. */
  readonly logObjective: number;
  readonly logGamma: number;
}

/** Newton steps for log γ; a handful is usual. */
const MAX_STEPS = 100;

/**
 * The point of the path of λ at which ‖u‖ = q > 0.
 * @param guess of log γ, from a neighbour
 */
export function pathPoint(lambda: number, q: number, guess?: number): PathPoint {
  // W ≈ γ for small q.
  let logGamma = guess ?? Math.log(q) + 0.5 * Math.log(lambda);
  for (let k = 0; ; k++) {
    const { square, squareSlope, ratio, mean } = means(q, logGamma, 1);
    // log E[W²] is increasing and concave in log γ, with slopes from 2 down to 0.
    const step = Math.log(square / (lambda * q * q)) / squareSlope;
    if (Math.abs(step) < 1e-9 || k === MAX_STEPS) {
      const left = lambda - ratio;
      const ridge = left === 0 ? Infinity : mean / left;
      return { ridge, logObjective: Math.log(mean) - logGamma, logGamma };
    }
    logGamma -= Math.max(-2 - q, Math.min(2 + q, step));
  }
}

/** Norms for which the means are computed in less than some milliseconds. */
export const MOST_NORM = 1000;

/** Weights start to grow as the mean of the data, whose norm is about √λ, and λ is at most 16. */
export const MOST_GROWTH = 10;

/**
 * The place of a run: the λ whose path has, at the norm q, the rate of growth dq/ds. With r = q/(dq/ds),
 * E[W/(1+W)] + E[W]/r = E[W²]/q² gives γ, and either side is λ.
 *
 * @throws RangeError unless 0 < q ≤ 1000 and 0 < dq/ds ≤ 10
 */
export function placeOf(q: number, growth: number): number {
  if (!(q > 0 && q <= MOST_NORM && growth > 0 && growth <= MOST_GROWTH)) {
    throw new RangeError(
      `got the norm ${q} with the growth ${growth}; expected them above 0, to 1000 and 10`,
    );
  }
  // For γ → 0 the left side is of order γ and the right one of order γ²; for γ → ∞ the right one wins.
  const excess = (x: number): number => {
    const { ratio, mean, square } = means(q, x, 1);
    return Math.log((ratio + (mean * growth) / q) / square) + 2 * Math.log(q);
  };
  let [low, high] = [-1, 1];
  while (excess(low) < 0) low -= 2 + q;
  while (excess(high) > 0) high += 2 + q;
  return means(q, root(excess, low, high, 1e-12), 1).square / (q * q);
}

/** A state of a run, to go on from. */
export interface PathStart {
  /** θ. */
  readonly clock: number;
  /** ‖u‖. */
  readonly norm: number;
  /** log t. */
  readonly logTime: number;
  /** log E, E = e^θ·mean(r), as measured. */
  readonly logObjective: number;
}

/** Norm at which a path from the start begins: there u is linear in s to two parts in a hundred. */
const FIRST_NORM = 0.01;

/** Longest step in log ‖u‖, and in θ: absolute, and relative to θ. Good to 0.006 in log10 t. */
const LONGEST = { logNorm: 0.2, clock: 0.3, share: 0.1 } as const;

/** Where a step in log ‖u‖ has to be this short, the norm is that of the settled weights. */
const SHORTEST = 1e-6;

/**
 * log10 t at which a run on the path of λ reaches test accuracy a > ½, Φ(θ/‖u‖) = a. ∞: not by the horizon;
 * −∞: it is there from the start; NaN: that is at a norm above 1000, or beyond.
 *
 * Steps are in log q: dθ = r(q)/σ² dlog q by Simpson's rule, and dt = e^θ/E dθ with the exponent linear over a
 * step. They end in front of the settled norm, where r is infinite: from there on only the bias moves.
 *
 * @param lambda of the path
 * @param horizon log10 t_end
 * @param from where the run stands; absent: the start
 */
export function pathTestTime(
  lambda: number,
  sigma: number,
  accuracy: number,
  horizon: number,
  from?: PathStart,
): number {
  const quantile = testQuantile(accuracy);
  const perClock = sigma * sigma;
  let norm = from?.norm ?? FIRST_NORM;
  let point = pathPoint(lambda, norm);
  let clock = from?.clock ?? point.ridge / perClock;
  // The path has the E of typical data; a run goes on from its own.
  const shift = from ? from.logObjective - point.logObjective : 0;
  const logRate = (at: PathPoint, theta: number): number => theta - at.logObjective - shift;
  let logTime = from?.logTime ?? Math.log(clock) - point.logObjective;
  if (clock >= quantile * norm) return -Infinity;
  if (lambda >= divergenceLambda(sigma, accuracy)) return Infinity;
  let h: number = LONGEST.logNorm;
  let settled = !(point.ridge > 0);
  let next: PathPoint | undefined;
  while (!settled && logTime <= horizon * Math.LN10) {
    if (norm > MOST_NORM) return Number.NaN;
    next ??= pathPoint(lambda, norm * Math.exp(h), point.logGamma);
    const middle = pathPoint(lambda, norm * Math.exp(h / 2), point.logGamma);
    const growing = middle.ridge > 0 && next.ridge > 0;
    const rise = (h * (point.ridge + 4 * middle.ridge + next.ridge)) / 6 / perClock;
    if (!growing || rise > Math.max(LONGEST.clock, LONGEST.share * clock)) {
      h /= 2;
      next = middle;
      settled = h < SHORTEST;
      continue;
    }
    const after = clock + rise;
    const passed = logIntegral(logRate(point, clock), logRate(next, after), rise);
    const logAfter = logAdd(logTime, passed);
    const [short, over] = [quantile * norm - clock, after - quantile * norm * Math.exp(h)];
    if (over >= 0)
      return within(logTime + (logAfter - logTime) * (short / (short + over)), horizon);
    norm *= Math.exp(h);
    [point, clock, logTime] = [next, after, logAfter];
    next = undefined;
    h = Math.min(LONGEST.logNorm, 2 * h);
  }
  if (!settled) return Infinity;
  const end = quantile * norm;
  const passed = logIntegral(logRate(point, clock), logRate(point, end), end - clock);
  return within(logAdd(logTime, passed), horizon);
}

function within(logTime: number, horizon: number): number {
  const log10t = logTime / Math.LN10;
  return log10t <= horizon ? log10t : Infinity;
}

/** log of the integral of e^x over a width, x linear from a to b. */
function logIntegral(a: number, b: number, width: number): number {
  const rise = b - a;
  const mean = Math.abs(rise) < 1e-8 ? 1 + rise / 2 : Math.expm1(rise) / rise;
  return a + Math.log(width * mean);
}

/** What the saddle-point equations below the edge are made of: W of the Lambert function, and its means. */
import { normalDensity } from '../normal.ts';

/** W(e^y), W the Lambert function, for every real y: w + log w = y. Relative error about 1e-15. */
export function lambertOfExp(y: number): number {
  return Math.exp(logLambertOfExp(y, y < 1 ? y : Math.log(y)));
}

/** log W(e^y) from a guess. */
function logLambertOfExp(y: number, guess: number): number {
  // Newton on v + e^v = y, v = log w: convex, so it converges from the right without overshooting.
  let v = guess;
  for (let k = 0; k < 50; k++) {
    const w = Math.exp(v);
    const step = (v + w - y) / (1 + w);
    v -= step;
    // Convergence is quadratic: the next step would be below rounding.
    if (Math.abs(step) <= 1e-8) break;
  }
  return v;
}

/** Ranges of h that are integrated over; beyond them the normal density is below 1e-22, and 1e-11. */
const RANGES = { 0.5: 10, 1: 7 } as const;

/** Means over h ~ N(0, 1) with W = W(γe^{qh}). */
export interface Means {
  /** E[W/(1+W)]. */
  readonly ratio: number;
  /** E[W²], and d log E[W²]/d log γ. */
  readonly square: number;
  readonly squareSlope: number;
  /** E[W]. */
  readonly mean: number;
}

/**
 * The means at q > 0 and log γ. The trapezoidal rule: W is analytic up to a distance of π/q from the real
 * axis, so the error falls as e^{−2π²/(q·step)}.
 * @param coarse q·step: ½ for an error of rounding, 1 for one of some 1e-9
 */
export function means(q: number, logGamma: number, coarse: 0.5 | 1 = 0.5): Means {
  const step = Math.min(0.5 * coarse, coarse / q);
  const half = Math.ceil(RANGES[coarse] / step);
  let [ratio, square, rise, mean] = [0, 0, 0, 0];
  let v = logGamma - q * half * step;
  let w = 0;
  for (let k = -half; k <= half; k++) {
    const h = k * step;
    // dv/dy = 1/(1 + w): the neighbour is a good guess.
    v = logLambertOfExp(logGamma + q * h, v + (k === -half ? 0 : (q * step) / (1 + w)));
    w = Math.exp(v);
    const weight = normalDensity(h) * step;
    const share = w / (1 + w); // dW/d log γ
    ratio += weight * share;
    square += weight * w * w;
    rise += 2 * weight * w * share;
    mean += weight * w;
  }
  return { ratio, square, squareSlope: rise / square, mean };
}

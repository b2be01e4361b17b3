/** The minimiser of log (1/N) Σ exp(u·g_i): where u settles if the data are inseparable. */
import { factorise, solveFactored } from './cholesky.ts';
import { accumulate, combine, norm, type Points, project } from './points.ts';

/** The end of Newton's method. */
export interface Minimiser {
  /** u∞. */
  readonly u: Float64Array;
  /** p_i ∝ exp(u·g_i), positive, sums to 1. */
  readonly weights: Float64Array;
  /** ‖Σ p_i g_i‖. */
  readonly residual: number;
  /** Minimum of (1/N) Σ exp(u·g_i): E∞ of the dataset. */
  readonly objective: number;
}

/**
 * max_i |g_i·Δ| of a Newton step Δ at which the minimum is found. Since Σ p_i (1 − g_i·Δ) g_i = 0
 * exactly, any value below 1 means that some positive combination of the points is exactly zero.
 */
const CONVERGED = 1e-5;

/** Newton steps; a dozen is usual. */
const MAX_STEPS = 200;

/** ‖u‖ beyond which the minimum, if there is one, is out of reach of float64. */
const MAX_NORM = 1e4;

/**
 * Newton's method with a line search on the convex function log (1/N) Σ exp(u·g_i). The matrix is
 * Σ p g gᵀ, without the rank-one term of the logarithm, which vanishes at the minimum.
 *
 * @returns undefined if it does not come to an end, as for separable data
 */
export function minimise(points: Points): Minimiser | undefined {
  const { samples, dimensions } = points;
  const u = new Float64Array(dimensions);
  const z = new Float64Array(samples);
  const weights = new Float64Array(samples);
  const slopes = new Float64Array(samples);
  for (let k = 0; k < MAX_STEPS; k++) {
    // All on one side: the data are separable, and the objective falls for ever along u.
    if (z.every((value) => value < 0)) return undefined;
    const value = softmax(z, weights, 0, slopes);
    const gradient = new Float64Array(dimensions);
    for (let i = 0; i < samples; i++) accumulate(points, i, weights[i] as number, gradient);
    const step = newtonStep(points, weights, gradient);
    if (!step || norm(u) > MAX_NORM) return undefined;
    let correction = 0;
    let descent = 0;
    for (let i = 0; i < samples; i++) {
      slopes[i] = project(points, i, step);
      correction = Math.max(correction, Math.abs(slopes[i] as number));
    }
    for (let j = 0; j < dimensions; j++) descent += (gradient[j] as number) * (step[j] as number);
    if (correction < CONVERGED) {
      // One more whole step brings it to rounding.
      for (let j = 0; j < dimensions; j++) u[j] = (u[j] as number) + (step[j] as number);
      for (let i = 0; i < samples; i++) z[i] = project(points, i, u);
      const objective = Math.exp(softmax(z, weights, 0, slopes));
      return { u, weights, residual: norm(combine(points, weights)), objective };
    }
    // Where e^z may grow by more than e, the quadratic model is not to be trusted.
    let length = correction > 1 ? (1 + Math.log(correction)) / correction : 1;
    while (
      length > 1e-12 &&
      !(softmax(z, weights, length, slopes) <= value + 0.1 * length * descent)
    )
      length /= 2;
    for (let j = 0; j < dimensions; j++) u[j] = (u[j] as number) + length * (step[j] as number);
    for (let i = 0; i < samples; i++) z[i] = (z[i] as number) + length * (slopes[i] as number);
    // z is taken from u anew now and then, so that rounding does not add up.
    if (k % 8 === 7) for (let i = 0; i < samples; i++) z[i] = project(points, i, u);
  }
  return undefined;
}

/** Writes p_i ∝ exp(z_i + length·slope_i); returns log of the mean. */
function softmax(
  z: Float64Array,
  weights: Float64Array,
  length: number,
  slopes: Float64Array,
): number {
  let largest = -Infinity;
  for (let i = 0; i < z.length; i++) {
    const value = (z[i] as number) + length * (slopes[i] as number);
    weights[i] = value;
    if (value > largest) largest = value;
  }
  let sum = 0;
  for (let i = 0; i < z.length; i++) {
    const weight = Math.exp((weights[i] as number) - largest);
    weights[i] = weight;
    sum += weight;
  }
  // Positive however far a sample lies back: far enough to underflow, it still has a weight.
  for (let i = 0; i < z.length; i++) {
    weights[i] = Math.max((weights[i] as number) / sum, Number.MIN_VALUE);
  }
  return largest + Math.log(sum / z.length);
}

/** −(Σ p g gᵀ)⁻¹ gradient; undefined if the matrix is not positive definite. */
function newtonStep(
  points: Points,
  weights: Float64Array,
  gradient: Float64Array,
): Float64Array | undefined {
  const rows = covariance(points, weights);
  if (!factorise(rows)) return undefined;
  return solveFactored(
    rows,
    gradient.map((value) => -value),
  );
}

/** Lower triangle of Σ p_i g_i g_iᵀ, by rows; four points at a time, so that it is passed less. */
function covariance(points: Points, weights: Float64Array): Float64Array[] {
  const { data, samples, dimensions: d } = points;
  const rows = Array.from({ length: d }, (_, k) => new Float64Array(k + 1));
  const zeros = new Float32Array(d);
  const row = (i: number): Float32Array =>
    i < samples ? data.subarray(i * d, (i + 1) * d) : zeros;
  for (let i = 0; i < samples; i += 4) {
    const [a, b, c, e] = [row(i), row(i + 1), row(i + 2), row(i + 3)] as const;
    const [pa, pb, pc, pe] = [0, 1, 2, 3].map((k) => weights[i + k] ?? 0) as [
      number,
      number,
      number,
      number,
    ];
    for (let k = 0; k < d; k++) {
      const to = rows[k] as Float64Array;
      const xa = pa * (a[k] as number);
      const xb = pb * (b[k] as number);
      const xc = pc * (c[k] as number);
      const xe = pe * (e[k] as number);
      for (let j = 0; j <= k; j++) {
        to[j] =
          (to[j] as number) +
          (xa * (a[j] as number) + xb * (b[j] as number)) +
          (xc * (c[j] as number) + xe * (e[j] as number));
      }
    }
  }
  return rows;
}

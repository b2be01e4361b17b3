import type { DynamicsKind } from '../model/dynamics.ts';
import { ERROR_COUNTS } from '../model/trajectory.ts';

/** Everything one pass over the dataset yields at a point (u, θ). */
export interface GradientStats {
  /** log of the mean residual, log((1/N) Σ r_i). */
  logMeanResidual: number;
  /** log of the training loss, log((1/N) Σ log(1 + e^{z_i})). */
  logTrainLoss: number;
  /** Number of samples with z_i ≥ 0. */
  trainErrors: number;
}

/** Sums over the components of a step of RKC2 that ends at the last point, where the slope is F. */
export interface StepSums {
  /** Σ error². */
  error: number;
  /** Σ u², Σ uF and Σ F². */
  point: number;
  along: number;
  slope: number;
}

/** A dataset as the integrator sees it: the flow's slope at a point. */
export interface GradientSource {
  /** Of the last point. */
  readonly stats: Readonly<GradientStats>;
  /** A new vector of d zeros; the other methods take no vectors but these. */
  vector(): Float64Array;
  /** Writes F(u, θ) into `slope` (d values) and the statistics of the point into `stats`. */
  evaluate(u: Float64Array, clock: number, slope: Float64Array): void;
  /**
   * The last point has been accepted: those to come are near it. Float32 makes use of it, since
   * rounding a step is finer than rounding u. Counts the training errors at ERROR_COUNTS evenly spaced points
   * on the way to it, z_i taken as linear in between; the first way begins at z = 0.
   */
  accept(): number[];
  /**
   * A stage of RKC2 for all components: previous ← μ·increment + ν·previous + a·last + b·first and
   * end ← u + previous.
   */
  stage(
    mu: number,
    nu: number,
    a: number,
    b: number,
    increment: Float64Array,
    previous: Float64Array,
    last: Float64Array,
    first: Float64Array,
    u: Float64Array,
    end: Float64Array,
  ): void;
  /** Sums up a step: error = a·first + b·last − c·increment, where `last` is F at `end`. */
  sumUp(
    a: number,
    b: number,
    c: number,
    first: Float64Array,
    last: Float64Array,
    increment: Float64Array,
    end: Float64Array,
  ): Readonly<StepSums>;
}

/** `GradientSource.stage` in TypeScript. */
export const stage: GradientSource['stage'] = (
  mu,
  nu,
  a,
  b,
  increment,
  previous,
  last,
  first,
  u,
  end,
) => {
  for (let j = 0; j < u.length; j++) {
    const next =
      mu * (increment[j] as number) +
      nu * (previous[j] as number) +
      a * (last[j] as number) +
      b * (first[j] as number);
    previous[j] = next;
    end[j] = (u[j] as number) + next;
  }
};

/** `GradientSource.sumUp` in TypeScript. */
export const sumUp: GradientSource['sumUp'] = (a, b, c, first, last, increment, end) => {
  const sums: StepSums = { error: 0, point: 0, along: 0, slope: 0 };
  for (let j = 0; j < end.length; j++) {
    const [u, slope] = [end[j] as number, last[j] as number];
    const error = a * (first[j] as number) + b * slope - c * (increment[j] as number);
    sums.error += error * error;
    sums.point += u * u;
    sums.along += u * slope;
    sums.slope += slope * slope;
  }
  return sums;
};

/** z_i ≥ 0 at the quarters of the way from the accepted z_i to the last; accepts those. */
export function countErrors(accepted: Float64Array, z: Float64Array): number[] {
  const counts: number[] = Array(ERROR_COUNTS).fill(0);
  for (let i = 0; i < z.length; i++) {
    const z0 = accepted[i] as number;
    const z1 = z[i] as number;
    accepted[i] = z1;
    if (z0 < 0 && z1 < 0) continue;
    for (let k = 0; k < ERROR_COUNTS; k++) {
      const s = (k + 1) / ERROR_COUNTS;
      // The last point is z1 itself: z0 + (z1 − z0) may round to the other side of zero.
      if ((s === 1 ? z1 : z0 + s * (z1 - z0)) >= 0) counts[k] = (counts[k] as number) + 1;
    }
  }
  return counts;
}

/** Bytes of a `Gradient`, nearly all of them the data. */
export function gradientBytes(samples: number, dimensions: number): number {
  return 4 * samples * dimensions + 16 * samples;
}

/** Rows that share one sweep over u, so that u is loaded once for all of them. */
const BLOCK = 4;

/**
 * The flow's slope in the clock θ, in float64; twin of `shaders/shared/pass.wgsl` and of
 * `assembly/gradient.ts`:
 * F = du/dθ = −σ² Σ p_i g_i with p_i = r_i / Σ r_j, z_i = u·g_i − θ, r_i = 1/(1 + e^{−z_i}).
 * One pass: each row is used for z_i and for its part of Σ p g while it is in cache. Weights are
 * e^{log r_i − shift}, so nothing under- or overflows however far the run has come. With the
 * conformal dynamics r_i = e^{u·g_i}, which is also the loss of the sample.
 */
export class Gradient implements GradientSource {
  readonly stage = stage;
  readonly sumUp = sumUp;
  readonly stats: GradientStats = { logMeanResidual: 0, logTrainLoss: 0, trainErrors: 0 };
  /** z_i at the last point, and at the accepted one. */
  readonly z: Float64Array;
  readonly #accepted: Float64Array;
  /** Largest log r_i of the last evaluation: a good enough shift for the next one. */
  #shift = -Math.LN2;

  /**
   * @param data g, row-major, samples × dimensions
   */
  constructor(
    readonly data: Float32Array,
    readonly samples: number,
    readonly dimensions: number,
    readonly sigma: number,
    readonly dynamics: DynamicsKind,
  ) {
    this.z = new Float64Array(samples);
    this.#accepted = new Float64Array(samples);
  }

  evaluate(u: Float64Array, clock: number, slope: Float64Array): void {
    let weightSum = this.#accumulate(u, clock, slope, this.#shift);
    if (!(weightSum > 1e-200 && weightSum < 1e200)) {
      // The point moved further than float64's exponent allows for; the maximum is known by now.
      weightSum = this.#accumulate(u, clock, slope, this.#shift);
    }
    const scale = -(this.sigma * this.sigma) / weightSum;
    for (let j = 0; j < slope.length; j++) slope[j] = (slope[j] as number) * scale;
  }

  vector(): Float64Array {
    return new Float64Array(this.dimensions);
  }

  accept(): number[] {
    return countErrors(this.#accepted, this.z);
  }

  #accumulate(u: Float64Array, clock: number, slope: Float64Array, shift: number): number {
    const { data, samples, dimensions } = this;
    const conformal = this.dynamics === 'conformal';
    slope.fill(0);
    let weightSum = 0;
    let lossSum = 0;
    let errors = 0;
    let largest = -Infinity;
    const z = [0, 0, 0, 0];
    const w = [0, 0, 0, 0];
    for (let i = 0; i < samples; i += BLOCK) {
      const rows = Math.min(BLOCK, samples - i);
      const at = i * dimensions;
      if (rows === BLOCK) dot4(data, at, dimensions, u, z);
      else for (let k = 0; k < rows; k++) z[k] = dot1(data, at + k * dimensions, dimensions, u);
      for (let k = 0; k < rows; k++) {
        const zk = (z[k] as number) - clock;
        this.z[i + k] = zk;
        const e = Math.exp(-Math.abs(zk));
        const log1pE = Math.log1p(e);
        const logResidual = conformal ? zk + clock : Math.min(zk, 0) - log1pE;
        const weight = Math.exp(logResidual - shift);
        w[k] = weight;
        weightSum += weight;
        // softplus(z)/r, finite for every z: the loss shares the residual's scale.
        lossSum += conformal ? weight : weight * softplusOverResidual(zk, e, log1pE);
        if (zk >= 0) errors++;
        if (logResidual > largest) largest = logResidual;
      }
      if (rows === BLOCK) axpy4(data, at, dimensions, w, slope);
      else
        for (let k = 0; k < rows; k++) {
          axpy1(data, at + k * dimensions, dimensions, w[k] as number, slope);
        }
    }
    this.#shift = largest;
    this.stats.logMeanResidual = shift + Math.log(weightSum / samples);
    this.stats.logTrainLoss = shift + Math.log(lossSum / samples);
    this.stats.trainErrors = errors;
    return weightSum;
  }
}

/** log(1+e^z) · (1+e^{−z}), given e = e^{−|z|} and log(1+e); tends to 1 as z → −∞. */
function softplusOverResidual(z: number, e: number, log1pE: number): number {
  if (z >= 0) return (z + log1pE) * (1 + e);
  return e < 1e-300 ? 1 : (log1pE / e) * (1 + e);
}

function dot1(data: Float32Array, at: number, d: number, u: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < d; j++) sum += (data[at + j] as number) * (u[j] as number);
  return sum;
}

function axpy1(data: Float32Array, at: number, d: number, w: number, out: Float64Array): void {
  for (let j = 0; j < d; j++) out[j] = (out[j] as number) + w * (data[at + j] as number);
}

function dot4(data: Float32Array, at: number, d: number, u: Float64Array, z: number[]): void {
  let z0 = 0;
  let z1 = 0;
  let z2 = 0;
  let z3 = 0;
  for (let j = 0, a = at, b = a + d, c = b + d, e = c + d; j < d; j++, a++, b++, c++, e++) {
    const uj = u[j] as number;
    z0 += (data[a] as number) * uj;
    z1 += (data[b] as number) * uj;
    z2 += (data[c] as number) * uj;
    z3 += (data[e] as number) * uj;
  }
  z[0] = z0;
  z[1] = z1;
  z[2] = z2;
  z[3] = z3;
}

function axpy4(data: Float32Array, at: number, d: number, w: number[], out: Float64Array): void {
  const w0 = w[0] as number;
  const w1 = w[1] as number;
  const w2 = w[2] as number;
  const w3 = w[3] as number;
  for (let j = 0, a = at, b = a + d, c = b + d, e = c + d; j < d; j++, a++, b++, c++, e++) {
    out[j] =
      (out[j] as number) +
      (w0 * (data[a] as number) + w1 * (data[b] as number)) +
      (w2 * (data[c] as number) + w3 * (data[e] as number));
  }
}

import type { Replica } from '../../model/replica.ts';

/** A dataset as training in steps sees it. Parameters are S (d values) and, last, b. */
export interface DescentObjective {
  /** z_i of the rows of the last evaluation, in its order. */
  readonly z: Float64Array;
  /** Writes the gradient of the mean loss of some rows (all by default) to `slope`: S, then b. */
  gradient(x: Float64Array, slope: Float64Array, rows?: Uint32Array): void;
  /** z_i of all rows; the array is used again by the next call of this or of `gradient`. */
  products(x: Float64Array): Float64Array;
}

/**
 * The mean logistic loss of a dataset whose labels are all −1, in float64; twin of
 * `assembly/descent.ts`. z_i = σ g_i·S + b.
 */
export class Objective implements DescentObjective {
  readonly samples: number;
  readonly dimensions: number;
  readonly z: Float64Array;
  readonly #data: Float64Array;
  readonly #sigma: number;
  readonly #all: Uint32Array;

  /** @param data g, row-major, samples × dimensions */
  constructor(data: Float32Array, samples: number, dimensions: number, sigma: number) {
    this.samples = samples;
    this.dimensions = dimensions;
    this.#data = Float64Array.from(data);
    this.#sigma = sigma;
    this.#all = Uint32Array.from({ length: samples }, (_, i) => i);
    this.z = new Float64Array(samples);
  }

  gradient(x: Float64Array, slope: Float64Array, rows: Uint32Array = this.#all): void {
    const { dimensions } = this;
    const data = this.#data;
    const bias = x[dimensions] as number;
    slope.fill(0);
    let total = 0;
    let k = 0;
    // Four rows at a time, so that x and the slope are loaded once for all of them.
    for (; k + 4 <= rows.length; k += 4) {
      const a0 = (rows[k] as number) * dimensions;
      const b0 = (rows[k + 1] as number) * dimensions;
      const c0 = (rows[k + 2] as number) * dimensions;
      const e0 = (rows[k + 3] as number) * dimensions;
      let za = 0;
      let zb = 0;
      let zc = 0;
      let ze = 0;
      for (let j = 0; j < dimensions; j++) {
        const xj = x[j] as number;
        za += (data[a0 + j] as number) * xj;
        zb += (data[b0 + j] as number) * xj;
        zc += (data[c0 + j] as number) * xj;
        ze += (data[e0 + j] as number) * xj;
      }
      const ra = this.#residual(k, za, bias);
      const rb = this.#residual(k + 1, zb, bias);
      const rc = this.#residual(k + 2, zc, bias);
      const re = this.#residual(k + 3, ze, bias);
      total += ra + rb + (rc + re);
      for (let j = 0; j < dimensions; j++) {
        slope[j] =
          (slope[j] as number) +
          (ra * (data[a0 + j] as number) + rb * (data[b0 + j] as number)) +
          (rc * (data[c0 + j] as number) + re * (data[e0 + j] as number));
      }
    }
    for (; k < rows.length; k++) {
      const at = (rows[k] as number) * dimensions;
      let sum = 0;
      for (let j = 0; j < dimensions; j++) sum += (data[at + j] as number) * (x[j] as number);
      const r = this.#residual(k, sum, bias);
      total += r;
      for (let j = 0; j < dimensions; j++) {
        slope[j] = (slope[j] as number) + r * (data[at + j] as number);
      }
    }
    const scale = this.#sigma / rows.length;
    for (let j = 0; j < dimensions; j++) slope[j] = (slope[j] as number) * scale;
    slope[dimensions] = total / rows.length;
  }

  products(x: Float64Array): Float64Array {
    const { samples, dimensions } = this;
    const data = this.#data;
    for (let i = 0; i < samples; i++) {
      const at = i * dimensions;
      let sum = 0;
      for (let j = 0; j < dimensions; j++) sum += (data[at + j] as number) * (x[j] as number);
      this.z[i] = this.#sigma * sum + (x[dimensions] as number);
    }
    return this.z;
  }

  /** Writes r_i (1 − r_i) at the point of the last gradient of all rows. */
  curvature(out: Float64Array): void {
    for (let i = 0; i < out.length; i++) {
      const z = this.z[i] as number;
      out[i] = 1 / (1 + Math.exp(-z)) / (1 + Math.exp(z));
    }
  }

  /** Product with the Hessian of the mean loss, of which `curvature` is from the same point. */
  hessian(curvature: Float64Array, v: Float64Array, out: Float64Array): void {
    const { samples, dimensions } = this;
    const data = this.#data;
    const bias = v[dimensions] as number;
    const sigma = this.#sigma;
    out.fill(0);
    let total = 0;
    for (let i = 0; i < samples; i++) {
      const at = i * dimensions;
      let sum = 0;
      for (let j = 0; j < dimensions; j++) sum += (data[at + j] as number) * (v[j] as number);
      const w = (curvature[i] as number) * (sigma * sum + bias);
      total += w;
      for (let j = 0; j < dimensions; j++) {
        out[j] = (out[j] as number) + w * (data[at + j] as number);
      }
    }
    for (let j = 0; j < dimensions; j++) out[j] = (out[j] as number) * (sigma / samples);
    out[dimensions] = total / samples;
  }

  #residual(k: number, sum: number, bias: number): number {
    const z = this.#sigma * sum + bias;
    this.z[k] = z;
    return 1 / (1 + Math.exp(-z));
  }
}

/** Mean loss, mean residual and errors from z_i. */
export function statsOf(z: Float64Array): { loss: number; residual: number; errors: number } {
  let loss = 0;
  let residual = 0;
  let errors = 0;
  for (const zi of z) {
    const e = Math.exp(-Math.abs(zi));
    loss += Math.max(zi, 0) + Math.log1p(e);
    residual += zi < 0 ? e / (1 + e) : 1 / (1 + e);
    if (zi >= 0) errors++;
  }
  return { loss: loss / z.length, residual: residual / z.length, errors };
}

/**
 * What z = σ(s ∘ g + m e₁)·S + b of a new sample has: minus its mean, −b − σmS₁, and its standard deviation,
 * σ‖s ∘ S‖. They are θ and ‖u‖ where s = 1 and m = 0, and what test accuracy depends on.
 */
export function momentsOf(
  { sigma, data }: Pick<Replica, 'sigma' | 'data'>,
  scales: Float64Array,
  x: Float64Array,
): { clock: number; uNorm: number } {
  const last = x.length - 1;
  let sum = 0;
  for (let j = 0; j < last; j++) sum += ((scales[j] as number) * (x[j] as number)) ** 2;
  const mean = (x[last] as number) + sigma * (data?.shift ?? 0) * (x[0] as number);
  // Decay takes S to where its square is zero.
  const norm =
    sum > 1e-280 ? Math.sqrt(sum) : Math.hypot(...scales.map((s, j) => s * (x[j] as number)));
  return { clock: -mean, uNorm: sigma * norm };
}

/** Passes over a dataset that the solvers share: g row-major, N × d, float32 values exact. */

/** N points in d dimensions. */
export interface Points {
  /** Row-major, samples × dimensions. */
  readonly data: Float32Array;
  readonly samples: number;
  readonly dimensions: number;
}

/** g_i · v. */
export function project({ data, dimensions }: Points, i: number, v: Float64Array): number {
  let sum = 0;
  for (let j = 0, at = i * dimensions; j < dimensions; j++, at++) {
    sum += (data[at] as number) * (v[j] as number);
  }
  return sum;
}

/** g_i · g_k. */
export function product({ data, dimensions }: Points, i: number, k: number): number {
  let sum = 0;
  for (let j = 0, a = i * dimensions, b = k * dimensions; j < dimensions; j++, a++, b++) {
    sum += (data[a] as number) * (data[b] as number);
  }
  return sum;
}

/** v += weight · g_i. */
export function accumulate(
  { data, dimensions }: Points,
  i: number,
  weight: number,
  v: Float64Array,
): void {
  for (let j = 0, at = i * dimensions; j < dimensions; j++, at++) {
    v[j] = (v[j] as number) + weight * (data[at] as number);
  }
}

/** Σ weights_i g_i. */
export function combine(points: Points, weights: Float64Array): Float64Array {
  const v = new Float64Array(points.dimensions);
  for (let i = 0; i < points.samples; i++) {
    const weight = weights[i] as number;
    if (weight !== 0) accumulate(points, i, weight, v);
  }
  return v;
}

export function norm(v: Float64Array): number {
  let sum = 0;
  for (const x of v) sum += x * x;
  return Math.sqrt(sum);
}

import { type DataLaw, GAUSSIAN, isIsotropic, scalesOf } from './distribution.ts';
import { fromHalfBits, toHalfBits } from './half.ts';
import { type Distribution, QUANTILES, quantileTable, tableName } from './quantiles.ts';
import { threefry, threefryInto, type Words } from './threefry.ts';

/**
 * How the datasets of one seed relate along λ: `independent` draws a fresh matrix for every (N, d),
 * `nested` takes prefixes of one infinite matrix (common random numbers along λ). `twoPoint` has no
 * seeds: its data are given, the two points of the one-dimensional model.
 */
export type Ensemble = 'independent' | 'nested' | 'twoPoint';

/** What a dataset is made from. */
export interface DatasetId {
  readonly seed: number;
  /** N, rows. */
  readonly samples: number;
  /** d, columns. */
  readonly dimensions: number;
  readonly ensemble: Ensemble;
  /** Given data, row-major, N·d entries that are rounded to halves; absent: made from the seed. */
  readonly given?: readonly number[];
  /** What the entries are drawn from, and their covariance and mean; absent: standard Gaussian. */
  readonly data?: DataLaw;
}

/** Threefry key of a dataset; every entry is a function of this key, its row and its column. */
export function datasetKey({ seed, samples, dimensions, ensemble }: DatasetId): Words {
  return threefry([seed, 0], ensemble === 'nested' ? [0, 0] : [samples, dimensions]);
}

const halves = new Map<string, Uint16Array>();
const values = new Map<string, Float32Array>();

/** The value of a key, made the first time that it is asked for. */
function kept<T>(map: Map<string, T>, key: string, make: () => T): T {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}

/** The half, in bits, of every pattern of 16 bits: the top one is the sign, the others pick a quantile. */
export function patternHalves(distribution: Distribution = {}): Uint16Array {
  return kept(halves, tableName(distribution), () => {
    const quantiles = quantileTable(distribution);
    const patterns = new Uint16Array(65536);
    patterns.set(quantiles);
    for (let k = 0; k < QUANTILES; k++) patterns[QUANTILES + k] = 0x8000 | (quantiles[k] as number);
    return patterns;
  });
}

/** The same in float32. */
export function patternValues(distribution: Distribution = {}): Float32Array {
  return kept(values, tableName(distribution), () => {
    const patterns = patternHalves(distribution);
    const numbers = new Float32Array(patterns.length);
    for (let k = 0; k < patterns.length; k++) numbers[k] = fromHalfBits(patterns[k] as number);
    return numbers;
  });
}

/**
 * The matrix g as bits of halves, row-major, N·d entries. Entry (i, j) is lane j mod 4 of the block
 * with counter (i, ⌊j/4⌋): the top bit is the sign, the other 15 pick a quantile.
 */
export function datasetHalves(id: DatasetId): Uint16Array {
  if (id.given) return Uint16Array.from(id.given, toHalfBits);
  const matrix = new Uint16Array(id.samples * id.dimensions);
  fill(matrix, id, patternHalves(id.data));
  return matrix;
}

/**
 * The matrix g in float32 (halves are exact in it), row-major, N·d entries; with a covariance or a mean, s ∘ g_i + m e₁,
 * rounded.
 * @throws RangeError if there is no memory for it
 */
export function datasetValues(id: DatasetId): Float32Array {
  if (id.given) return Float32Array.from(id.given, (x) => fromHalfBits(toHalfBits(x)));
  const matrix = new Float32Array(id.samples * id.dimensions);
  fill(matrix, id, patternValues(id.data));
  transform(matrix, id);
  return matrix;
}

/** Scales the coordinates and shifts the first. */
function transform(matrix: Float32Array, { data = GAUSSIAN, dimensions }: DatasetId): void {
  if (isIsotropic(data)) return;
  const scales = scalesOf(data, dimensions);
  for (let at = 0; at < matrix.length; at += dimensions) {
    for (let j = 0; j < dimensions; j++) {
      const mean = j === 0 ? data.shift : 0;
      matrix[at + j] = (scales[j] as number) * (matrix[at + j] as number) + mean;
    }
  }
}

function fill<Matrix extends Uint16Array | Float32Array>(
  matrix: Matrix,
  id: DatasetId,
  patterns: Matrix,
): void {
  const { samples, dimensions } = id;
  const [key0, key1] = datasetKey(id);
  const block = new Uint32Array(2);
  for (let i = 0, at = 0; i < samples; i++) {
    for (let j = 0; j < dimensions; j += 4) {
      threefryInto(block, key0, key1, i, j >> 2);
      const lanes = Math.min(4, dimensions - j);
      for (let lane = 0; lane < lanes; lane++) {
        const bits = ((block[lane >> 1] as number) >>> (16 * (lane & 1))) & 0xffff;
        matrix[at++] = patterns[bits] as number;
      }
    }
  }
}

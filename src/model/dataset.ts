import { fromHalfBits, toHalfBits } from './half.ts';
import { gaussianQuantiles, QUANTILES } from './quantiles.ts';
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
}

/** Threefry key of a dataset; every entry is a function of this key, its row and its column. */
export function datasetKey({ seed, samples, dimensions, ensemble }: DatasetId): Words {
  return threefry([seed, 0], ensemble === 'nested' ? [0, 0] : [samples, dimensions]);
}

let halves: Uint16Array | undefined;
let values: Float32Array | undefined;

/** The half, in bits, of every pattern of 16 bits: the top one is the sign, the others pick a quantile. */
export function patternHalves(): Uint16Array {
  if (!halves) {
    const quantiles = gaussianQuantiles();
    halves = new Uint16Array(65536);
    halves.set(quantiles);
    for (let k = 0; k < QUANTILES; k++) halves[QUANTILES + k] = 0x8000 | (quantiles[k] as number);
  }
  return halves;
}

/** The same in float32. */
export function patternValues(): Float32Array {
  if (!values) {
    const patterns = patternHalves();
    values = new Float32Array(patterns.length);
    for (let k = 0; k < patterns.length; k++) values[k] = fromHalfBits(patterns[k] as number);
  }
  return values;
}

/**
 * The matrix g as bits of halves, row-major, N·d entries. Entry (i, j) is lane j mod 4 of the block
 * with counter (i, ⌊j/4⌋): the top bit is the sign, the other 15 pick a quantile.
 */
export function datasetHalves(id: DatasetId): Uint16Array {
  if (id.given) return Uint16Array.from(id.given, toHalfBits);
  const matrix = new Uint16Array(id.samples * id.dimensions);
  fill(matrix, id, patternHalves());
  return matrix;
}

/**
 * The matrix g in float32 (halves are exact in it), row-major, N·d entries.
 * @throws RangeError if there is no memory for it
 */
export function datasetValues(id: DatasetId): Float32Array {
  if (id.given) return Float32Array.from(id.given, (x) => fromHalfBits(toHalfBits(x)));
  const matrix = new Float32Array(id.samples * id.dimensions);
  fill(matrix, id, patternValues());
  return matrix;
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

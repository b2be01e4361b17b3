/** Random choices of training, from the seed of the dataset by keys of their own. */
import type { DatasetId } from './dataset.ts';
import { fromHalfBits } from './half.ts';
import { gaussianQuantiles } from './quantiles.ts';
import { threefry, threefryInto, type Words } from './threefry.ts';

/** Second word of the key: 0 is that of the data. */
const BATCHES = 1;
const WEIGHTS = 2;

/** Key of the order of minibatches. */
export function batchKey({ seed, samples, dimensions }: DatasetId): Words {
  return threefry([seed, BATCHES], [samples, dimensions]);
}

/**
 * The order of samples in an epoch: sample i has the number that is the first word of the block with
 * the counter (epoch, i), and samples come in the order of their numbers (equal ones in their own).
 */
export function epochOrder(key: Words, epoch: number, samples: number): Uint32Array {
  const numbers = new Float64Array(samples);
  const block = new Uint32Array(2);
  for (let i = 0; i < samples; i++) {
    threefryInto(block, key[0], key[1], epoch, i);
    // The number and the index in one float64, to be sorted by both: 32 + 20 bits.
    numbers[i] = (block[0] as number) * 2 ** 20 + i;
  }
  return Uint32Array.from(numbers.sort(), (value) => value % 2 ** 20);
}

/**
 * Initial weights S: `scale` times Gaussian numbers, made as an entry of row 0 of a dataset is. With the
 * nested ensemble those of a seed are prefixes of one another.
 */
export function initialWeights(id: DatasetId, scale: number): Float64Array {
  const { seed, samples, dimensions, ensemble } = id;
  const [key0, key1] = threefry(
    [seed, WEIGHTS],
    ensemble === 'nested' ? [0, 0] : [samples, dimensions],
  );
  const quantiles = gaussianQuantiles();
  const block = new Uint32Array(2);
  return Float64Array.from({ length: dimensions }, (_, j) => {
    threefryInto(block, key0, key1, 0, j >> 2);
    const bits = ((block[(j & 3) >> 1] as number) >>> (16 * (j & 1))) & 0xffff;
    return scale * fromHalfBits((bits & 0x8000) | (quantiles[bits & 0x7fff] as number));
  });
}

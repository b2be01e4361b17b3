import {
  bootstrapMedians,
  type Random,
  sortedMedian,
  sortedQuantile,
} from '../model/statistics.ts';
import { rank } from './summary.ts';
import type { Crossing } from './times.ts';

/** Median over seeds of log10 t with its bootstrap; +∞ is later than t_end, −∞ from the start. */
export interface MedianTime {
  readonly median: number;
  /** Standard error in decades; NaN if the seeds do not tell it: too few, or all the same. */
  readonly error: number;
  /** Whether the median of some resample is beyond t_end or from the start. */
  readonly open: boolean;
  /** Medians of resamples of the seeds. */
  readonly resampled: Float64Array;
}

/** Fewer seeds than these say nothing about the error of their median. */
export const FEWEST_SEEDS = 4;

/** Φ(−1): one standard error below the median lies this quantile of its bootstrap. */
const ONE_SIGMA_BELOW = 0.15865525393145707;

/**
 * Median time over seeds and its bootstrap. If some resamples have their median after t_end, the
 * standard error is taken from the lower side of the bootstrap alone: the upper one is not known.
 */
export function medianTime(
  crossings: readonly Crossing[],
  resamples: number,
  random: Random,
): MedianTime {
  const ranks = Float64Array.from(crossings, rank).sort();
  const median = sortedMedian(ranks);
  const resampled = bootstrapMedians(ranks, resamples, random);
  const sorted = resampled.slice().sort();
  const open = sorted.at(-1) === Infinity || sorted[0] === -Infinity;
  const error = open ? median - sortedQuantile(sorted, ONE_SIGMA_BELOW) : deviation(sorted);
  const known = crossings.length >= FEWEST_SEEDS && error > 0 && error < Infinity;
  return { median, error: known ? error : Number.NaN, open, resampled };
}

function deviation(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1));
}

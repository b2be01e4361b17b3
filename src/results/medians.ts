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
  /** Replicas that it is over. */
  readonly seeds: number;
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
  // Between a time and a later one that is not known the median is not known either.
  const ranks = Float64Array.from(crossings, (each) =>
    each.state === 'notBy' ? Infinity : rank(each),
  ).sort();
  const median = sortedMedian(ranks);
  const resampled = bootstrapMedians(ranks, resamples, random);
  const sorted = resampled.slice().sort();
  const open = sorted.at(-1) === Infinity || sorted[0] === -Infinity;
  const error = open ? median - sortedQuantile(sorted, ONE_SIGMA_BELOW) : deviation(sorted);
  const known = crossings.length >= FEWEST_SEEDS && error > 0 && error < Infinity;
  return { median, seeds: crossings.length, error: known ? error : Number.NaN, open, resampled };
}

/** Of values in ascending order; 0 if they are all the same, whatever their mean rounds to. */
function deviation(values: Float64Array): number {
  if (values[0] === values.at(-1)) return 0;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1));
}

/**
 * Standard errors in decades for every column. One that does not tell its own (its median is a
 * bound, or of too few seeds) gets that of the nearest column that does, for its own number of
 * seeds; one that tells only the half below its median gets at least that. Without any that does,
 * all get +∞.
 */
export function standardErrors<Column extends MedianTime>(
  columns: readonly Column[],
  position: (column: Column) => number,
): Float64Array {
  const known = columns.filter(({ error }) => error > 0);
  const whole = known.filter(({ open }) => !open);
  const lenders = whole.length > 0 ? whole : known;
  return Float64Array.from(columns, (column) => {
    const { error, open, seeds } = column;
    if (error > 0 && !open) return error;
    let nearest = Infinity;
    let borrowed = Infinity;
    for (const lender of lenders) {
      const apart = Math.abs(position(lender) - position(column));
      if (apart < nearest) {
        nearest = apart;
        borrowed = lender.error * Math.sqrt(lender.seeds / seeds);
      }
    }
    return error > 0 ? Math.max(error, borrowed) : borrowed;
  });
}

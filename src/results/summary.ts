import type { Crossing } from './times.ts';

/** A quantile of times over seeds; censored values are later than every time, not left out. */
export type Quantile = Crossing | { readonly state: 'none' };

/** Position of times that are only known to be beyond t_end: after all others, before never. */
const BEYOND = Number.MAX_VALUE;

/** Position of a crossing on the time axis, −∞ from the start, +∞ never. */
export function rank(crossing: Crossing): number {
  switch (crossing.state) {
    case 'fromStart':
      return -Infinity;
    case 'crossed':
      return crossing.log10t;
    case 'notBy':
      return BEYOND;
    case 'never':
      return Infinity;
  }
}

/** Positions on the time axis in ascending order. */
function ranked(crossings: readonly Crossing[]): Float64Array {
  const ranks = new Float64Array(crossings.length);
  crossings.forEach((crossing, k) => {
    ranks[k] = rank(crossing);
  });
  return ranks.sort();
}

/**
 * The q-quantile of crossing times over seeds, q ∈ [0, 1], with linear interpolation between order
 * statistics (Hyndman & Fan, type 7). "Not by t_end" is a lower bound and counts as later than all
 * times, "never" as later still; between a time and one of them the quantile is that one.
 */
function quantile(ranks: Float64Array, q: number): Quantile {
  if (ranks.length === 0) return { state: 'none' };
  const position = q * (ranks.length - 1);
  const low = ranks[Math.floor(position)] as number;
  const high = ranks[Math.ceil(position)] as number;
  const fraction = position - Math.floor(position);
  if (fraction === 0 ? low === Infinity : high === Infinity) return { state: 'never' };
  if (fraction === 0 ? low === BEYOND : high === BEYOND) return { state: 'notBy' };
  if (low === -Infinity)
    return high === -Infinity || fraction < 0.5
      ? { state: 'fromStart' }
      : { state: 'crossed', log10t: high };
  return { state: 'crossed', log10t: low + fraction * (high - low) };
}

/** Median, quartiles and counts of one group of replicas. */
export interface Summary {
  readonly median: Quantile;
  readonly lowerQuartile: Quantile;
  readonly upperQuartile: Quantile;
  /** Replicas that ran to an end; of them, those not across by t_end and those that never will be. */
  readonly count: number;
  readonly censored: number;
  readonly never: number;
}

/** Summary of the replicas of a group that did not fail. */
export function summarise(crossings: readonly Crossing[]): Summary {
  const ranks = ranked(crossings);
  return {
    median: quantile(ranks, 0.5),
    lowerQuartile: quantile(ranks, 0.25),
    upperQuartile: quantile(ranks, 0.75),
    count: crossings.length,
    censored: crossings.filter(({ state }) => state === 'notBy').length,
    never: crossings.filter(({ state }) => state === 'never').length,
  };
}

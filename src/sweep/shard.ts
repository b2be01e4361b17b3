/** Parts of a sweep that are computed apart from one another. */
import { expectedCost } from './cost.ts';
import type { SweepPlan } from './plan.ts';

/** Part i of n, i = 1 … n. */
export interface Shard {
  readonly i: number;
  readonly n: number;
}

/** Most shards of a sweep. */
export const MAX_SHARDS = 100_000;

/**
 * Replicas from the most expensive to the cheapest by expected cost, equal ones by index: the order
 * in which they are dealt to shards, and in which a shard runs its own, so that none that takes long
 * begins last.
 */
export function byCost(plan: SweepPlan): { order: Uint32Array; costs: Float64Array } {
  const { seedsPerCell } = plan.spec;
  const costs = new Float64Array(plan.size);
  for (let first = 0; first < plan.size; first += seedsPerCell) {
    costs.fill(expectedCost(plan.replica(first)), first, first + seedsPerCell);
  }
  const order = new Uint32Array(plan.size)
    .map((_, index) => index)
    .sort((a, b) => (costs[b] as number) - (costs[a] as number) || a - b);
  return { order, costs };
}

/** The shard, 0 … n − 1, that gets the replica at a place of the order: dealt to and fro. */
export function shardAt(place: number, n: number): number {
  const round = Math.floor(place / n);
  const k = place % n;
  return round % 2 === 0 ? k : n - 1 - k;
}

/** The replicas of a shard, in the order in which they are to be run. */
export function replicasOf(plan: SweepPlan, { i, n }: Shard): Uint32Array {
  const { order } = byCost(plan);
  return order.filter((_, place) => shardAt(place, n) === i - 1);
}

import { type Quantile, type Summary, summarise } from '../results/summary.ts';
import type { ResultTable } from '../results/table.ts';
import type { Crossing } from '../results/times.ts';
import type { SweepPlan } from './plan.ts';

/** A sweep as the charts see it. */
export interface View {
  readonly plan: SweepPlan;
  readonly table: ResultTable;
  /** Index of the test threshold shown. */
  readonly threshold: number;
}

/** What the map shows of a cell: the median over its seeds that have come in. */
export type CellState = Quantile | { readonly state: 'pending' } | { readonly state: 'failed' };

/** Crossings of the replicas of a cell that have come in and did not fail. */
export function crossingsOf({ plan, table, threshold }: View, ix: number, iy: number): Crossing[] {
  const first = plan.firstOf(ix, iy);
  const crossings: Crossing[] = [];
  for (let k = 0; k < plan.spec.seedsPerCell; k++) {
    if (table.has(first + k) && !table.failures.has(first + k)) {
      crossings.push(table.testTime(first + k, threshold));
    }
  }
  return crossings;
}

/** State of a cell. It has failed when all of its replicas that have come in have. */
export function cellState(view: View, ix: number, iy: number): CellState {
  const crossings = crossingsOf(view, ix, iy);
  if (crossings.length > 0) {
    return crossings.length === 1 ? (crossings[0] as Crossing) : summarise(crossings).median;
  }
  const first = view.plan.firstOf(ix, iy);
  for (let k = 0; k < view.plan.spec.seedsPerCell; k++) {
    if (view.table.failures.has(first + k)) return { state: 'failed' };
  }
  return { state: 'pending' };
}

/** Summary of each column of the map: over all rows if y runs over seeds, else in one row. */
export function columnSummaries(view: View, row: number): Summary[] {
  const { plan } = view;
  const rows = plan.spec.y.over === 'seed' ? plan.ys.map((_, iy) => iy) : [row];
  return plan.xs.map((_, ix) => summarise(rows.flatMap((iy) => crossingsOf(view, ix, iy))));
}

/**
 * Range of the colours in decades, whole numbers. The latest tenth of the times may lie above it:
 * they spread over hundreds of decades and would leave no colours to the rest.
 */
export function decadeRange(states: readonly CellState[]): [number, number] {
  const room = new Float64Array(states.length);
  let count = 0;
  for (const cell of states) if (cell.state === 'crossed') room[count++] = cell.log10t;
  const times = room.subarray(0, count).sort();
  if (times.length === 0) return [0, 4];
  const low = Math.floor(times[0] as number);
  const high = Math.ceil(times[Math.ceil(0.9 * (times.length - 1))] as number);
  return [low, Math.max(high, low + 1)];
}

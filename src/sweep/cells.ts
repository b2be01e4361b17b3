import type { SweepSpec } from '../model/spec.ts';
import {
  isLogarithmic,
  type Quantity,
  type Reading,
  type ReadingSummary,
  read,
  summariseReadings,
} from '../results/quantities.ts';
import type { ResultTable } from '../results/table.ts';
import type { Crossing } from '../results/times.ts';
import type { SweepPlan } from './plan.ts';

/** A sweep as the charts see it. */
export interface View {
  readonly plan: SweepPlan;
  readonly table: ResultTable;
  /** The accuracy a of t_test(a) and t_train(a). */
  readonly accuracy: number;
}

/** A sweep as a map and its profile see it. */
export interface MapView extends View {
  readonly quantity: Quantity;
  /** Another sweep over the same grid: what is shown is how much more this one has than that. */
  readonly against?: MapView;
}

/** The accuracy that is shown first: 0.95 where the spec has it. */
export function firstAccuracy({ thresholds: { test } }: SweepSpec): number {
  return test.includes(0.95) ? 0.95 : (test[0] as number);
}

/** What the map shows of a cell: the median over its seeds that have come in. */
export type CellState = Reading | { readonly state: 'pending' } | { readonly state: 'failed' };

/** Replicas of a cell that have come in and did not fail. */
export function replicasOf({ plan, table }: View, ix: number, iy: number): number[] {
  const first = plan.firstOf(ix, iy);
  const indices: number[] = [];
  for (let k = 0; k < plan.spec.seedsPerCell; k++) {
    if (table.has(first + k) && !table.failures.has(first + k)) indices.push(first + k);
  }
  return indices;
}

/** t_test of the replicas of a cell, of those that tell. */
export function crossingsOf(view: View, ix: number, iy: number): Crossing[] {
  return replicasOf(view, ix, iy).flatMap(
    (index) => view.table.testTimeAt(index, view.accuracy) ?? [],
  );
}

/** The quantity shown of the replicas of a cell. */
export function readingsOf(view: MapView, ix: number, iy: number): Reading[] {
  const { table, quantity, accuracy } = view;
  return replicasOf(view, ix, iy).map((index) => read(table, index, quantity, accuracy));
}

/** Whether two plans have the same cells. */
export function sameGrid(a: SweepPlan, b: SweepPlan): boolean {
  const gridOf = ({ spec, xs, ys }: SweepPlan): string =>
    JSON.stringify([spec.x.over, xs, spec.y.over, ys]);
  return gridOf(a) === gridOf(b);
}

/** State of a cell. It has failed when all of its replicas that have come in have. */
export function cellState(view: MapView, ix: number, iy: number): CellState {
  if (view.against) {
    const [a, b] = [ownState(view, ix, iy), ownState(view.against, ix, iy)];
    if (a.state === 'value' && b.state === 'value') {
      return { state: 'value', value: a.value - b.value };
    }
    return a.state === 'pending' || b.state === 'pending'
      ? { state: 'pending' }
      : { state: 'none' };
  }
  return ownState(view, ix, iy);
}

function ownState(view: MapView, ix: number, iy: number): CellState {
  const readings = readingsOf(view, ix, iy);
  if (readings.length > 0) {
    return readings.length === 1
      ? (readings[0] as Reading)
      : summariseReadings(readings, view.quantity).median;
  }
  const first = view.plan.firstOf(ix, iy);
  for (let k = 0; k < view.plan.spec.seedsPerCell; k++) {
    if (view.table.failures.has(first + k)) return { state: 'failed' };
  }
  return { state: 'pending' };
}

/** Summary of each column of the map: over all rows if y runs over seeds, else in one row. */
export function columnSummaries(view: MapView, row: number): ReadingSummary[] {
  const { plan } = view;
  const rows = plan.spec.y.over === 'seed' ? plan.ys.map((_, iy) => iy) : [row];
  return plan.xs.map((_, ix) =>
    summariseReadings(
      rows.flatMap((iy) => readingsOf(view, ix, iy)),
      view.quantity,
    ),
  );
}

/**
 * Range of the colours. Of times whole decades, and the latest tenth of them may lie above it: they
 * spread over hundreds of decades and would leave no colours to the rest. Of other quantities from the
 * smallest to the largest, of differences about 0.
 */
export function colourRange(
  states: readonly CellState[],
  quantity: Quantity,
  difference = false,
): [number, number] {
  const room = new Float64Array(states.length);
  let count = 0;
  for (const cell of states) if (cell.state === 'value') room[count++] = cell.value;
  const values = room.subarray(0, count).sort();
  if (difference) {
    // The largest tenth may lie beyond the ends, which are equally far from 0.
    const sizes = values.map(Math.abs).sort();
    const most = sizes[Math.ceil(0.9 * (sizes.length - 1))] || 1;
    return [-most, most];
  }
  if (quantity === 'separable') return [0, 1];
  const first = values[0];
  const last = values[Math.ceil(0.9 * (values.length - 1))];
  if (first === undefined || last === undefined) {
    return isLogarithmic(quantity) ? [0, 4] : [0, 1];
  }
  if (isLogarithmic(quantity)) {
    const low = Math.floor(first);
    return [low, Math.max(Math.ceil(last), low + 1)];
  }
  if (quantity !== 'norm') return [first, Math.max(values.at(-1) as number, first + 1e-6)];
  return [first, Math.max(last, first + 1e-6)];
}

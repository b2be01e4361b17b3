/** The replicas of a map, sorted into the bars of a histogram. */
import { isLogarithmic, type Reading, read } from '../results/quantities.ts';
import { type MapView, replicasOf } from '../sweep/cells.ts';
import { endOf, number, time } from './format.ts';
import type { CellPosition } from './map-window.ts';
import { QUANTITY_WORDS, readingText } from './quantity.ts';
import { niceStep } from './scale.ts';

/** Bars of values, at most about. */
const MOST_BARS = 36;

/** A bar: values from `from` to `to`, or all replicas of a state that is not a value. */
export interface Bin {
  readonly state: Exclude<Reading['state'], 'none'>;
  readonly from: number;
  readonly to: number;
  /** What it holds, in words. */
  readonly label: string;
  readonly count: number;
  /** Where its replicas are, each cell once. */
  readonly cells: readonly CellPosition[];
}

/** What falls into a bar, as it is found. */
class Tally {
  count = 0;
  readonly cells: CellPosition[] = [];

  /** @param cell the same object for every replica of a cell, one after the other */
  add(cell: CellPosition): void {
    this.count++;
    if (this.cells.at(-1) !== cell) this.cells.push(cell);
  }
}

/** From the earliest to the latest: from the start, values in bars of one width, not by t_end, never. */
export function binsOf(view: MapView): Bin[] {
  const { plan, table, quantity, accuracy } = view;
  const found: { readonly value: number; readonly cell: CellPosition }[] = [];
  const apart = { fromStart: new Tally(), notBy: new Tally(), never: new Tally() };
  let [low, high] = [Infinity, -Infinity];
  for (let iy = 0; iy < plan.ys.length; iy++) {
    for (let ix = 0; ix < plan.xs.length; ix++) {
      const cell = { ix, iy };
      for (const index of replicasOf(view, ix, iy)) {
        const reading = read(table, index, quantity, accuracy);
        if (reading.state === 'value') {
          found.push({ value: reading.value, cell });
          low = Math.min(low, reading.value);
          high = Math.max(high, reading.value);
        } else if (reading.state !== 'none') apart[reading.state].add(cell);
      }
    }
  }
  const step = niceStep(Math.max((high - low) / MOST_BARS, 1e-6));
  const first = Math.floor(low / step);
  const length = found.length > 0 ? Math.floor(high / step) - first + 1 : 0;
  const bars = Array.from({ length }, () => new Tally());
  for (const { value, cell } of found) bars[Math.floor(value / step) - first]?.add(cell);
  const text = (value: number): string =>
    isLogarithmic(quantity) ? time(value) : number(value, 3);
  const special = (state: keyof typeof apart): Bin[] => {
    const { count, cells } = apart[state];
    const label = readingText({ state }, quantity, endOf(plan.spec));
    return count > 0 ? [{ state, from: Number.NaN, to: Number.NaN, label, count, cells }] : [];
  };
  const symbol = QUANTITY_WORDS[quantity].symbol(accuracy);
  return [
    ...special('fromStart'),
    ...bars.map(({ count, cells }, k): Bin => {
      const [from, to] = [(first + k) * step, (first + k + 1) * step];
      const label = `${symbol} from ${text(from)} to ${text(to)}`;
      return { state: 'value', from, to, label, count, cells };
    }),
    ...special('notBy'),
    ...special('never'),
  ];
}

export function sameCell(a: CellPosition, b: CellPosition | undefined): boolean {
  return a.ix === b?.ix && a.iy === b.iy;
}

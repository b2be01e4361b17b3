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

/** From the earliest to the latest: from the start, values in bars of one width, not by t_end, never. */
export function binsOf(view: MapView): Bin[] {
  const { plan, table, quantity, accuracy } = view;
  const found: { reading: Reading; cell: CellPosition }[] = [];
  for (let iy = 0; iy < plan.ys.length; iy++) {
    for (let ix = 0; ix < plan.xs.length; ix++) {
      for (const index of replicasOf(view, ix, iy)) {
        found.push({ reading: read(table, index, quantity, accuracy), cell: { ix, iy } });
      }
    }
  }
  const values = found.flatMap(({ reading }) => (reading.state === 'value' ? [reading.value] : []));
  const [low, high] = values.reduce(
    ([least, most], value) => [Math.min(least, value), Math.max(most, value)],
    [Infinity, -Infinity],
  );
  const step = niceStep(Math.max((high - low) / MOST_BARS, 1e-6));
  const first = Math.floor(low / step);
  const of = (
    state: Bin['state'],
    from: number,
    to: number,
    label: string,
    here: typeof found,
  ) => ({
    ...{ state, from, to, label },
    count: here.length,
    cells: here.map(({ cell }) => cell).filter((cell, k, all) => !sameCell(cell, all[k - 1])),
  });
  const bars: (typeof found)[] = Array.from(
    { length: values.length > 0 ? Math.floor(high / step) - first + 1 : 0 },
    () => [],
  );
  for (const each of found) {
    if (each.reading.state !== 'value') continue;
    bars[Math.floor(each.reading.value / step) - first]?.push(each);
  }
  const text = (value: number): string =>
    isLogarithmic(quantity) ? time(value) : number(value, 3);
  const special = (state: 'fromStart' | 'notBy' | 'never'): Bin[] => {
    const here = found.filter(({ reading }) => reading.state === state);
    const label = readingText({ state }, quantity, endOf(plan.spec));
    return here.length > 0 ? [of(state, Number.NaN, Number.NaN, label, here)] : [];
  };
  const symbol = QUANTITY_WORDS[quantity].symbol(accuracy);
  return [
    ...special('fromStart'),
    ...bars.map((here, k) => {
      const [from, to] = [(first + k) * step, (first + k + 1) * step];
      return of('value', from, to, `${symbol} from ${text(from)} to ${text(to)}`, here);
    }),
    ...special('notBy'),
    ...special('never'),
  ];
}

export function sameCell(a: CellPosition, b: CellPosition | undefined): boolean {
  return a.ix === b?.ix && a.iy === b.iy;
}

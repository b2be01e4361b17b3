/** Pictures of several cells of a map at once. */
import type { ChartFigure, Series } from '../results/figure.ts';
import { isLogarithmic, type Reading } from '../results/quantities.ts';
import { type MapView, replicasOf } from '../sweep/cells.ts';
import { motionOf } from './curves.ts';
import type { CellPosition } from './map-window.ts';
import { QUANTITY_WORDS } from './quantity.ts';

/** Runs drawn over one another, at most: more would be a smear. */
const MOST_RUNS = 60;

/**
 * Fraction of the replicas that are at most at a value: those from the start count from the left end on,
 * those not by t_end never, so that the line ends below 1 where there are any.
 */
export function distributionFigure(
  { quantity, accuracy }: MapView,
  readings: readonly Reading[],
): ChartFigure {
  const known = readings.filter(({ state }) => state !== 'none');
  const values = known
    .flatMap((each) => (each.state === 'value' ? [each.value] : []))
    .sort((a, b) => a - b);
  const start = known.filter(({ state }) => state === 'fromStart').length;
  const x: number[] = [];
  const y: number[] = [];
  values.forEach((value, k) => {
    // A staircase: up at each value.
    x.push(value, value);
    y.push((start + k) / known.length, (start + k + 1) / known.length);
  });
  const symbol = QUANTITY_WORDS[quantity].symbol(accuracy);
  return {
    kind: 'chart',
    title: `Distribution of ${symbol}`,
    xTitle: symbol,
    yTitle: 'fraction at most this',
    xLogarithmic: isLogarithmic(quantity),
    yLogarithmic: false,
    series: values.length > 0 ? [{ label: 'replicas', kind: 'line', x, y }] : [],
  };
}

/** Test accuracy of the runs of some cells against time. */
export function runsFigure(view: MapView, cells: readonly CellPosition[]): ChartFigure {
  const { table } = view;
  const indices = cells.flatMap(({ ix, iy }) => replicasOf(view, ix, iy));
  const stride = Math.max(1, Math.ceil(indices.length / MOST_RUNS));
  const series: Series[] = [];
  for (let k = 0; k < indices.length; k += stride) {
    const index = indices[k] as number;
    const rows = table.record(index);
    if (!rows || rows.length === 0) continue;
    const { log10t, testAccuracy } = motionOf(rows);
    series.push({
      label: series.length === 0 ? 'runs' : '',
      kind: 'line',
      x: log10t,
      y: testAccuracy,
    });
  }
  const some = stride > 1 ? `, every ${stride}th of ${indices.length} runs` : '';
  return {
    kind: 'chart',
    title: `Test accuracy${some}`,
    xTitle: 't',
    yTitle: 'test accuracy',
    xLogarithmic: true,
    yLogarithmic: false,
    series,
  };
}

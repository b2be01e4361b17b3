/** What a map can show of a replica, read off its record and its certificate without another run. */
import { normalCdf, normalDensity } from '../model/normal.ts';
import { testLoss } from '../model/observables.ts';
import { followsMargin, type SweepSpec } from '../model/spec.ts';
import { Column, entry, interpolate, type Rows, rowCount } from '../model/trajectory.ts';
import { finalAccuracyOf, limitNormOf } from './limits.ts';
import { type Quantile, summarise } from './summary.ts';
import type { ResultTable } from './table.ts';
import type { Crossing } from './times.ts';

/**
 * `testTime`: log10 t_test(a). `delay`: log10 t_test(a)/t_train(a). `trainTime`: log10 t_train(a).
 * `finalAccuracy`: test accuracy for t → ∞, and `norm`: ‖u∞‖, both by the dataset's certificate.
 * `endAccuracy`: test accuracy where the run ended. `testLoss`: log10 of the largest test loss.
 * `separable`: 1 if the dataset is, 0 if not. `gradients`: log10 of the gradient evaluations.
 */
export const QUANTITIES = [
  'testTime',
  'delay',
  'trainTime',
  'finalAccuracy',
  'endAccuracy',
  'norm',
  'testLoss',
  'separable',
  'gradients',
] as const;
export type Quantity = (typeof QUANTITIES)[number];

/** Quantities whose values are log10 of what is shown. */
export function isLogarithmic(quantity: Quantity): boolean {
  return ['testTime', 'delay', 'trainTime', 'testLoss', 'gradients'].includes(quantity);
}

/** Quantities that depend on the accuracy a. */
export function isTimed(quantity: Quantity): boolean {
  return ['testTime', 'delay', 'trainTime'].includes(quantity);
}

/** Quantities that only a certificate gives. */
export function isCertified(quantity: Quantity): boolean {
  return ['finalAccuracy', 'norm', 'separable'].includes(quantity);
}

/** Whether a sweep has a quantity: where weights end is known of those alone that follow the margin. */
export function isKnown(quantity: Quantity, spec: SweepSpec): boolean {
  return followsMargin(spec) || (quantity !== 'finalAccuracy' && quantity !== 'norm');
}

/**
 * A quantity of a replica, or of several. `fromStart`, `notBy` and `never` are those of times; `never`
 * is also said of ‖u∞‖ where weights grow for ever. `none`: the record or the certificate that would
 * tell is not there.
 */
export type Reading =
  | { readonly state: 'value'; readonly value: number }
  | { readonly state: 'fromStart' | 'notBy' | 'never' | 'none' };

const NONE: Reading = { state: 'none' };

const value = (x: number): Reading => ({ state: 'value', value: x });

/** A quantity of a replica that has come in and did not fail, at the accuracy a. */
export function read(
  table: ResultTable,
  index: number,
  quantity: Quantity,
  accuracy: number,
): Reading {
  switch (quantity) {
    case 'testTime':
      return readingOf(table.testTimeAt(index, accuracy));
    case 'trainTime':
      return readingOf(table.trainTimeAt(index, accuracy));
    case 'delay':
      return delay(table.testTimeAt(index, accuracy), table.trainTimeAt(index, accuracy));
    case 'endAccuracy': {
      const final = table.final(index);
      return final ? value(final.testAccuracy) : NONE;
    }
    case 'testLoss': {
      const rows = table.record(index);
      return rows && rowCount(rows) > 0 ? value(Math.log10(largestTestLoss(rows))) : NONE;
    }
    case 'gradients':
      return value(Math.log10(Math.max(1, table.gradients(index))));
    default:
      return limit(table, index, quantity);
  }
}

/** What a certificate says. */
function limit(
  table: ResultTable,
  index: number,
  quantity: 'finalAccuracy' | 'norm' | 'separable',
): Reading {
  const separability = table.separability(index);
  if (!separability || separability.kind === 'undecided') return NONE;
  if (!isKnown(quantity, table.spec)) return NONE;
  if (quantity === 'separable') return value(separability.kind === 'separable' ? 1 : 0);
  if (quantity === 'norm') {
    const norm = limitNormOf(separability) as number;
    return norm === Infinity ? { state: 'never' } : value(norm);
  }
  return value(finalAccuracyOf(separability, table.cellOf(index).sigma) as number);
}

/** A time, or a quantile of times, as a reading. */
function readingOf(crossing: Quantile | undefined): Reading {
  if (!crossing) return NONE;
  return crossing.state === 'crossed' ? value(crossing.log10t) : crossing;
}

/** A delay has no length where either accuracy is there from the start. */
function delay(test: Crossing | undefined, train: Crossing | undefined): Reading {
  if (!test || !train || train.state === 'fromStart') return NONE;
  if (test.state !== 'crossed') return test;
  return train.state === 'crossed' ? value(test.log10t - train.log10t) : NONE;
}

/** ∫ log(1 + e^{−|z|}) dz, by which test loss exceeds E max(z, 0) at most, over the width of z. */
const REST = Math.PI ** 2 / 6;

/**
 * Largest test loss of a run, at the rows and within the steps beside the largest; log 2 at t = 0 at
 * least. A row is passed over where a bound on its loss, E max(z, 0) + min(log 2, REST ·
 * largest density of z), is below what was found.
 */
export function largestTestLoss(rows: Rows): number {
  let [best, at] = [Math.LN2, -1];
  for (let row = 0; row < rowCount(rows); row++) {
    const clock = entry(rows, row, Column.clock);
    const uNorm = entry(rows, row, Column.uNorm);
    if (uNorm === 0) continue;
    const x = clock / uNorm;
    const ramp = uNorm * normalDensity(x) - clock * normalCdf(-x);
    const bound = ramp + Math.min(Math.LN2, REST / (uNorm * Math.sqrt(2 * Math.PI)));
    if (bound <= best) continue;
    const loss = testLoss(clock, uNorm);
    if (loss > best) [best, at] = [loss, row];
  }
  for (const row of [at - 1, at]) {
    if (row >= 0 && row + 1 < rowCount(rows)) best = Math.max(best, largestInStep(rows, row));
  }
  return best;
}

/** Test loss has one top beside its largest row: golden sections close in on it to 1e-3 of the step. */
function largestInStep(rows: Rows, row: number): number {
  const loss = (s: number): number => {
    const { clock, uNorm } = interpolate(rows, row, s);
    return testLoss(clock, uNorm);
  };
  const golden = (Math.sqrt(5) - 1) / 2;
  let [low, high] = [0, 1];
  let [left, right] = [1 - golden, golden];
  let [atLeft, atRight] = [loss(left), loss(right)];
  for (let k = 0; k < 14; k++) {
    if (atLeft > atRight) {
      [high, right, atRight] = [right, left, atLeft];
      left = high - golden * (high - low);
      atLeft = loss(left);
    } else {
      [low, left, atLeft] = [left, right, atRight];
      right = low + golden * (high - low);
      atRight = loss(right);
    }
  }
  return Math.max(atLeft, atRight);
}

/** Median, quartiles and counts of readings; readings of the state `none` are left out. */
export interface ReadingSummary {
  readonly median: Reading;
  readonly lowerQuartile: Reading;
  readonly upperQuartile: Reading;
  /** Readings summed up; of them, those not by t_end and those that never. */
  readonly count: number;
  readonly notBy: number;
  readonly never: number;
}

/** The quantiles are those of times, censored readings being later than all others. */
export function summariseReadings(
  readings: readonly Reading[],
  quantity: Quantity,
): ReadingSummary {
  const known = readings.filter(({ state }) => state !== 'none');
  const { median, lowerQuartile, upperQuartile, count, censored, never } = summarise(
    known.map(crossingOf),
  );
  const counts = { count, notBy: censored, never };
  if (quantity === 'separable') {
    // Of separable or not, the fraction says more than the median.
    const part = fraction(known);
    return { median: part, lowerQuartile: part, upperQuartile: part, ...counts };
  }
  return {
    median: readingOf(median),
    lowerQuartile: readingOf(lowerQuartile),
    upperQuartile: readingOf(upperQuartile),
    ...counts,
  };
}

function crossingOf(reading: Reading): Crossing {
  if (reading.state === 'value') return { state: 'crossed', log10t: reading.value };
  return { state: reading.state as 'fromStart' | 'notBy' | 'never' };
}

function fraction(readings: readonly Reading[]): Reading {
  if (readings.length === 0) return NONE;
  const ones = readings.filter((each) => each.state === 'value' && each.value === 1).length;
  return value(ones / readings.length);
}

import { testAccuracy, testLoss } from '../model/observables.ts';
import {
  Column,
  ERROR_COUNTS,
  entry,
  interpolate,
  logTime,
  type Point,
  type Rows,
  rowCount,
} from '../model/trajectory.ts';

/** Where a run is at each time: one entry a point. */
export interface Motion {
  readonly log10t: number[];
  readonly testAccuracy: number[];
  readonly uNorm: number[];
  /** −b. */
  readonly clock: number[];
}

/** Everything that is drawn of a run against log10 t. */
export interface Curves extends Motion {
  readonly trainAccuracy: number[];
  /** log10 of the losses. */
  readonly trainLoss: number[];
  readonly testLoss: number[];
}

/** A run at the quarters of its steps, without losses: that of the test takes longer than all the rest. */
export function motionOf(rows: Rows): Motion {
  const motion: Motion = { log10t: [], testAccuracy: [], uNorm: [], clock: [] };
  for (const { clock, log1pTime, uNorm } of quartersOf(rows)) {
    motion.log10t.push(logTime(log1pTime) / Math.LN10);
    motion.testAccuracy.push(testAccuracy(clock, uNorm));
    motion.uNorm.push(uNorm);
    motion.clock.push(clock);
  }
  return motion;
}

/** Curves of a run, at the quarters of its steps, where training errors are counted. */
export function curvesOf(rows: Rows, samples: number): Curves {
  const curves: Curves = { ...motionOf(rows), trainAccuracy: [], trainLoss: [], testLoss: [] };
  for (const { clock, uNorm, logTrainLoss, errors } of quartersOf(rows)) {
    curves.trainAccuracy.push(1 - errors / samples);
    curves.trainLoss.push(logTrainLoss / Math.LN10);
    curves.testLoss.push(Math.log10(Math.max(testLoss(clock, uNorm), 1e-300)));
  }
  return curves;
}

function* quartersOf(rows: Rows): Generator<Point & { readonly errors: number }> {
  for (let row = 0; row + 1 < rowCount(rows); row++) {
    for (let k = 1; k <= ERROR_COUNTS; k++) {
      const errors = entry(rows, row + 1, Column.trainErrors + k - 1);
      yield { ...interpolate(rows, row, k / ERROR_COUNTS), errors };
    }
  }
}

import { testAccuracy, testLoss } from '../model/observables.ts';
import {
  Column,
  ERROR_COUNTS,
  entry,
  interpolate,
  logTime,
  type Rows,
  rowCount,
} from '../model/trajectory.ts';

/** Everything that is drawn of a run against log10 t, one entry a point. */
export interface Curves {
  readonly log10t: number[];
  readonly trainAccuracy: number[];
  readonly testAccuracy: number[];
  /** log10 of the losses. */
  readonly trainLoss: number[];
  readonly testLoss: number[];
  readonly uNorm: number[];
  /** −b. */
  readonly clock: number[];
}

/** Curves of a run, at the quarters of its steps, where training errors are counted. */
export function curvesOf(rows: Rows, samples: number): Curves {
  const curves: Curves = {
    log10t: [],
    trainAccuracy: [],
    testAccuracy: [],
    trainLoss: [],
    testLoss: [],
    uNorm: [],
    clock: [],
  };
  for (let row = 0; row + 1 < rowCount(rows); row++) {
    for (let k = 1; k <= ERROR_COUNTS; k++) {
      const { clock, log1pTime, uNorm, logTrainLoss } = interpolate(rows, row, k / ERROR_COUNTS);
      const errors = entry(rows, row + 1, Column.trainErrors + k - 1);
      curves.log10t.push(logTime(log1pTime) / Math.LN10);
      curves.trainAccuracy.push(1 - errors / samples);
      curves.testAccuracy.push(testAccuracy(clock, uNorm));
      curves.trainLoss.push(logTrainLoss / Math.LN10);
      curves.testLoss.push(Math.log10(Math.max(testLoss(clock, uNorm), 1e-300)));
      curves.uNorm.push(uNorm);
      curves.clock.push(clock);
    }
  }
  return curves;
}

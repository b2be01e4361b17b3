import { maxTrainErrors, testQuantile } from '../model/observables.ts';
import {
  bisect,
  Column,
  ERROR_COUNTS,
  entry,
  isInTime,
  logTime,
  type Rows,
  rowCount,
  type Step,
  StepInClock,
  stepFrom,
  trainErrors,
} from '../model/trajectory.ts';

/**
 * When an accuracy first rose to a threshold.
 * `fromStart`: at or above it from t → 0+ on, and never below; `crossed`: first upward crossing at
 * log10 t; `notBy`: not by t_end, which is not the same as never; `never`: not by t_end, and the
 * margin of the data proves that test accuracy tends to less (never read off a record).
 */
export type Crossing =
  | { readonly state: 'fromStart' }
  | { readonly state: 'crossed'; readonly log10t: number }
  | { readonly state: 'notBy' }
  | { readonly state: 'never' };

/** Points at which each step is searched for a crossing: a cubic may cross and come back. */
const SAMPLES_PER_STEP = 8;

/**
 * t_test(a): first upward crossing of test accuracy a, from the Hermite interpolation of the record.
 * A crossing after the horizon (log10 t_end) counts as not by t_end.
 */
export function testTime(rows: Rows, accuracy: number, horizon: number): Crossing {
  const quantile = testQuantile(accuracy);
  if (isInTime(rows)) return testTimeInTime(rows, quantile, horizon);
  // Φ(θ/‖u‖) ≥ a exactly where θ − Φ⁻¹(a)‖u‖ ≥ 0; at t → 0+ the slope of both decides.
  const above = (step: Step, s: number): number => step.clock(s) - quantile * step.uNorm(s);
  let below = 1 - quantile * entry(rows, 0, Column.uNormSlope) < 0;
  let everBelow = below;
  for (let row = 0; row + 1 < rowCount(rows); row++) {
    const step = new StepInClock(rows, row);
    // Most steps are far from the threshold at both ends; quantiles are not negative.
    const [least, most] = step.uNormBounds();
    const stays = below ? step.clock(1) < quantile * least : step.clock(0) > quantile * most;
    if (stays) continue;
    for (let k = 1; k <= SAMPLES_PER_STEP; k++) {
      const to = k / SAMPLES_PER_STEP;
      const now = above(step, to) < 0;
      if (below && !now) {
        const from = (k - 1) / SAMPLES_PER_STEP;
        const s = from + bisect((f) => above(step, from + f * (to - from))) * (to - from);
        return within(horizon, logTime(step.log1pTime(s)));
      }
      below = now;
      everBelow ||= now;
    }
  }
  return everBelow ? { state: 'notBy' } : { state: 'fromStart' };
}

/**
 * t_train(a): first upward crossing of training accuracy a. Training accuracy is a staircase,
 * counted at ERROR_COUNTS points of each step; between two of them the time is interpolated in
 * log t, through half a sample.
 */
export function trainTime(
  rows: Rows,
  accuracy: number,
  samples: number,
  horizon: number,
): Crossing {
  const allowed = maxTrainErrors(accuracy, samples);
  if (isInTime(rows)) {
    const wrong = (row: number): number => trainErrors(rows, row) - allowed - 0.5;
    const logT = (row: number): number => logTime(entry(rows, row, Column.log1pTime));
    return firstRise(
      rows,
      (row) => wrong(row) < 0,
      horizon,
      (row) => {
        const s = wrong(row) / (wrong(row) - wrong(row + 1));
        return (1 - s) * logT(row) + s * logT(row + 1);
      },
    );
  }
  let before = trainErrors(rows, 0);
  let everBelow = before > allowed;
  for (let row = 0; row + 1 < rowCount(rows); row++) {
    for (let k = 1; k <= ERROR_COUNTS; k++) {
      const after = entry(rows, row + 1, Column.trainErrors + k - 1);
      if (before > allowed && after <= allowed) {
        const s = (before - allowed - 0.5) / (before - after);
        const step = stepFrom(rows, row);
        const from = step.log1pTime((k - 1) / ERROR_COUNTS);
        const to = step.log1pTime(k / ERROR_COUNTS);
        const logT =
          from === 0
            ? logTime(s * to) // from t = 0: linear in time
            : (1 - s) * logTime(from) + s * logTime(to);
        return within(horizon, logT);
      }
      before = after;
      everBelow ||= after > allowed;
    }
  }
  return everBelow ? { state: 'notBy' } : { state: 'fromStart' };
}

function testTimeInTime(rows: Rows, quantile: number, horizon: number): Crossing {
  const above = (row: number): boolean =>
    entry(rows, row, Column.clock) - quantile * entry(rows, row, Column.uNorm) >= 0;
  return firstRise(rows, above, horizon, (row) => {
    const step = stepFrom(rows, row);
    const s = bisect((f) => step.clock(f) - quantile * step.uNorm(f));
    return logTime(step.log1pTime(s));
  });
}

/**
 * The first rise of a record in time from below to above. Between two steps that follow one another
 * there is no time: the later one is the first at which it is above.
 * @param between log t of the rise between a row and the next
 */
function firstRise(
  rows: Rows,
  above: (row: number) => boolean,
  horizon: number,
  between: (row: number) => number,
): Crossing {
  let everBelow = !above(0);
  for (let row = 0; row + 1 < rowCount(rows); row++) {
    const now = above(row + 1);
    if (!above(row) && now) {
      const steps = entry(rows, row + 1, Column.gradients) - entry(rows, row, Column.gradients);
      const logT = steps === 1 ? logTime(entry(rows, row + 1, Column.log1pTime)) : between(row);
      return within(horizon, logT);
    }
    everBelow ||= !now;
  }
  return everBelow ? { state: 'notBy' } : { state: 'fromStart' };
}

function within(horizon: number, logT: number): Crossing {
  const log10t = logT / Math.LN10;
  // The last step is at the horizon, to rounding.
  return log10t <= horizon + 1e-9 ? { state: 'crossed', log10t } : { state: 'notBy' };
}

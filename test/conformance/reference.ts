/** The float64 reference runs of test/fixtures/flow.json and the comparison with them. */

import { testAccuracy, testLoss } from '../../src/model/observables.ts';
import type { Replica, Tolerance, Trajectory } from '../../src/model/replica.ts';
import { interpolate, locateTime, log1pTimeOf } from '../../src/model/trajectory.ts';
import { type Crossing, testTime, trainTime } from '../../src/results/times.ts';
import reference from '../fixtures/flow.json';
import { check, checkEqual } from './check.ts';

const HORIZON = 30;

interface ReferenceRun {
  seed: number;
  N: number;
  d: number;
  sigma: number;
  ensemble: 'independent' | 'nested';
  points: {
    log10t: number;
    b: number;
    uNorm: number;
    trainAccuracy: number;
    testAccuracy: number;
    trainLoss: number;
    testLoss: number;
  }[];
  log10tTestAccuracy: Record<string, number | 'start' | null>;
  log10tTrainAccuracy: Record<string, number | 'start' | null>;
}

const runs = reference as unknown as ReferenceRun[];

/** The replicas of the reference, run to the horizon. */
export function referenceReplicas(tolerance: Tolerance): Replica[] {
  return runs.map(({ seed, N, d, sigma, ensemble }, index) => ({
    index,
    seed,
    samples: N,
    dimensions: d,
    sigma,
    ensemble,
    dynamics: 'flow',
    tolerance,
    horizon: HORIZON,
    goal: null,
  }));
}

/** log10 t_test(0.95) of one of the runs with independent data; undefined if there is none. */
export function referenceTime(
  shape: Pick<Replica, 'samples' | 'dimensions' | 'sigma' | 'seed'>,
): number | 'start' | null | undefined {
  const { samples, dimensions, sigma, seed } = shape;
  const run = runs.find(
    ({ N, d, ensemble, ...rest }) =>
      [N, d, rest.sigma, rest.seed, ensemble].join() ===
      [samples, dimensions, sigma, seed, 'independent'].join(),
  );
  return run?.log10tTestAccuracy['0.95'];
}

/** Largest deviations of a set of runs from the reference. */
export class Deviations {
  /** |Δ log10 t| of test and train crossings. */
  test = 0;
  train = 0;
  /** Relative errors of b, ‖u‖ and the losses at the recorded times. */
  bias = 0;
  uNorm = 0;
  trainLoss = 0;
  testLoss = 0;
  /** |Δ test accuracy| there. */
  testAccuracy = 0;
  replicas = 0;
  #worst = '';

  /** Compares one run; every state must be that of the reference. */
  add(trajectory: Trajectory): void {
    const run = runs[trajectory.index] as ReferenceRun;
    const name = `seed ${run.seed}, N ${run.N}, d ${run.d}, σ ${run.sigma}, ${run.ensemble}`;
    check(trajectory.failure === null, `${name}: ${trajectory.failure}`);
    this.replicas++;
    const { rows } = trajectory;
    for (const [a, expected] of Object.entries(run.log10tTestAccuracy)) {
      const error = deviation(testTime(rows, Number(a), HORIZON), expected, `${name}, test ${a}`);
      if (error > this.test) this.#worst = `${name}, test ${a}`;
      this.test = Math.max(this.test, error);
    }
    for (const [a, expected] of Object.entries(run.log10tTrainAccuracy)) {
      const crossing = trainTime(rows, Number(a), run.N, HORIZON);
      this.train = Math.max(this.train, deviation(crossing, expected, `${name}, train ${a}`));
    }
    for (const point of run.points) this.#addPoint(rows, point, name);
  }

  #addPoint(rows: Trajectory['rows'], point: ReferenceRun['points'][number], name: string): void {
    const at = locateTime(rows, log1pTimeOf(point.log10t * Math.LN10));
    // The reference goes a little past the horizon, where our runs end.
    if (at === undefined) {
      check(point.log10t > HORIZON - 0.01, `${name}: no record at ${point.log10t}`);
      return;
    }
    const { clock, uNorm, logTrainLoss } = interpolate(rows, at.row, at.s);
    const relative = (actual: number, expected: number): number => Math.abs(actual / expected - 1);
    this.bias = Math.max(this.bias, relative(clock, -point.b));
    this.uNorm = Math.max(this.uNorm, relative(uNorm, point.uNorm));
    this.trainLoss = Math.max(this.trainLoss, Math.abs(logTrainLoss - Math.log(point.trainLoss)));
    this.testLoss = Math.max(this.testLoss, relative(testLoss(clock, uNorm), point.testLoss));
    const accuracy = Math.abs(testAccuracy(clock, uNorm) - point.testAccuracy);
    this.testAccuracy = Math.max(this.testAccuracy, accuracy);
  }

  toString(): string {
    const e = (x: number): string => x.toExponential(1);
    return (
      `${this.replicas} replicas; worst |Δ log10 t_test| ${this.test.toFixed(5)} (${this.#worst}), ` +
      `|Δ log10 t_train| ${this.train.toFixed(4)}, b ${e(this.bias)}, ‖u‖ ${e(this.uNorm)}, ` +
      `log train loss ${e(this.trainLoss)}, test loss ${e(this.testLoss)}, test accuracy ${e(this.testAccuracy)}`
    );
  }
}

function deviation(actual: Crossing, expected: number | 'start' | null, name: string): number {
  const state = expected === 'start' ? 'fromStart' : expected === null ? 'notBy' : 'crossed';
  checkEqual(actual.state, state, name);
  return actual.state === 'crossed' ? Math.abs(actual.log10t - (expected as number)) : 0;
}

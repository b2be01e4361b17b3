/** Training in steps on an engine in float32, against the float64 twin and reference runs. */
import { runDescent } from '../../src/cpu/descent/run.ts';
import type { Engine } from '../../src/model/engine.ts';
import { testAccuracy, testLoss } from '../../src/model/observables.ts';
import type { Replica, Trajectory } from '../../src/model/replica.ts';
import { parseSpec } from '../../src/model/spec.ts';
import { Column, entry, type Rows, rowCount, trainErrors } from '../../src/model/trajectory.ts';
import { testTime } from '../../src/results/times.ts';
import { SweepPlan } from '../../src/sweep/plan.ts';
import reference from '../fixtures/gd.json';
import { type Case, check, checkClose, checkEqual } from './check.ts';

interface Shape {
  readonly seed: number;
  readonly N: number;
  readonly d: number;
  readonly sigma: number;
}

/**
 * Whether all of the reference is run, a million steps, and 1e5 of every optimiser: minutes on software
 * adapters. Set GROKSCOPE_FULL, with a longer --testTimeout.
 */
const FULL = typeof process !== 'undefined' && process.env.GROKSCOPE_FULL !== undefined;

type Context = { readonly engine: Engine };

/** A replica as a spec of one cell gives it. */
export function replicaOf(shape: Shape, dynamics: object, more: object = {}): Replica {
  const spec = parseSpec({
    samples: shape.N,
    sigma: shape.sigma,
    x: { over: 'lambda', values: [shape.d / shape.N] },
    y: { over: 'seed', values: [shape.seed] },
    until: 'horizon',
    dynamics,
    ...more,
  });
  return new SweepPlan(spec).replica(0);
}

/** Trains replicas side by side; their trajectories in order, and the steps that were taken in all. */
export async function trainAll(
  engine: Engine,
  replicas: readonly Replica[],
): Promise<{ runs: Trajectory[]; steps: number }> {
  const runs: Trajectory[] = [];
  let steps = 0;
  const numbered = replicas.map((replica, index) => ({ ...replica, index }));
  for await (const batch of engine.run(numbered, new AbortController().signal)) {
    for (const trajectory of batch.trajectories) runs[trajectory.index] = trajectory;
    steps += batch.gradients;
  }
  checkEqual(Object.keys(runs).length, replicas.length, 'number of trajectories');
  return { runs, steps };
}

function rowOf(rows: Rows, step: number): number {
  for (let row = 0; row < rowCount(rows); row++) {
    if (entry(rows, row, Column.gradients) === step) return row;
  }
  throw new Error(`no row of step ${step}`);
}

function stepsOf(rows: Rows): number[] {
  return Array.from({ length: rowCount(rows) }, (_, row) => entry(rows, row, Column.gradients));
}

/** Steps to a test accuracy; undefined if it was not reached. */
function stepsTo(rows: Rows, accuracy: number, learningRate: number): number | undefined {
  const crossing = testTime(rows, accuracy, 300);
  return crossing.state === 'crossed' ? 10 ** crossing.log10t / learningRate : undefined;
}

/**
 * Largest relative difference of θ, ‖u‖ and the training loss between two records, at the scheduled
 * steps that both have.
 */
function deviation(rows: Rows, twin: Rows): { worst: number; shared: number } {
  const own = new Map(stepsOf(rows).map((step, row) => [step, row]));
  let worst = 0;
  let shared = 0;
  for (const [row, step] of stepsOf(twin).entries()) {
    const at = own.get(step);
    if (at === undefined) continue;
    shared++;
    const relative = (column: number): number =>
      Math.abs(entry(rows, at, column) / entry(twin, row, column) - 1);
    // A loss is as far off as its logarithm.
    const loss = Math.abs(
      entry(rows, at, Column.logTrainLoss) - entry(twin, row, Column.logTrainLoss),
    );
    worst = Math.max(worst, relative(Column.clock), relative(Column.uNorm), loss);
  }
  return { worst, shared };
}

/**
 * Gradient descent against float64 runs made elsewhere: b, ‖u‖, losses, accuracies and crossings.
 * @param steps as far as it goes; the reference has a million
 */
export function gdReferenceCase(steps: number): Case<Context> {
  return {
    name: `gradient descent follows the float64 reference for ${steps} steps`,
    run: async ({ engine }) => {
      const replicas = reference.map((run) =>
        replicaOf(run, { kind: 'gd', learningRate: run.eta, steps }),
      );
      const { runs } = await trainAll(engine, replicas);
      let worst = 0;
      let worstTime = 0;
      for (const [k, run] of reference.entries()) {
        const { rows, failure } = runs[k] as Trajectory;
        const name = `N ${run.N}, seed ${run.seed}`;
        checkEqual(failure, null, name);
        for (const point of run.points) {
          if (point.step > steps) continue;
          const row = rowOf(rows, point.step);
          const clock = entry(rows, row, Column.clock);
          const uNorm = entry(rows, row, Column.uNorm);
          const compared = [
            [-clock, point.b],
            [uNorm, point.uNorm],
            [Math.exp(entry(rows, row, Column.logTrainLoss)), point.trainLoss],
            [testAccuracy(clock, uNorm), point.testAccuracy],
            [testLoss(clock, uNorm), point.testLoss],
          ] as const;
          for (const [actual, expected] of compared) {
            worst = Math.max(worst, Math.abs(actual / expected - 1));
          }
          checkEqual(
            trainErrors(rows, row),
            Math.round((1 - point.trainAccuracy) * run.N),
            `${name}: errors at step ${point.step}`,
          );
        }
        for (const [accuracy, expected] of Object.entries(run.stepsToTestAccuracy)) {
          if (expected < 0 || expected > steps) continue;
          const measured = stepsTo(rows, Number(accuracy), run.eta) ?? Number.NaN;
          // The reference looked every ten steps.
          const error = Math.max(0, Math.abs(measured - (expected - 5)) - 5) / expected;
          check(error <= 0.001, `${name}: ${accuracy} after ${measured} steps, not ${expected}`);
          worstTime = Math.max(worstTime, error);
        }
      }
      check(worst <= 1e-4, `off by ${worst}`);
      return `worst ${worst.toExponential(1)}, steps to accuracies ${worstTime.toExponential(1)}`;
    },
  };
}

const SMALL: Shape = { seed: 4, N: 40, d: 16, sigma: 4 };

/**
 * How far records may be off, relative. Gradients are good to 1e-6 of ‖u‖ in z, and training forgets
 * their errors; near a minimum Adam's steps do not shrink with the gradient, and magnify them.
 */
const CLOSE = 2e-5;
const ADAM_CLOSE = 2e-3;

/** Optimisers with all that each has, and how far records may be off. */
const OPTIMISERS: readonly (readonly [object, number])[] = [
  [{ kind: 'gd', learningRate: 0.05 }, CLOSE],
  [{ kind: 'heavyBall', learningRate: 0.01, l2: 1e-4 }, CLOSE],
  [{ kind: 'nesterov', learningRate: 0.01, momentum: 0.99 }, CLOSE],
  [{ kind: 'adam', learningRate: 0.001 }, CLOSE],
  [{ kind: 'adamw', learningRate: 0.001, weightDecay: 0.01 }, ADAM_CLOSE],
  [{ kind: 'sgd', learningRate: 0.05, batchSize: 7 }, CLOSE],
];

/** @param steps of each */
export function optimisersCase(steps: number): Case<Context> {
  return {
    name: `optimisers follow the float64 twin for ${steps} steps`,
    run: async ({ engine }) => {
      const replicas = OPTIMISERS.map(([dynamics]) => replicaOf(SMALL, { ...dynamics, steps }));
      const { runs } = await trainAll(engine, replicas);
      const figures = OPTIMISERS.map(([dynamics, limit], k) => {
        const { rows, failure } = runs[k] as Trajectory;
        const { kind } = dynamics as { kind: string };
        checkEqual(failure, null, kind);
        const { worst, shared } = deviation(rows, runDescent(replicas[k] as Replica).rows);
        check(shared > 60, `${kind}: ${shared} rows in common`);
        check(worst <= limit, `${kind}: off by ${worst}`);
        return `${kind} ${worst.toExponential(1)}`;
      });
      return figures.join(', ');
    },
  };
}

/** Settings and data that change what a step does. */
const SETTINGS: readonly (readonly [object, object])[] = [
  [{ kind: 'gd', weightDecay: 0.1, decayed: 'weights' }, {}],
  [{ kind: 'gd', l2: 0.1, decayed: 'bias' }, {}],
  [{ kind: 'gd', initialScale: 1 }, {}],
  [{ kind: 'gd', initialScale: 100 }, { sigma: 0.1 }],
  [{ kind: 'gd', parameters: 'float32' }, {}],
  [{ kind: 'sgd', batchSize: 40, weightDecay: 0.01 }, {}],
  [{ kind: 'sgd', batchSize: 1 }, {}],
  [{ kind: 'adam', beta2: 0.999999, epsilon: 1e-30, l2: 0.01 }, {}],
  [{ kind: 'heavyBall', momentum: 0.9999, learningRate: 0.001 }, {}],
  [{ kind: 'gd' }, { data: { distribution: 'studentT', degrees: 4, spectrum: 0, shift: 0 } }],
  [{ kind: 'sgd' }, { data: { distribution: 'studentT', degrees: 4, spectrum: 1, shift: 0.5 } }],
  [{ kind: 'adam', initialScale: 0.3 }, { ensemble: 'nested' }],
];

export const descentCases: readonly Case<Context>[] = [
  gdReferenceCase(FULL ? 1_000_000 : 10_000),
  optimisersCase(FULL ? 100_000 : 20_000),
  {
    name: 'decay, weights at the start, batches and data are those of the float64 twin',
    run: async ({ engine }) => {
      let worst = 0;
      for (const [settings, { data, ...more }] of SETTINGS as [object, { data?: object }][]) {
        const dynamics = { learningRate: 0.02, steps: 1000, ...settings };
        const replica = replicaOf({ ...SMALL, ...more }, dynamics, data ? { data } : {});
        const { runs } = await trainAll(engine, [replica]);
        const { rows, failure } = runs[0] as Trajectory;
        const name = JSON.stringify({ ...settings, ...more, data });
        checkEqual(failure, null, name);
        const off = deviation(rows, runDescent(replica).rows);
        check(off.shared >= 56, `${name}: ${off.shared} rows in common`);
        check(off.worst <= CLOSE, `${name}: off by ${off.worst}`);
        worst = Math.max(worst, off.worst);
      }
      return `worst ${worst.toExponential(1)}`;
    },
  },
  {
    name: 'records and ends as the float64 twin: thresholds, goal, failures',
    run: async ({ engine }) => {
      const until = { until: 'thresholds' };
      const replicas = [
        replicaOf(SMALL, { kind: 'gd', learningRate: 0.05, steps: 20_000 }, until),
        replicaOf(SMALL, { kind: 'sgd', learningRate: 0.05, steps: 20_000, batchSize: 9 }, until),
        replicaOf(SMALL, { kind: 'gd', learningRate: 1e5, steps: 100 }),
        replicaOf(SMALL, { kind: 'gd', learningRate: 3, weightDecay: 1, steps: 1000 }),
        replicaOf(SMALL, { kind: 'gd', learningRate: 1e5, weightDecay: 1000, steps: 1000 }),
      ];
      const { runs } = await trainAll(engine, replicas);
      for (const [k, { rows, failure, gradients }] of runs.entries()) {
        const twin = runDescent(replicas[k] as Replica);
        const step = (text: string | null): string | undefined =>
          text?.replace(/is \S+ after/, 'after');
        checkEqual(step(failure), step(twin.failure), `failure of run ${k}`);
        if (k > 1) continue;
        checkClose(gradients / twin.gradients, 1, 0.001, `steps of run ${k}`);
        for (const accuracy of [0.9, 0.95, 0.99]) {
          const [a, b] = [rows, twin.rows].map((of) => stepsTo(of, accuracy, 0.05) ?? Number.NaN);
          checkClose((a as number) / (b as number), 1, 0.001, `steps to ${accuracy} of run ${k}`);
        }
      }
      return runs.map(({ failure }) => failure ?? 'done').join('; ');
    },
  },
  {
    name: 'freezes in float32 where the float64 twin with rounded parameters does, and only there',
    run: async ({ engine }) => {
      // ℓ2 makes for a minimum that is reached in some hundred steps.
      const dynamics = { kind: 'gd', learningRate: 0.02, l2: 1, steps: 20_000 };
      const replicas = (['float32', 'exact'] as const).map((parameters) =>
        replicaOf(SMALL, { ...dynamics, parameters }),
      );
      const frozen: number[] = [];
      for (const replica of replicas) {
        const { runs, steps } = await trainAll(engine, [replica]);
        frozen.push(steps);
        const [{ rows }] = runs as [Trajectory];
        const steps64 = stepsOf(runDescent(replica).rows);
        checkEqual(entry(rows, rowCount(rows) - 1, Column.gradients), 20_000, 'last row');
        // The step at which a run has frozen has a row.
        if (steps < 20_000) checkEqual(stepsOf(rows).at(-2), steps, 'row of the freeze');
        frozen.push(steps64.at(-2) as number);
      }
      const [float32, twin, exact, exactTwin] = frozen as [number, number, number, number];
      // The last bits of the gradient decide.
      checkClose(float32 / twin, 1, 0.2, 'steps until it freezes');
      check(exact > 1.5 * float32, `exact parameters freeze after ${exact} steps`);
      return `float32 after ${float32} steps, the twin ${twin}; exact ${exact}, the twin ${exactTwin}`;
    },
  },
];

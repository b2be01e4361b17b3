/** What every engine must do; run over the CPU, Dawn and wgpu. */
import { runFlow } from '../../src/cpu/flow.ts';
import type { Engine } from '../../src/model/engine.ts';
import type { Replica, Tolerance, Trajectory } from '../../src/model/replica.ts';
import { lateClock, separableRates } from '../../src/model/theory/late.ts';
import {
  edgeWeight,
  limitObjective,
  limitWeight,
  twoPoints,
} from '../../src/model/theory/one-dimensional.ts';
import {
  COLUMNS,
  Column,
  entry,
  interpolate,
  locateTime,
  type Rows,
  rowCount,
} from '../../src/model/trajectory.ts';
import { type Crossing, testTime, trainTime } from '../../src/results/times.ts';
import { type Case, check, checkClose, checkEqual } from './check.ts';
import { Deviations, referenceReplicas } from './reference.ts';

export interface EngineContext {
  readonly engine: Engine;
  /** Largest |Δ log10 t_test| against the reference at each tolerance. */
  readonly limits: Readonly<Record<Tolerance, number>>;
}

/** Largest |Δ log10 t_test| of the float32 engines: docs/numerics.md. */
export const FLOAT32_LIMITS = { default: 0.01, fine: 0.002 } as const;

/** t_train is a count read off a staircase: docs/numerics.md. */
export const TRAIN_LIMIT = 0.03;
/** b and ‖u‖ at the recorded times, relative. */
const STATE_LIMIT = 0.003;

/** log10 t_end of the cases below, far enough for most small problems to settle. */
const HORIZON = 12;

async function train(engine: Engine, replicas: readonly Replica[]): Promise<Trajectory[]> {
  const all: Trajectory[] = [];
  let gradients = 0;
  for await (const batch of engine.run(replicas, new AbortController().signal)) {
    all.push(...batch.trajectories);
    gradients += batch.gradients;
  }
  checkEqual(all.length, replicas.length, 'number of trajectories');
  const sorted = all.sort((a, b) => a.index - b.index);
  checkEqual(
    sorted.map(({ index }) => index),
    replicas.map(({ index }) => index),
    'indices',
  );
  const total = all.reduce((sum, trajectory) => sum + trajectory.gradients, 0);
  checkEqual(gradients, total, 'gradients of the batches and of the trajectories');
  return sorted;
}

function replica(
  index: number,
  samples: number,
  dimensions: number,
  more: Partial<Replica> = {},
): Replica {
  return {
    index,
    seed: 100 + index,
    samples,
    dimensions,
    sigma: 3,
    ensemble: 'independent',
    dynamics: 'flow',
    tolerance: 'default',
    horizon: HORIZON,
    goal: null,
    ...more,
  };
}

/** Runs the reference replicas, all 41 or the smaller ones, and compares times and states. */
export function referenceCase(
  tolerance: Tolerance,
  how = `${tolerance} tolerance`,
  { largest = 512, count = 41 } = {},
): Case<EngineContext> {
  return {
    name: `follows the float64 reference, ${how}`,
    run: async ({ engine, limits }) => {
      const limit = limits[tolerance];
      const deviations = new Deviations();
      const replicas = referenceReplicas(tolerance).filter(({ samples }) => samples <= largest);
      for (const trajectory of await train(engine, replicas)) deviations.add(trajectory);
      checkEqual(deviations.replicas, count, 'replicas of the reference');
      check(deviations.test <= limit, `t_test is off: ${deviations}`);
      check(deviations.train <= TRAIN_LIMIT, `t_train is off: ${deviations}`);
      check(
        Math.max(deviations.bias, deviations.uNorm) <= STATE_LIMIT,
        `b or ‖u‖ is off: ${deviations}`,
      );
      return `${deviations}`;
    },
  };
}

function uNormAt(rows: Rows, horizon: number): number {
  const at = locateTime(rows, horizon * Math.LN10);
  if (at === undefined) throw new Error('the run ended before the horizon');
  return interpolate(rows, at.row, at.s).uNorm;
}

/** Shapes that break kernels: one column, one pair of rows, ragged tails, more columns than rows. */
const SHAPES: readonly (readonly [number, number])[] = [
  [2, 1],
  [2, 3],
  [3, 5],
  [7, 1],
  [17, 13],
  [33, 8],
  [65, 31],
  [40, 130],
  [300, 9],
  [257, 64],
  [129, 60],
];

/** Those of them that fill workgroups, where these are as large as on a GPU. */
export const LARGE_SHAPES: typeof SHAPES = [
  [3, 5],
  [40, 130],
  [257, 64],
];

/** Runs shapes and compares with the twin. */
export function shapesCase(name: string, shapes = SHAPES): Case<Pick<EngineContext, 'engine'>> {
  return {
    name,
    run: async ({ engine }) => {
      const replicas = shapes.map(([samples, dimensions], k) => replica(k, samples, dimensions));
      const worst = compareWithTwin(replicas, await train(engine, replicas));
      return `worst |Δ log10 t| ${worst.toExponential(1)} over ${shapes.length} shapes`;
    },
  };
}

/** A dataset of 120 MB as halves, for a handful of gradients. */
export const largestCase: Case<Pick<EngineContext, 'engine'>> = {
  name: 'takes a dataset of 60 million entries',
  run: async ({ engine }) => {
    const large = replica(0, 6000, 10_000, { horizon: -3.5 });
    const [trajectory] = await train(engine, [large]);
    if (!trajectory) throw new Error('one run');
    checkEqual(trajectory.failure, null, 'failure');
    const twin = runFlow(large);
    // To float32 rounding over sums of 10 000 terms. How long the first step is rests on an estimate
    // of ρ by differences, which is not as good; u and log(1 + t) are linear in θ up to there.
    const first = (rows: Rows): number[] => [
      entry(rows, 0, Column.uNormSlope),
      entry(rows, 1, Column.uNorm) / entry(rows, 1, Column.clock),
      entry(rows, 1, Column.log1pTime) / entry(rows, 1, Column.clock),
    ];
    const expected = first(twin.rows);
    for (const [k, actual] of first(trajectory.rows).entries()) {
      checkClose(actual / (expected[k] as number), 1, 1e-4, `slope ${k} at the start`);
    }
    return `${trajectory.gradients} gradients`;
  },
};

/** Replicas over σ and d that have two matrices in common, and others in between. */
export const SHARING: readonly Replica[] = Array.from({ length: 40 }, (_, k) =>
  k % 10 === 9
    ? replica(k, 50 + k, 17)
    : replica(k, 64, 20 + (k % 10), {
        seed: 1 + (k % 2),
        sigma: 2 + Math.floor(k / 10),
        ensemble: 'nested',
      }),
);

/** Trains replicas that share datasets and compares with the twin, which trains each by itself. */
export const sharingCase: Case<Pick<EngineContext, 'engine'>> = {
  name: 'trains several replicas of a dataset in one pass',
  run: async ({ engine }) => {
    const worst = compareWithTwin(SHARING, await train(engine, SHARING));
    return `worst |Δ log10 t| ${worst.toExponential(1)} over ${SHARING.length} replicas`;
  },
};

/** Times and final ‖u‖ against the twin; returns the largest |Δ log10 t|. */
function compareWithTwin(
  replicas: readonly Replica[],
  trajectories: readonly Trajectory[],
): number {
  let worst = 0;
  for (const { index, rows, failure } of trajectories) {
    const { samples, dimensions, horizon } = replicas[index] as Replica;
    const name = `N ${samples}, d ${dimensions}`;
    checkEqual(failure, null, name);
    const twin = runFlow(replicas[index] as Replica).rows;
    const times = (of: Rows): Crossing[] => [
      testTime(of, 0.9, horizon),
      trainTime(of, 1, samples, horizon),
    ];
    const expected = times(twin);
    for (const [k, actual] of times(rows).entries()) {
      checkEqual(actual.state, expected[k]?.state, name);
      if (actual.state !== 'crossed' || expected[k]?.state !== 'crossed') continue;
      checkClose(actual.log10t, expected[k].log10t, k === 0 ? 0.01 : TRAIN_LIMIT, name);
      worst = Math.max(worst, Math.abs(actual.log10t - expected[k].log10t));
    }
    checkClose(
      uNormAt(rows, horizon) / uNormAt(twin, horizon),
      1,
      STATE_LIMIT,
      `${name}: final ‖u‖`,
    );
  }
  return worst;
}

/** The one-dimensional model on given data; 1 − 2λ is a half for these λ. */
function twoPoint(index: number, lambda: number, more: Partial<Replica> = {}): Replica {
  return replica(index, 2, 1, {
    ensemble: 'twoPoint',
    given: twoPoints(lambda),
    sigma: 2,
    horizon: 100,
    ...more,
  });
}

/** θ and ‖u‖ at the end of a run. */
function endOf({ rows }: Trajectory): { clock: number; uNorm: number; log1pTime: number } {
  const last = rowCount(rows) - 1;
  return {
    clock: entry(rows, last, Column.clock),
    uNorm: entry(rows, last, Column.uNorm),
    log1pTime: entry(rows, last, Column.log1pTime),
  };
}

/** What holds beside the reference. */
const otherCases: readonly Case<EngineContext>[] = [
  shapesCase('agrees with the float64 twin on every shape'),
  {
    name: 'starts and ends a record as documented',
    run: async ({ engine }) => {
      const [{ rows }] = (await train(engine, [replica(0, 30, 20)])) as [Trajectory];
      checkEqual(rows.length % COLUMNS, 0, 'whole rows');
      checkEqual([entry(rows, 0, Column.clock), entry(rows, 0, Column.log1pTime)], [0, 0], 'start');
      checkClose(entry(rows, 0, Column.logMeanResidual), Math.log(0.5), 1e-6, 'mean residual at 0');
      checkClose(
        entry(rows, 0, Column.logTrainLoss),
        Math.log(Math.LN2),
        1e-6,
        'training loss at 0',
      );
      for (let k = 1; k < rowCount(rows); k++) {
        check(entry(rows, k, Column.clock) > entry(rows, k - 1, Column.clock), `clock at row ${k}`);
        check(
          entry(rows, k, Column.log1pTime) > entry(rows, k - 1, Column.log1pTime),
          `time at row ${k}`,
        );
      }
      check(
        entry(rows, rowCount(rows) - 1, Column.log1pTime) >= HORIZON * Math.LN10,
        'reaches the horizon',
      );
      return undefined;
    },
  },
  {
    name: 'ends a run at its goal, with the times of a run that goes on',
    run: async ({ engine }) => {
      const goal = { testQuantile: 1.2815515655446004, trainErrors: 0 };
      const [short, long] = await train(engine, [
        replica(0, 100, 40, { seed: 5, goal }),
        replica(1, 100, 40, { seed: 5 }),
      ]);
      if (!short || !long) throw new Error('two runs');
      check(rowCount(short.rows) < rowCount(long.rows), 'the goal ends the run early');
      const [a, b] = [testTime(short.rows, 0.9, HORIZON), testTime(long.rows, 0.9, HORIZON)];
      check(a.state === 'crossed' && b.state === 'crossed', 'both cross');
      checkClose(a.log10t, b.log10t, 1e-6, 't_test(0.9)');
      return undefined;
    },
  },
  {
    name: 'trains given data: the one-dimensional model below, on and above the edge',
    run: async ({ engine }) => {
      const [below, on, above] = (
        await train(engine, [twoPoint(0, 0.375), twoPoint(1, 0.5), twoPoint(2, 0.75)])
      ).map(endOf);
      if (!below || !on || !above) throw new Error('three runs');
      // u follows its limit closely by t = 1e100; the error is that of the integrator.
      checkClose(below.uNorm, limitWeight(0.375), 1e-3, 'u∞ for λ < ½');
      const late = lateClock(below.log1pTime, limitObjective(0.375));
      checkClose(below.clock / late, 1, 2e-3, '−b for λ < ½');
      // The logistic start shifts θ by less than 1 of 230.
      checkClose(on.uNorm, edgeWeight(on.clock, 2), 0.01, 'u on the edge');
      // M = 2λ − 1 = ½ in units of σ = 2. Corrections to the rates are of order 1/log t.
      const rates = separableRates(0.5, 2);
      checkClose(above.clock / above.log1pTime, rates.clock, 0.01, 'rate of −b for λ > ½');
      checkClose(above.uNorm / above.log1pTime, rates.uNorm, 0.01, 'rate of ‖u‖ for λ > ½');
      return undefined;
    },
  },
  {
    name: 'trains without bias: the closed form of the edge of the one-dimensional model',
    run: async ({ engine }) => {
      const run = twoPoint(0, 0.5, { dynamics: 'conformal', horizon: 4 });
      const [{ rows }] = (await train(engine, [run])) as [Trajectory];
      let worst = 0;
      for (let k = 1; k < rowCount(rows); k++) {
        // E = (e^{−u} + 1)/2: du/dτ = σ² e^{−u}/2, so e^u = 1 + σ²τ/2; and e^u + u = 1 + σ²θ.
        const tau = Math.expm1(entry(rows, k, Column.log1pTime));
        const u = entry(rows, k, Column.uNorm);
        const errors = [
          u - Math.log1p(2 * tau),
          u - edgeWeight(entry(rows, k, Column.clock), 2),
          entry(rows, k, Column.logTrainLoss) - Math.log((1 + Math.exp(-u)) / 2),
        ];
        worst = Math.max(worst, ...errors.map((error) => Math.abs(error) / (0.02 + u)));
      }
      check(worst <= STATE_LIMIT, `u is off by ${worst}`);
      return `worst relative error of u ${worst.toExponential(1)}`;
    },
  },
  {
    name: 'agrees with the float64 twin without bias',
    run: async ({ engine }) => {
      const replicas = [
        replica(0, 65, 26, { dynamics: 'conformal', horizon: 3 }),
        replica(1, 100, 70, { dynamics: 'conformal', horizon: 3 }),
      ];
      const worst = compareWithTwin(replicas, await train(engine, replicas));
      return `worst |Δ log10 τ| ${worst.toExponential(1)}`;
    },
  },
  {
    name: 'draws data from other distributions, and from the Gaussian again',
    run: async ({ engine }) => {
      const figures: string[] = [];
      for (const distribution of ['laplace', 'studentT', 'gaussian'] as const) {
        const law = { distribution, degrees: 3, spectrum: 0, shift: 0 };
        const replicas = [replica(0, 65, 26, { data: law }), replica(1, 40, 30, { data: law })];
        const worst = compareWithTwin(replicas, await train(engine, replicas));
        figures.push(`${distribution} ${worst.toExponential(1)}`);
      }
      return `worst |Δ log10 t|: ${figures.join(', ')}`;
    },
  },
  {
    name: 'goes on to t = 1e250, where θ dwarfs what tells the samples apart',
    run: async ({ engine }) => {
      const replicas = [0.4, 0.45, 0.6].map((lambda, k) =>
        replica(k, 256, Math.round(256 * lambda), { sigma: 5, horizon: 250 }),
      );
      const trajectories = await train(engine, replicas);
      compareWithTwin(replicas, trajectories);
      return `${trajectories.map(({ gradients }) => gradients).join(', ')} gradients`;
    },
  },
  {
    name: 'gives every one of many small replicas back once',
    run: async ({ engine }) => {
      const replicas = Array.from({ length: 150 }, (_, k) =>
        replica(k, 2 + (k % 37), 1 + (k % 11), { horizon: 3 }),
      );
      const all = await train(engine, replicas);
      check(
        all.every(({ failure }) => failure === null),
        'none fails',
      );
      return undefined;
    },
  },
  {
    name: 'ends a run whose record is full as failed, with the record whole',
    run: async ({ engine }) => {
      // σ = 1000 makes the flow so stiff that 1e300 is out of reach of a thousand steps.
      const [{ rows, failure }] = (await train(engine, [
        replica(0, 2, 1, { sigma: 1000, horizon: 300 }),
      ])) as [Trajectory];
      check(failure?.includes('record is full') ?? false, `failure: ${failure}`);
      checkEqual(rowCount(rows), 1024, 'rows');
      check(rows.every(Number.isFinite), 'finite rows');
      return undefined;
    },
  },
  {
    name: 'stops at once when told to',
    run: async ({ engine }) => {
      const abort = new AbortController();
      const endless = Array.from({ length: 5000 }, (_, k) => replica(k, 120, 60, { horizon: 100 }));
      let batches = 0;
      const start = performance.now();
      for await (const _ of engine.run(endless, abort.signal)) if (++batches === 2) abort.abort();
      const seconds = (performance.now() - start) / 1000;
      check(seconds < 20, `took ${seconds} s`);
      // And it can run again.
      await train(engine, [replica(0, 10, 3)]);
      return undefined;
    },
  },
];

/** What every engine in float32 must do. */
export const engineCases: readonly Case<EngineContext>[] = [
  referenceCase('default'),
  referenceCase('fine'),
  ...otherCases,
];

/** The same with the smaller replicas of the fine reference, for a device that takes long over the others. */
export const briefEngineCases: typeof engineCases = [
  referenceCase('default'),
  referenceCase('fine', undefined, { largest: 64, count: 12 }),
  ...otherCases,
];

/** Gradient flow in time on an engine in float32, against the float64 twin and closed forms. */
import { trainFlowInTime } from '../../src/cpu/descent/flow-in-time.ts';
import type { Engine } from '../../src/model/engine.ts';
import {
  Control,
  flowSettings,
  type Replica,
  type Tolerance,
  type Trajectory,
} from '../../src/model/replica.ts';
import {
  Column,
  entry,
  interpolate,
  locateTime,
  type Rows,
  rowCount,
} from '../../src/model/trajectory.ts';
import { type Crossing, testTime, trainTime } from '../../src/results/times.ts';
import { type Case, check, checkClose, checkEqual } from './check.ts';
import { replicaOf, trainAll } from './descent.ts';
import { TRAIN_LIMIT } from './engine.ts';

type Context = { readonly engine: Engine };

const SHAPE = { seed: 2, N: 96, d: 38, sigma: 5 };
const SMALL = { seed: 3, N: 40, d: 16, sigma: 5 };
const EDGE = { seed: 2, N: 96, d: 46, sigma: 5 };

/** What is pulled, where it starts, on which data, and how far. */
const RUNS: readonly (readonly [string, typeof SHAPE, object, object])[] = [
  ['decay of both', SHAPE, { weightDecay: 0.01 }, { horizon: 20 }],
  ['little decay', SHAPE, { weightDecay: 1e-6 }, { horizon: 20 }],
  ['much decay', SHAPE, { weightDecay: 1000 }, { horizon: 300 }],
  ['decay of weights', EDGE, { weightDecay: 1e-3, decayed: 'weights' }, { horizon: 100 }],
  ['decay of the bias', EDGE, { weightDecay: 1e-3, decayed: 'bias' }, { horizon: 12 }],
  ['random weights', EDGE, { initialScale: 0.3 }, { horizon: 100 }],
  ['large weights', SHAPE, { initialScale: 100 }, { horizon: 20 }],
  ['covariance', SHAPE, {}, { horizon: 100, data: { spectrum: 1 } }],
  ['mean', SHAPE, {}, { horizon: 100, data: { shift: 0.5 } }],
  [
    'all at once',
    { ...EDGE, d: 61, sigma: 2 },
    { weightDecay: 1e-5, initialScale: 1 },
    { horizon: 12, data: { distribution: 'laplace', spectrum: 0.5, shift: 0.3 } },
  ],
];

/** Largest |Δ log10 t_test|: those of the float64 twin against the flow without decay. */
const TIME_LIMITS: Readonly<Record<Tolerance, number>> = { default: 0.001, fine: 0.0002 };

/** θ, ‖u‖ and log L at the end, relative to what the error of a step, 2e-4, is relative to. */
const END_LIMIT = 1e-3;

const ACCURACIES = [0.8, 0.9, 0.95, 0.99];

/** Difference of two crossings in log10 t; both records have to have them. */
function apart(name: string, [a, b]: readonly [Crossing, Crossing]): number {
  checkEqual(a.state, b.state, name);
  return a.state === 'crossed' && b.state === 'crossed' ? Math.abs(a.log10t - b.log10t) : 0;
}

const last = (rows: Rows, column: number): number => entry(rows, rowCount(rows) - 1, column);

function endApart(rows: Rows, twin: Rows): number {
  const columns = [Column.clock, Column.uNorm, Column.logTrainLoss].map((column) => {
    const expected = last(twin, column);
    return Math.abs(last(rows, column) - expected) / (0.02 + Math.abs(expected));
  });
  return Math.max(...columns);
}

const twins = new Map<string, Rows>();

/** A run of the float64 twin at the fine tolerance; made once. */
function twinOf(replica: Replica): Rows {
  const fine = { ...replica, tolerance: 'fine' as const };
  const key = JSON.stringify(fine);
  const rows = twins.get(key) ?? trainFlowInTime(fine).trajectory.rows;
  twins.set(key, rows);
  return rows;
}

/** Runs at a tolerance against finely integrated ones of the twin. */
export function flowInTimeCase(tolerance: Tolerance, names?: readonly string[]): Case<Context> {
  const some = RUNS.filter(([name]) => names === undefined || names.includes(name));
  return {
    name: `a flow in time is that of the float64 twin: ${names?.join(', ') ?? 'all'}, ${tolerance}`,
    run: async ({ engine }) => {
      let worst = 0;
      let worstEnd = 0;
      const all = some.map(([name, shape, dynamics, more]) => ({
        name,
        replica: replicaOf(shape, { kind: 'flow', ...dynamics }, { tolerance, ...more }),
      }));
      // Data of one distribution at a time, as in a sweep.
      for (const distribution of ['gaussian', 'laplace']) {
        const group = all.filter(
          ({ replica: { data } }) => (data?.distribution ?? 'gaussian') === distribution,
        );
        const { runs } = await trainAll(
          engine,
          group.map(({ replica }) => replica),
        );
        for (const [k, { name, replica }] of group.entries()) {
          const { rows, failure } = runs[k] as Trajectory;
          checkEqual(failure, null, name);
          const twin = twinOf(replica);
          const { horizon, samples } = replica;
          for (const accuracy of ACCURACIES) {
            const times = [rows, twin].map((of) => testTime(of, accuracy, horizon));
            worst = Math.max(worst, apart(`${name}: ${accuracy}`, times as [Crossing, Crossing]));
          }
          const times = [rows, twin].map((of) => trainTime(of, 1, samples, horizon));
          const train = apart(`${name}: t_train`, times as [Crossing, Crossing]);
          check(train <= TRAIN_LIMIT, `${name}: t_train is off by ${train}`);
          worstEnd = Math.max(worstEnd, endApart(rows, twin));
        }
      }
      check(worst <= TIME_LIMITS[tolerance], `t_test is off by ${worst}`);
      check(worstEnd <= END_LIMIT, `the end is off by ${worstEnd}`);
      return `worst ${worst.toExponential(1)} in log10 t, ${worstEnd.toExponential(1)} at the end`;
    },
  };
}

/** What every engine does at t = 1e300, where D of weights and bias may be as many decades apart. */
export const lastTimesCases: readonly Case<Context>[] = [
  {
    name: 'a flow in time whose weights are held at zero is the closed form θ + e^θ = 1 + t',
    run: async ({ engine }) => {
      const held = { kind: 'flow', weightDecay: 1000, decayed: 'weights' };
      const replica = replicaOf({ ...SHAPE, sigma: 0.01 }, held, { horizon: 300 });
      const [{ rows, failure }] = (await trainAll(engine, [replica])).runs as [Trajectory];
      checkEqual(failure, null, 'failure');
      let worst = 0;
      for (let row = 0; row < rowCount(rows); row++) {
        const theta = entry(rows, row, Column.clock);
        // log(1 + t) = log(e^θ + θ), and an error of θ is one of it.
        const expected = theta + Math.log1p(theta * Math.exp(-theta));
        const error = Math.abs(entry(rows, row, Column.log1pTime) - expected);
        worst = Math.max(worst, error / (0.02 + theta));
      }
      checkClose(last(rows, Column.log1pTime), 300 * Math.LN10, 1e-3, 'the end');
      check(worst <= END_LIMIT, `off by ${worst}`);
      return `worst ${worst.toExponential(1)} over ${rowCount(rows)} rows`;
    },
  },
  {
    name: 'a flow in time goes on to t = 1e300, as fast as log t or to a rest',
    run: async ({ engine }) => {
      const bias = { kind: 'flow', weightDecay: 1e-3, decayed: 'bias' };
      const end = { horizon: 300 };
      const [moving, resting] = [
        [
          replicaOf(SMALL, { kind: 'flow', initialScale: 0.3 }, end),
          replicaOf(SMALL, { kind: 'flow' }, { ...end, data: { spectrum: 1 } }),
          replicaOf(SMALL, { kind: 'flow', weightDecay: 1e-3, decayed: 'weights' }, end),
        ],
        // Inseparable, so that residuals stay and with them the rates of weights without decay.
        [replicaOf({ ...SMALL, d: 8 }, bias, end), replicaOf({ ...SMALL, N: 2, d: 1 }, bias, end)],
      ];
      const { runs } = await trainAll(engine, [...moving, ...resting]);
      runs.forEach(({ rows, failure }, k) => {
        checkEqual(failure, null, `failure of run ${k}`);
        checkClose(last(rows, Column.log1pTime), 300 * Math.LN10, 1e-3, `the end of run ${k}`);
        const theta = last(rows, Column.clock);
        // dθ/dt = mean r, which is about e^−θ times what does not grow with t.
        if (k < moving.length) checkClose(theta / (300 * Math.LN10), 1, 0.02, `θ of run ${k}`);
        else {
          const early = locateTime(rows, 20 * Math.LN10);
          const then = early && interpolate(rows, early.row, early.s).clock;
          checkClose(
            theta,
            then ?? Number.NaN,
            // What one step may be off by: how well a rest is found depends on the device's exp.
            flowSettings(resting[k - moving.length] as Replica, 'float32').tolerance *
              (Control.uNormFloor + Math.abs(theta)),
            `θ of run ${k} at rest`,
          );
        }
      });
      return `gradients ${runs.map(({ gradients }) => gradients).join(', ')}`;
    },
  },
];

const FEW = ['decay of both', 'decay of the bias', 'random weights', 'mean'];

/** In any case. */
const commonCases: readonly Case<Context>[] = [
  ...lastTimesCases,
  {
    name: 'a flow in time ends at its goal as the float64 twin',
    run: async ({ engine }) => {
      const replica = replicaOf(
        SHAPE,
        { kind: 'flow', weightDecay: 1e-6 },
        { horizon: 20, until: 'thresholds' },
      );
      const [{ rows }] = (await trainAll(engine, [replica])).runs as [Trajectory];
      const twin = trainFlowInTime(replica).trajectory.rows;
      const ends = [rows, twin].map((of) => last(of, Column.log1pTime) / Math.LN10);
      check((ends[0] as number) < 12, `goes on to ${ends[0]}`);
      checkClose(ends[0] as number, ends[1] as number, 0.1, 'log10 t of the last row');
      const { testQuantile } = replica.goal ?? { testQuantile: Number.NaN };
      const reached = last(rows, Column.clock) - testQuantile * last(rows, Column.uNorm);
      check(reached >= 0, `the last row is below the goal by ${reached}`);
      return `log10 t ${ends.map((end) => end.toFixed(3)).join(', twin ')}`;
    },
  },
];

/** All of it. */
export const flowInTimeCases: readonly Case<Context>[] = [
  flowInTimeCase('default'),
  flowInTimeCase('fine', FEW),
  ...commonCases,
];

/** A selection for a driver that takes seconds to compile a kernel. */
export const briefFlowInTimeCases: readonly Case<Context>[] = [
  flowInTimeCase('default', FEW),
  ...commonCases,
];

/** A sweep over σ, whose replicas share a dataset and a pass, on the workgroups of a GPU. */
export const sharedFlowInTimeCase: Case<Context> = {
  name: 'trains several flows in time of a dataset in one pass',
  run: async ({ engine }) => {
    const replicas = [1, 2, 4, 8].map((sigma) =>
      replicaOf({ ...SMALL, sigma }, { kind: 'flow', weightDecay: 1e-4 }, { horizon: 6 }),
    );
    const { runs } = await trainAll(engine, replicas);
    let worst = 0;
    for (const [k, replica] of replicas.entries()) {
      const twin = twinOf(replica);
      const { rows } = runs[k] as Trajectory;
      for (const accuracy of ACCURACIES) {
        const times = [rows, twin].map((of) => testTime(of, accuracy, replica.horizon));
        worst = Math.max(worst, apart(`σ ${replica.sigma}`, times as [Crossing, Crossing]));
      }
    }
    check(worst <= TIME_LIMITS.default, `t_test is off by ${worst}`);
    return `worst ${worst.toExponential(1)}`;
  },
};

import { describe, expect, it } from 'vitest';
import { Batches } from '../../src/cpu/descent/batches.ts';
import { runFlowInTime } from '../../src/cpu/descent/flow-in-time.ts';
import { Objective } from '../../src/cpu/descent/objective.ts';
import { float64Objective, runDescent } from '../../src/cpu/descent/run.ts';
import { WasmObjective, wasmObjective } from '../../src/cpu/descent/wasm-objective.ts';
import { runFlow } from '../../src/cpu/flow.ts';
import { datasetValues } from '../../src/model/dataset.ts';
import { testAccuracy, testLoss } from '../../src/model/observables.ts';
import { stableLearningRate, startCurvature } from '../../src/model/stability.ts';
import { Column, entry, type Rows, rowCount, trainErrors } from '../../src/model/trajectory.ts';
import { testTime } from '../../src/results/times.ts';
import { replicaOf } from '../conformance/descent.ts';
import reference from '../fixtures/gd.json';
import optimisers from '../fixtures/optimisers.json';

/** The row of a step. */
function rowOf(rows: Rows, step: number): number {
  for (let row = 0; row < rowCount(rows); row++) {
    if (entry(rows, row, Column.gradients) === step) return row;
  }
  throw new Error(`no row of step ${step}`);
}

/** The number of steps to a test accuracy; undefined if it was not reached. */
function stepsTo(rows: Rows, accuracy: number, learningRate: number): number | undefined {
  const crossing = testTime(rows, accuracy, 300);
  if (crossing.state !== 'crossed') return undefined;
  const steps = 10 ** crossing.log10t / learningRate;
  expect(Math.abs(steps - Math.round(steps))).toBeLessThan(1e-6 * steps);
  return Math.round(steps);
}

describe('gradient descent in float64', () => {
  // The reference is float64 too; sums of a million steps differ by their order. TypeScript goes as far
  // as takes seconds.
  it.each([
    ['SIMD', wasmObjective, 1_000_000],
    ['TypeScript', float64Objective, 10_000],
  ] as const)('follows the reference runs: %s', (_, objective, steps) => {
    for (const run of reference) {
      const dynamics = { kind: 'gd', learningRate: run.eta, steps };
      const { rows, failure } = runDescent(replicaOf(run, dynamics), undefined, objective);
      expect(failure).toBeNull();
      for (const point of run.points) {
        if (point.step > steps) continue;
        const row = rowOf(rows, point.step);
        const clock = entry(rows, row, Column.clock);
        const uNorm = entry(rows, row, Column.uNorm);
        // Twelve digits are given.
        expect(-clock / point.b).toBeCloseTo(1, 9);
        expect(uNorm / point.uNorm).toBeCloseTo(1, 9);
        expect(Math.exp(entry(rows, row, Column.logTrainLoss)) / point.trainLoss).toBeCloseTo(1, 9);
        expect(testAccuracy(clock, uNorm) / point.testAccuracy).toBeCloseTo(1, 9);
        expect(testLoss(clock, uNorm) / point.testLoss).toBeCloseTo(1, 9);
        expect(trainErrors(rows, row)).toBe(Math.round((1 - point.trainAccuracy) * run.N));
      }
      for (const [accuracy, expected] of Object.entries(run.stepsToTestAccuracy)) {
        const measured = stepsTo(rows, Number(accuracy), run.eta);
        // The reference looked every ten steps.
        const onGrid = measured === undefined ? -1 : Math.ceil(measured / 10) * 10;
        expect(onGrid).toBe(expected > steps ? -1 : expected);
      }
    }
  });

  it('tends to the flow as η → 0, at first order', () => {
    const shape = { seed: 3, N: 48, d: 18, sigma: 3 };
    const rates = [0.04, 0.02, 0.01, 0.005, 0.0025];
    const flow = testTime(
      runFlow(replicaOf(shape, { kind: 'flow' }, { horizon: 4, tolerance: 'fine' })).rows,
      0.95,
      4,
    );
    // The flow is good to 0.0005 in log10 t, which is too coarse: the limit is extrapolated.
    const ends = rates.map((learningRate) => {
      const steps = 20 / learningRate;
      const { rows } = runDescent(replicaOf(shape, { kind: 'gd', learningRate, steps }));
      return entry(rows, rowCount(rows) - 1, Column.uNorm);
    });
    const slopes = rates.slice(2).map((_, k) => {
      const [a, b, c] = ends.slice(k, k + 3) as [number, number, number];
      return Math.log2((a - b) / (b - c));
    });
    console.info(
      `  order of convergence to the flow: ${slopes.map((s) => s.toFixed(3)).join(', ')}`,
    );
    for (const slope of slopes) expect(Math.abs(slope - 1)).toBeLessThan(0.1);
    if (flow.state !== 'crossed') throw new Error('the flow crosses');
    const smallest = replicaOf(shape, { kind: 'gd', learningRate: 0.0025, steps: 100_000 });
    const time = testTime(runDescent(smallest).rows, 0.95, 4);
    if (time.state !== 'crossed') throw new Error('gradient descent crosses');
    expect(Math.abs(time.log10t - flow.log10t)).toBeLessThan(0.002);
  });

  it('SIMD and TypeScript evaluate the same gradient', () => {
    for (const [samples, dimensions] of [
      [1, 1],
      [2, 3],
      [7, 5],
      [40, 17],
      [33, 64],
    ] as const) {
      const data = datasetValues({ seed: 5, samples, dimensions, ensemble: 'independent' });
      const x = Float64Array.from({ length: dimensions + 1 }, (_, j) => Math.sin(j + 1));
      const [a, b] = [new Float64Array(dimensions + 1), new Float64Array(dimensions + 1)];
      for (const rows of [undefined, Uint32Array.of(samples - 1, 0, samples >> 1)]) {
        const twin = new Objective(data, samples, dimensions, 3);
        const tested = new WasmObjective(data, samples, dimensions, 3);
        twin.gradient(x, a, rows);
        tested.gradient(x, b, rows);
        // Rounding of sums of a few hundred terms of order σ.
        const errors = a.map((value, j) => Math.abs(value - (b[j] as number)));
        expect(Math.max(...errors)).toBeLessThan(1e-13);
        expect([...tested.products(x)].map((z) => z.toFixed(10))).toEqual(
          [...twin.products(x)].map((z) => z.toFixed(10)),
        );
      }
    }
  });
});

describe('optimisers', () => {
  it.each(
    optimisers.map((run) => [
      `${run.dynamics.kind}, N ${run.N}, d ${run.d}, ${JSON.stringify(run.dynamics)}`,
      run,
    ]) as [string, (typeof optimisers)[number]][],
  )('follow Optax: %s', (_, run) => {
    const { rows, failure } = runDescent(replicaOf(run, run.dynamics), undefined, wasmObjective);
    expect(failure).toBeNull();
    let worst = 0;
    for (const point of run.points) {
      const row = rowOf(rows, point.step);
      worst = Math.max(
        worst,
        Math.abs(-entry(rows, row, Column.clock) / point.b - 1),
        Math.abs(entry(rows, row, Column.uNorm) / point.uNorm - 1),
        Math.abs(Math.exp(entry(rows, row, Column.logTrainLoss)) / point.trainLoss - 1),
      );
      expect(trainErrors(rows, row)).toBe(point.trainErrors);
    }
    console.info(`    worst ${worst.toExponential(1)}`);
    // Near a minimum Adam's steps do not shrink with the gradient: there rounding is amplified.
    const settles =
      run.dynamics.kind.startsWith('adam') && /l2|Decay/.test(Object.keys(run.dynamics).join());
    expect(worst).toBeLessThan(settles ? 1e-5 : 1e-9);
  });
});

describe('training in steps', () => {
  const shape = { seed: 4, N: 40, d: 16, sigma: 4 };

  it('ends as failed where it diverges, with the reason and the step', () => {
    const run = (dynamics: object) => runDescent(replicaOf(shape, dynamics));
    expect(run({ kind: 'gd', learningRate: 1e5, steps: 100 }).failure).toMatch(
      /^it diverged: the training loss is .* after step 1$/,
    );
    // Steps longer than 2/γ: decay itself overshoots.
    expect(run({ kind: 'gd', learningRate: 3, weightDecay: 1, steps: 1000 }).failure).toMatch(
      /^it diverged: .* after step \d+$/,
    );
    expect(run({ kind: 'gd', learningRate: 0.01, steps: 100 }).failure).toBeNull();
  });

  it('is stable up to the learning rate that the spectrum at the start gives', () => {
    // A quadratic minimum: with strong ℓ2 the parameters stay near 0 and so does the Hessian.
    const id = { seed: 4, samples: 40, dimensions: 16, ensemble: 'independent' } as const;
    const curvature = startCurvature(id, 0.1);
    for (const settings of [
      { kind: 'gd', l2: 5 },
      { kind: 'heavyBall', momentum: 0.7, l2: 5 },
      { kind: 'nesterov', momentum: 0.7, l2: 5 },
    ] as const) {
      const limit = stableLearningRate(settings, curvature) as number;
      const failed = [0.99, 1.01].map((factor) => {
        const dynamics = { ...settings, learningRate: factor * limit, steps: 20_000 };
        const small = { ...shape, sigma: 0.1 };
        return runDescent(replicaOf(small, dynamics)).failure !== null;
      });
      expect(failed).toEqual([false, true]);
    }
  });

  it('takes every sample once an epoch, in an order of its own', () => {
    const replica = replicaOf(shape, { kind: 'sgd', batchSize: 7 });
    const batches = new Batches(replica, 7);
    const epochs = [0, 1].map((epoch) =>
      Array.from({ length: 6 }, (_, k) => [...batches.rows(6 * epoch + k)]),
    );
    for (const epoch of epochs) {
      expect(epoch.map(({ length }) => length)).toEqual([7, 7, 7, 7, 7, 5]);
      expect(epoch.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, i) => i));
    }
    expect(epochs[0]).not.toEqual(epochs[1]);
  });

  it('ends at its goal, at the step of the largest threshold', () => {
    const dynamics = { kind: 'gd', learningRate: 0.05, steps: 100_000 };
    const long = runDescent(replicaOf(shape, dynamics)).rows;
    const short = runDescent(replicaOf(shape, dynamics, { until: 'thresholds' })).rows;
    const steps = stepsTo(long, 0.99, 0.05);
    expect(stepsTo(short, 0.99, 0.05)).toBe(steps);
    expect(entry(short, rowCount(short) - 1, Column.gradients)).toBe(steps);
  });
});

describe('flow in time', () => {
  const shape = { seed: 2, N: 96, d: 38, sigma: 5 };

  it('is the flow where decay is nothing', () => {
    for (const [tolerance, limit] of [
      ['default', 0.001],
      ['fine', 0.0002],
    ] as const) {
      const end = { horizon: 20, tolerance };
      const flow = runFlow(replicaOf(shape, { kind: 'flow' }, { ...end, tolerance: 'fine' })).rows;
      const { rows, failure } = runFlowInTime(
        replicaOf(shape, { kind: 'flow', weightDecay: 1e-300 }, end),
      );
      expect(failure).toBeNull();
      for (const accuracy of [0.9, 0.95, 0.99]) {
        const [a, b] = [testTime(rows, accuracy, 20), testTime(flow, accuracy, 20)];
        if (a.state !== 'crossed' || b.state !== 'crossed') throw new Error('both cross');
        expect(Math.abs(a.log10t - b.log10t)).toBeLessThan(limit);
      }
    }
  });

  it('tends to the minimum of the regularised loss', () => {
    for (const decayed of ['both', 'bias'] as const) {
      const decay = { weightDecay: 0.01, decayed };
      const small = { ...shape, d: 20 };
      const flow = runFlowInTime(
        replicaOf(small, { kind: 'flow', ...decay }, { horizon: 30 }),
      ).rows;
      const steps = { kind: 'gd', learningRate: 0.05, steps: 200_000, ...decay };
      const descent = runDescent(replicaOf(small, steps), undefined, wasmObjective).rows;
      for (const column of [Column.clock, Column.uNorm, Column.logTrainLoss]) {
        const [a, b] = [flow, descent].map((rows) => entry(rows, rowCount(rows) - 1, column));
        expect((a as number) / (b as number)).toBeCloseTo(1, 7);
      }
    }
  });

  it('is what gradient descent with decay from random weights tends to', () => {
    const more = { weightDecay: 0.003, decayed: 'weights', initialScale: 0.3 };
    const flow = runFlowInTime(
      replicaOf(shape, { kind: 'flow', ...more }, { horizon: 4, tolerance: 'fine' }),
    ).rows;
    const descent = runDescent(
      replicaOf(shape, { kind: 'gd', learningRate: 0.002, steps: 1_000_000, ...more }),
      undefined,
      wasmObjective,
    ).rows;
    for (const accuracy of [0.9, 0.95]) {
      const [a, b] = [testTime(flow, accuracy, 4), testTime(descent, accuracy, 4)];
      if (a.state !== 'crossed' || b.state !== 'crossed') throw new Error('both cross');
      expect(Math.abs(a.log10t - b.log10t)).toBeLessThan(0.001);
    }
  });
});

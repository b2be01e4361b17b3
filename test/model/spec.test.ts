import { describe, expect, it } from 'vitest';
import { axisValues } from '../../src/model/axis.ts';
import { datasetValues } from '../../src/model/dataset.ts';
import {
  DEFAULT_SPEC,
  dimensionsOf,
  parseSpec,
  parseSpecText,
  specDifferences,
  specToJson,
} from '../../src/model/spec.ts';
import { SweepPlan } from '../../src/sweep/plan.ts';

const seeds = { over: 'seed', from: 1, to: 4, step: 1 };
const sigmas = { over: 'sigma', values: [1, 2] };

describe('spec', () => {
  it('fills in what is absent, and writes what it reads', () => {
    expect(parseSpec({})).toEqual(DEFAULT_SPEC);
    const spec = parseSpec({
      samples: 64,
      x: { over: 'sigma', values: [1, 5] },
      y: { over: 'lambda', from: 0.2, to: 0.4, count: 3 },
      seedsPerCell: 5,
    });
    expect(parseSpec(specToJson(spec))).toEqual(spec);
    expect(parseSpec(specDifferences(spec))).toEqual(spec);
    expect(specDifferences(DEFAULT_SPEC)).toEqual({ version: 1 });
  });

  it('the two points of the one-dimensional model: N 2, over λ and σ', () => {
    const spec = parseSpec({
      ensemble: 'twoPoint',
      x: { over: 'lambda', values: [0.25, 0.75] },
      y: sigmas,
      dynamics: { kind: 'conformal' },
    });
    expect([spec.samples, spec.seedsPerCell, spec.dynamics.kind]).toEqual([2, 1, 'conformal']);
    expect(parseSpec(specToJson(spec))).toEqual(spec);
    expect(parseSpec(specDifferences(spec))).toEqual(spec);
    const replica = new SweepPlan(spec).replica(3);
    expect(replica).toMatchObject({ samples: 2, dimensions: 1, sigma: 2, dynamics: 'conformal' });
    expect(datasetValues(replica)).toEqual(Float32Array.of(-1, -0.5));
  });

  it('training: settings with their defaults, an axis over one, times by steps', () => {
    const spec = parseSpec({
      samples: 40,
      x: { over: 'lambda', values: [0.4] },
      y: { over: 'learningRate', values: [0.01, 0.1] },
      dynamics: { kind: 'sgd', batchSize: 8, steps: 1000, weightDecay: 0.1, decayed: 'weights' },
    });
    expect(parseSpec(specToJson(spec))).toEqual(spec);
    expect(parseSpec(specDifferences(spec))).toEqual(spec);
    expect(specToJson(spec)).toMatchObject({
      dynamics: { kind: 'sgd', batchSize: 8, steps: 1000, weightDecay: 0.1, decayed: 'weights' },
    });
    expect(specToJson(spec)).not.toHaveProperty('horizon');
    const [slow, fast] = [0, 1].map((index) => new SweepPlan(spec).replica(index));
    expect([slow?.horizon, fast?.horizon]).toEqual([1, 2]);
    expect(fast?.training).toMatchObject({
      learningRate: 0.1,
      momentum: 0,
      batchSize: 8,
      weightDecay: { weights: 0.1, bias: 0 },
      l2: { weights: 0, bias: 0 },
      trainErrors: [4, 2, 0],
    });
    // The flow from S = 0 has engines of its own; along an axis over decay, one engine has all of it.
    expect(new SweepPlan(parseSpec({})).replica(0)).not.toHaveProperty('training');
    const decays = { over: 'weightDecay', values: [0, 1] };
    expect(new SweepPlan(parseSpec({ y: decays })).replica(0)).toHaveProperty('training');
  });

  it('data: a distribution, a covariance, a mean', () => {
    const data = { distribution: 'studentT', degrees: 4, spectrum: 1, shift: 0.5 };
    const spec = parseSpec({ data });
    expect(spec.data).toEqual(data);
    expect(parseSpec(specDifferences(spec))).toEqual(spec);
    expect(new SweepPlan(spec).replica(0)).toMatchObject({
      data,
      training: { weightDecay: { weights: 0 } },
    });
    // Another distribution alone needs no other engine.
    const laplace = new SweepPlan(parseSpec({ data: { distribution: 'laplace' } })).replica(0);
    expect(laplace).not.toHaveProperty('training');
    expect(new SweepPlan(parseSpec({})).replica(0)).not.toHaveProperty('data');
  });

  it('rounds λN to the nearest whole number, at least 1', () => {
    expect([dimensionsOf(0.5, 333), dimensionsOf(0.001, 10), dimensionsOf(1.5, 10)]).toEqual([
      167, 1, 15,
    ]);
  });

  it('lays ranges out without the dust of floating point', () => {
    expect(axisValues({ over: 'lambda', from: 0.4, to: 0.43, step: 0.0025 })[3]).toBe(0.4075);
    expect(axisValues({ over: 'lambda', from: 0.1, to: 0.7, step: 0.1 })).toEqual([
      0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7,
    ]);
    expect(axisValues({ over: 'sigma', from: 1, to: 2, count: 3 })).toEqual([1, 1.5, 2]);
    expect(axisValues({ over: 'seed', from: 7, to: 7, step: 1 })).toEqual([7]);
  });
});

/** What is wrong, and the parts of the message that must say so: field, value, what is accepted. */
const BAD: readonly [string, unknown, RegExp][] = [
  [
    'two points over seeds',
    { ensemble: 'twoPoint' },
    /^y\.over: got "seed"; expected "lambda" or "sigma" with the twoPoint ensemble/,
  ],
  [
    'three of two points',
    { ensemble: 'twoPoint', y: { over: 'sigma', values: [1, 2] }, samples: 3 },
    /^samples: got 3; expected 2 with the twoPoint ensemble/,
  ],
  [
    'seeds of two points',
    { ensemble: 'twoPoint', y: { over: 'sigma', values: [1, 2] }, seedsPerCell: 4 },
    /^seedsPerCell: got 4; expected 1 with the twoPoint ensemble/,
  ],
  ['not an object', [], /^: got \[\]; expected an object|got \[\]; expected an object/],
  ['null', null, /got null; expected an object with version/],
  ['unknown field', { sample: 64 }, /^sample: got 64; expected no such field \(known: .*samples/],
  ['version of the future', { version: 2 }, /^version: got 2; expected 1/],
  ['version as text', { version: '1' }, /^version: got "1"; expected 1/],
  [
    'samples as text',
    { samples: '64' },
    /^samples: got "64"; expected a whole number from 2 to 1000000/,
  ],
  ['samples not whole', { samples: 64.5 }, /^samples: got 64.5; expected a whole number/],
  ['one sample', { samples: 1 }, /^samples: got 1; expected a whole number from 2/],
  ['sigma zero', { sigma: 0 }, /^sigma: got 0; expected a number from 0.01 to 1000/],
  ['sigma not a number', { sigma: Number.NaN }, /^sigma: got NaN; expected a number/],
  [
    'λ zero',
    { lambda: 0, x: seeds, y: sigmas },
    /^lambda: got 0; expected a number between 0 and 16, bounds excluded/,
  ],
  [
    'seed negative',
    { seed: -1, y: sigmas },
    /^seed: got -1; expected a whole number from 0 to 4294967295/,
  ],
  [
    'ensemble',
    { ensemble: 'common' },
    /^ensemble: got "common"; expected one of "independent", "nested"/,
  ],
  [
    'axis without a parameter',
    { x: { from: 0, to: 1, step: 1 } },
    /^x.over: got nothing; expected one of "lambda"/,
  ],
  [
    'axis over the horizon',
    { x: { over: 'horizon', values: [1] } },
    /^x.over: got "horizon"; expected one of/,
  ],
  [
    'both axes the same',
    { x: seeds, y: seeds },
    /^y.over: got "seed"; expected another parameter than the x axis, "seed"/,
  ],
  [
    'axis and value',
    { lambda: 0.4 },
    /^lambda: got 0.4; expected nothing: an axis runs over lambda/,
  ],
  [
    'step and count',
    { x: { over: 'lambda', from: 0.1, to: 0.2, step: 0.1, count: 2 } },
    /^x: got .*; expected exactly one of step, count .*or values/,
  ],
  [
    'neither step nor count',
    { x: { over: 'lambda', from: 0.1, to: 0.2 } },
    /^x: got .*; expected exactly one of/,
  ],
  [
    'from beside values',
    { x: { over: 'lambda', values: [0.1], from: 0.1 } },
    /^x.from: got 0.1; expected nothing beside values/,
  ],
  [
    'step zero',
    { x: { over: 'lambda', from: 0.1, to: 0.2, step: 0 } },
    /^x.step: got 0; expected a number between 0/,
  ],
  [
    'step backwards',
    { x: { over: 'lambda', from: 0.1, to: 0.2, step: -0.1 } },
    /^x.step: got -0.1; expected/,
  ],
  [
    'to before from',
    { x: { over: 'lambda', from: 0.3, to: 0.2, step: 0.1 } },
    /^x.to: got 0.2; expected at least from, 0.3/,
  ],
  [
    'count of one over a range',
    { x: { over: 'lambda', from: 0.1, to: 0.2, count: 1 } },
    /^x.count: got 1; expected at least 2/,
  ],
  [
    'too many values',
    { x: { over: 'lambda', from: 0.1, to: 0.9, step: 1e-5 } },
    /^x.step: got 0.00001; expected a step that gives at most 4096 values, not 80001/,
  ],
  [
    'no values',
    { y: { over: 'sigma', values: [] } },
    /^y.values: got "a list of 0"; expected a list of 1 to 4096 values/,
  ],
  [
    'values not ascending',
    { y: { over: 'sigma', values: [1, 3, 2] } },
    /^y.values\[2\]: got 2; expected more than the value before it, 3/,
  ],
  [
    'value out of range',
    { y: { over: 'samples', values: [64, 1] } },
    /^y.values\[1\]: got 1; expected a whole number from 2/,
  ],
  [
    'half a seed',
    { y: { over: 'seed', from: 1, to: 2, step: 0.5 } },
    /^y: got 1.5; expected whole numbers of seed/,
  ],
  [
    'seeds per cell with a seed axis',
    { seedsPerCell: 2 },
    /^seedsPerCell: got 2; expected 1 where an axis runs over seeds/,
  ],
  [
    'seeds beyond 32 bits',
    { seed: 4294967290, seedsPerCell: 100, y: sigmas },
    /^seedsPerCell: got 100; expected seeds up to 4294967295/,
  ],
  [
    'too many replicas',
    { seedsPerCell: 9999, x: { over: 'lambda', from: 0.1, to: 0.9, count: 4000 }, y: sigmas },
    /^seedsPerCell: got "79992000 replicas"; expected at most 4000000/,
  ],
  [
    'dataset too large',
    { samples: 200_000 },
    /^samples: got 200000; expected N·d of at most 10000000000 entries, not 24000000000/,
  ],
  [
    'thresholds not an object',
    { thresholds: [0.9] },
    /^thresholds: got \[0.9\]; expected an object with test, train/,
  ],
  [
    'test threshold 1',
    { thresholds: { test: [1] } },
    /^thresholds.test\[0\]: got 1; expected an accuracy from 0.5 to 0.999999/,
  ],
  [
    'threshold below chance',
    { thresholds: { train: [0.2] } },
    /^thresholds.train\[0\]: got 0.2; expected an accuracy from 0.5 to 1/,
  ],
  [
    'thresholds not ascending',
    { thresholds: { test: [0.95, 0.9] } },
    /^thresholds.test\[1\]: got 0.9; expected more than the value before it, 0.95/,
  ],
  [
    'no thresholds',
    { thresholds: { test: [] } },
    /^thresholds.test: got "a list of 0"; expected a list of 1 to 8/,
  ],
  [
    'a distribution',
    { data: { distribution: 'cauchy' } },
    /^data.distribution: got "cauchy"; expected one of "gaussian", "rademacher", "uniform", "laplace", "studentT"/,
  ],
  [
    'degrees of freedom of a Gaussian',
    { data: { degrees: 3 } },
    /^data.degrees: got 3; expected nothing without "studentT"/,
  ],
  [
    'a variance that is infinite',
    { data: { distribution: 'studentT', degrees: 2 } },
    /^data.degrees: got 2; expected a number from 3 to 1000/,
  ],
  [
    'a mean without bias',
    { data: { shift: 1 }, dynamics: { kind: 'conformal' } },
    /^data: got .*; expected spectrum 0 and shift 0 with dynamics "conformal"/,
  ],
  ['horizon too far', { horizon: 301 }, /^horizon: got 301; expected a number from 0 to 300/],
  [
    'tolerance',
    { tolerance: 'coarse' },
    /^tolerance: got "coarse"; expected one of "default", "fine"/,
  ],
  ['until', { until: 'never' }, /^until: got "never"; expected one of "thresholds", "horizon"/],
  [
    'dynamics',
    { dynamics: { kind: 'lion' } },
    /^dynamics.kind: got "lion"; expected one of "flow", "conformal", "gd", "heavyBall", "nesterov", "adam", "adamw", "sgd"/,
  ],
  [
    'a setting of other dynamics',
    { dynamics: { kind: 'gd', momentum: 0.9 } },
    /^dynamics.momentum: got 0.9; expected no such field/,
  ],
  [
    'decay of Adam beside its gradient',
    { dynamics: { kind: 'adam', weightDecay: 0.1 } },
    /^dynamics.weightDecay: got 0.1; expected no such field/,
  ],
  [
    'a learning rate of 0',
    { dynamics: { kind: 'gd', learningRate: 0 } },
    /^dynamics.learningRate: got 0; expected a number between 0 and 1000000, bounds excluded/,
  ],
  [
    'half a step',
    { dynamics: { kind: 'gd', steps: 100.5 } },
    /^dynamics.steps: got 100.5; expected a whole number from 10 to 1000000000/,
  ],
  [
    'what to decay',
    { dynamics: { kind: 'flow', decayed: 'none' } },
    /^dynamics.decayed: got "none"; expected one of "weights", "bias", "both"/,
  ],
  [
    't_end beside a number of steps',
    { horizon: 5, dynamics: { kind: 'gd' } },
    /^horizon: got 5; expected nothing: dynamics.steps ends a run/,
  ],
  [
    'a minibatch larger than the data',
    { samples: 20, dynamics: { kind: 'sgd', batchSize: 32 } },
    /^dynamics.batchSize: got 32; expected at most N, 20/,
  ],
  [
    'an axis over a setting that the dynamics do not have',
    { y: { over: 'momentum', values: [0.5, 0.9] }, dynamics: { kind: 'gd' } },
    /^y.over: got "momentum"; expected one of "lambda", .*"learningRate".* with dynamics "gd"/,
  ],
  [
    'a setting along which an axis runs',
    {
      y: { over: 'learningRate', values: [0.01, 0.1] },
      dynamics: { kind: 'gd', learningRate: 0.1 },
    },
    /^dynamics.learningRate: got 0.1; expected nothing: an axis runs over learningRate/,
  ],
  [
    'dynamics with an unknown field',
    { dynamics: { kind: 'flow', eta: 1 } },
    /^dynamics.eta: got 1; expected no such field/,
  ],
];

describe('bad specs', () => {
  it.each(BAD)('%s', (_, value, message) => {
    expect(() => parseSpec(value)).toThrow(message);
  });

  it.each(['', '{', '{"samples": 64,}', 'samples: 64'])('text that is not JSON: %j', (text) => {
    expect(() => parseSpecText(text)).toThrow(/^spec: got ".*"; expected JSON/);
  });
});

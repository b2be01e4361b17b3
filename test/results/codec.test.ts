import { describe, expect, it } from 'vitest';
import { runDescent } from '../../src/cpu/descent/run.ts';
import { runFlow } from '../../src/cpu/flow.ts';
import { parseSpec } from '../../src/model/spec.ts';
import { decodeResults, encodeResults } from '../../src/results/codec.ts';
import { ResultTable } from '../../src/results/table.ts';
import { SweepPlan } from '../../src/sweep/plan.ts';

const spec = parseSpec({
  samples: 16,
  horizon: 3,
  x: { over: 'lambda', values: [0.25, 0.75] },
  y: { over: 'seed', from: 1, to: 2, step: 1 },
});
const plan = new SweepPlan(spec);
const layoutOf = (each: typeof spec): SweepPlan => new SweepPlan(each);

function table(): ResultTable {
  const results = new ResultTable(spec, plan.size, () => ({ samples: 16, sigma: 5, horizon: 3 }));
  for (const index of [0, 1, 3]) results.append(runFlow(plan.replica(index)));
  results.append({ index: 2, rows: new Float32Array(), gradients: 7, failure: 'made to fail' });
  results.certify({ index: 0, separability: INSEPARABLE });
  results.certify({ index: 1, separability: SEPARABLE });
  results.certify({ index: 2, separability: { kind: 'undecided', reason: 'on the edge' } });
  return results;
}

const SEPARABLE = { kind: 'separable', lower: 0.2, upper: 0.2000001 } as const;
const INSEPARABLE = { kind: 'inseparable', norm: 3.5, objective: 0.6, residual: 1e-13 } as const;

const encode = (trajectories: boolean): string =>
  [...encodeResults(table(), plan, { program: 'test' }, { trajectories })].join('');

describe('result file', () => {
  it.each([false, true])('reads back what it writes, with records: %s', (trajectories) => {
    const original = table();
    const { table: copy, spec: read, provenance } = decodeResults(encode(trajectories), layoutOf);
    expect(read).toEqual(spec);
    expect(provenance).toEqual({ program: 'test' });
    for (let index = 0; index < plan.size; index++) {
      expect(copy.outcome(index)).toEqual(original.outcome(index));
      if (trajectories) expect(copy.record(index)).toEqual(original.record(index));
    }
    expect(copy.failures.get(2)).toBe('made to fail');
  });

  it('reads ‖u∞‖ = 0, of data that are balanced about the origin', () => {
    const original = table();
    const balanced = { ...INSEPARABLE, norm: 0 };
    original.certify({ index: 3, separability: balanced });
    const pieces = encodeResults(original, plan, { program: 'test' }, { trajectories: false });
    const { table: copy } = decodeResults([...pieces].join(''), layoutOf);
    expect(copy.separability(3)).toEqual(balanced);
  });

  it('gives the same times when they are computed anew from its records', () => {
    const { table: copy } = decodeResults(encode(true), layoutOf);
    const again = new ResultTable(spec, plan.size, () => ({ samples: 16, sigma: 5, horizon: 3 }));
    for (const index of [0, 1, 3]) {
      const rows = copy.record(index);
      if (!rows) throw new Error('no record');
      again.append({ index, rows, gradients: copy.gradients(index), failure: null });
      const separability = copy.separability(index);
      if (separability) again.certify({ index, separability });
      expect(again.outcome(index)).toEqual(copy.outcome(index));
    }
  });

  it('keeps records of training in full, and times in steps', () => {
    const trained = parseSpec({
      samples: 16,
      x: { over: 'lambda', values: [0.25] },
      y: { over: 'seed', values: [1] },
      dynamics: { kind: 'gd', learningRate: 0.03, steps: 2000 },
    });
    const its = new SweepPlan(trained);
    const original = new ResultTable(trained, 1, (index) => its.cellOf(index));
    original.append(runDescent(its.replica(0)));
    const text = [...encodeResults(original, its, {}, { trajectories: true })].join('');
    const { table: copy } = decodeResults(text, layoutOf);
    expect(copy.record(0)).toEqual(original.record(0));
    expect(copy.record(0)).toBeInstanceOf(Float64Array);
    expect(copy.outcome(0)).toEqual(original.outcome(0));
    const [first] = JSON.parse(text).replicas[0].testTimes;
    expect(Number.isInteger(first.steps)).toBe(true);
    expect(10 ** first.log10t).toBeCloseTo(0.03 * first.steps, 9);
  });

  it('keeps certificates, and says never only where one proves it', () => {
    const copy = decodeResults(encode(false), layoutOf).table;
    expect([0, 1, 2, 3].map((index) => copy.separability(index)?.kind)).toEqual([
      'inseparable',
      'separable',
      'undecided',
      undefined,
    ]);
    // λ = 0.75 at t_end = 1000 is far from any threshold, and its margin is beyond all three.
    expect(copy.outcome(1).testTimes).toEqual(Array(3).fill({ state: 'never' }));
    expect(copy.outcome(3).testTimes).toEqual(Array(3).fill({ state: 'notBy' }));
  });

  it('has the documented fields', () => {
    const file = JSON.parse(encode(true));
    expect(Object.keys(file)).toEqual([
      'format',
      'version',
      'provenance',
      'spec',
      'recordColumns',
      'replicas',
    ]);
    expect(Object.keys(file.replicas[0])).toEqual([
      'index',
      'seed',
      'samples',
      'dimensions',
      'sigma',
      'ensemble',
      'testTimes',
      'trainTimes',
      'final',
      'gradients',
      'failure',
      'separability',
      'record',
    ]);
    expect(Object.keys(file.replicas[0].final)).toEqual([
      'log10t',
      'bias',
      'uNorm',
      'testAccuracy',
      'trainAccuracy',
      'trainLoss',
    ]);
    expect(file.recordColumns).toEqual([
      'clock',
      'log1pTime',
      'logMeanResidual',
      'uNorm',
      'uNormSlope',
      'logTrainLoss',
      'gradients',
      'logTrainLossSlope',
      'trainErrors1of4',
      'trainErrors2of4',
      'trainErrors3of4',
      'trainErrors4of4',
    ]);
  });
});

/** Takes the place of a value to remove it. */
const GONE = Symbol('gone');

/** Damage done to a good file: where, what is put there, and what the message must say. */
const DAMAGE: readonly [string, string, unknown, RegExp][] = [
  [
    'never without a proof',
    'replicas.1.separability',
    GONE,
    /^replicas\[1\]\.testTimes\[0\]\.state: got "never"; expected "notBy", unless the margin/,
  ],
  [
    'never where the margin is too small',
    'replicas.1.separability',
    { kind: 'separable', lower: 0.02, upper: 0.02 },
    /^replicas\[1\]\.testTimes\[0\]\.state: got "never"/,
  ],
  [
    'never for a training time',
    'replicas.1.trainTimes.0.state',
    'never',
    /^replicas\[1\]\.trainTimes\[0\]\.state: got "never"; expected one of "fromStart"/,
  ],
  [
    'bounds on a margin that cross',
    'replicas.1.separability.lower',
    0.3,
    /^replicas\[1\]\.separability\.lower: got 0\.3; expected at most the upper bound, 0\.2000001/,
  ],
  [
    'a separability of no kind',
    'replicas.0.separability.kind',
    'maybe',
    /^replicas\[0\]\.separability\.kind: got "maybe"; expected one of "separable"/,
  ],
  [
    'a separability with a field of another kind',
    'replicas.0.separability.lower',
    1,
    /^replicas\[0\]\.separability\.lower: got 1; expected no such field/,
  ],
  [
    'a norm below zero',
    'replicas.0.separability.norm',
    -1,
    /^replicas\[0\]\.separability\.norm: got -1; expected a number from 0 to/,
  ],
  [
    'another format',
    'format',
    'numpy',
    /^format: got "numpy"; expected one of "grokscope-results"/,
  ],
  ['another version', 'version', 9, /^version: got 9; expected 1/],
  ['no provenance', 'provenance', GONE, /^provenance: got nothing; expected an object/],
  ['an unknown field', 'extra', 1, /^extra: got 1; expected no such field/],
  ['a bad spec', 'spec.horizon', 999, /^spec.horizon: got 999; expected a number from 0 to 300/],
  ['replicas missing', 'replicas', GONE, /^replicas: got nothing; expected a list of 0 to 4/],
  [
    'too many replicas',
    'replicas',
    [0, 0, 0, 0, 0],
    /^replicas: got "a list of 5"; expected a list of 0 to 4/,
  ],
  [
    'a replica that is none',
    'replicas.1',
    'x',
    /^replicas\[1\]: got "x"; expected an object with index/,
  ],
  [
    'an index out of range',
    'replicas.0.index',
    4,
    /^replicas\[0\].index: got 4; expected a whole number from 0 to 3/,
  ],
  [
    'a replica twice',
    'replicas.1.index',
    0,
    /^replicas\[1\].index: got 0; expected each replica once/,
  ],
  [
    'another seed than the spec',
    'replicas.0.seed',
    5,
    /^replicas\[0\].seed: got 5; expected 1, which the spec gives/,
  ],
  [
    'another dimension',
    'replicas.1.dimensions',
    5,
    /^replicas\[1\].dimensions: got 5; expected 12/,
  ],
  [
    'a bad state',
    'replicas.0.testTimes.0.state',
    'maybe',
    /^replicas\[0\].testTimes\[0\].state: got "maybe"; expected one of "fromStart"/,
  ],
  [
    'a crossing without a time',
    'replicas.0.testTimes.0',
    { threshold: 0.9, state: 'crossed' },
    /^replicas\[0\].testTimes\[0\].log10t: got nothing; expected a number/,
  ],
  [
    'another threshold',
    'replicas.0.trainTimes.1.threshold',
    0.5,
    /^replicas\[0\].trainTimes\[1\].threshold: got 0.5; expected 0.95, as in the spec/,
  ],
  [
    'thresholds missing',
    'replicas.0.testTimes',
    [],
    /^replicas\[0\].testTimes: got "a list of 0"; expected a list of 3/,
  ],
  [
    'final missing',
    'replicas.0.final',
    null,
    /^replicas\[0\].final: got null; expected an object with log10t/,
  ],
  [
    'a final value of null',
    'replicas.0.final.bias',
    null,
    /^replicas\[0\].final.bias: got null; expected a number/,
  ],
  [
    'negative gradients',
    'replicas.0.gradients',
    -1,
    /^replicas\[0\].gradients: got -1; expected a whole number from 0/,
  ],
  [
    'a failure without a reason',
    'replicas.2.failure',
    '',
    /^replicas\[2\].failure: got ""; expected null or the reason/,
  ],
  [
    'a short row',
    'replicas.0.record.1',
    [1, 2],
    /^replicas\[0\].record\[1\]: got "a list of 2"; expected a list of 12/,
  ],
  [
    'text in a row',
    'replicas.0.record.0.3',
    'x',
    /^replicas\[0\].record\[0\]\[3\]: got "x"; expected a number/,
  ],
];

/** Puts a value at a path of a parsed file. */
function put(file: object, path: string, value: unknown): void {
  const keys = path.split('.');
  const last = keys.pop() as string;
  let at = file as Record<string, unknown>;
  for (const key of keys) at = at[key] as Record<string, unknown>;
  if (value === GONE) delete at[last];
  else at[last] = value;
}

describe('damaged files', () => {
  it.each(DAMAGE)('%s', (_, path, value, message) => {
    const file = JSON.parse(encode(true));
    put(file, path, value);
    expect(() => decodeResults(JSON.stringify(file), layoutOf)).toThrow(message);
  });

  it('cut off anywhere', () => {
    const text = encode(false);
    for (const length of [0, 1, 100, text.length >> 1, text.length - 3]) {
      expect(() => decodeResults(text.slice(0, length), layoutOf)).toThrow(
        /^file: got .*; expected JSON/,
      );
    }
  });
});

import { beforeAll, describe, expect, it } from 'vitest';
import { runFlow } from '../../src/cpu/flow.ts';
import { parseSpec } from '../../src/model/spec.ts';
import { fnv1a, recordDigest } from '../../src/results/digest.ts';
import {
  largestTestLoss,
  type Reading,
  read,
  summariseReadings,
} from '../../src/results/quantities.ts';
import type { ResultTable } from '../../src/results/table.ts';
import { columnLimits } from '../../src/sweep/limits.ts';
import { SweepPlan } from '../../src/sweep/plan.ts';
import { tableFor } from '../../src/sweep/sweep.ts';
import { ownPlaceFigure } from '../../src/ui/limit-figures.ts';
import { divergenceLine } from '../../src/ui/overlay.ts';
import { referenceReplicas } from '../conformance/reference.ts';
import reference from '../fixtures/flow.json';

interface ReferenceRun {
  testLossMax: { value: number };
  log10tTestAccuracy: Record<string, number | 'start' | null>;
  log10tTrainAccuracy: Record<string, number | 'start' | null>;
}
const runs = reference as unknown as ReferenceRun[];

describe('quantities of the reference runs', () => {
  const replicas = referenceReplicas('default').filter(({ samples }) => samples <= 256);

  it('find the largest test loss', () => {
    const errors = replicas.map((replica) => {
      const { value } = (runs[replica.index] as ReferenceRun).testLossMax;
      return Math.abs(Math.log10(largestTestLoss(runFlow(replica).rows) / value));
    });

    expect(errors.length).toBeGreaterThan(10);
    // As good as times are: both hang on ‖u‖ within long steps.
    expect(Math.max(...errors)).toBeLessThan(0.006);
  });
});

describe('quantities of a sweep', () => {
  const spec = parseSpec({
    samples: 64,
    x: { over: 'lambda', values: [0.25, 0.45] },
    y: { over: 'seed', from: 1, to: 3, step: 1 },
    thresholds: { test: [0.9, 0.95], train: [0.9, 0.95] },
  });
  const others = parseSpec({
    ...{ samples: 64, x: { over: 'lambda', values: [0.25, 0.45] } },
    y: { over: 'seed', from: 1, to: 3, step: 1 },
    thresholds: { test: [0.93, 0.95], train: [0.93, 0.95] },
  });
  let table: ResultTable;
  let other: ResultTable;
  beforeAll(() => {
    const plans = [spec, others].map((each) => new SweepPlan(each));
    [table, other] = plans.map((plan) => {
      const made = tableFor(plan);
      for (let k = 0; k < plan.size; k++) made.append(runFlow(plan.replica(k)));
      return made;
    }) as [ResultTable, ResultTable];
  });

  it('are what a run with that threshold would have timed', () => {
    for (let k = 0; k < table.size; k++) {
      expect(table.testTimeAt(k, 0.93)).toEqual(other.testTime(k, 0));
      expect(table.trainTimeAt(k, 0.93)).toEqual(other.trainTime(k, 0));
      expect(table.testTimeAt(k, 0.95)).toEqual(table.testTime(k, 1));
    }
  });

  it('say nothing of an accuracy that the run did not wait for', () => {
    // These runs ended at 0.95; that they had not reached 0.999 by then says nothing.
    expect(table.testTimeAt(0, 0.999)).toBeUndefined();
    expect(read(table, 0, 'testTime', 0.999)).toEqual({ state: 'none' });
  });

  it('take a delay as the quotient of both times', () => {
    const [test, train] = [table.testTimeAt(0, 0.95), table.trainTimeAt(0, 0.95)];
    if (test?.state !== 'crossed' || train?.state !== 'crossed') throw new Error('no times');
    expect(read(table, 0, 'delay', 0.95)).toEqual({
      state: 'value',
      value: test.log10t - train.log10t,
    });
  });

  it('come from certificates only where there are some', () => {
    expect(read(table, 0, 'separable', 0.95)).toEqual({ state: 'none' });
    table.certify({ index: 0, separability: { kind: 'separable', lower: 0.1, upper: 0.1 } });
    table.certify({
      index: 1,
      separability: { kind: 'inseparable', norm: 2, objective: 0.5, residual: 0 },
    });
    expect(read(table, 0, 'separable', 0.95)).toEqual({ state: 'value', value: 1 });
    expect(read(table, 1, 'separable', 0.95)).toEqual({ state: 'value', value: 0 });
    expect(read(table, 0, 'norm', 0.95)).toEqual({ state: 'never' });
    expect(read(table, 1, 'norm', 0.95)).toEqual({ state: 'value', value: 2 });
    expect(read(table, 1, 'finalAccuracy', 0.95)).toEqual({ state: 'value', value: 1 });
    // Φ(1/(σ²κ)) = Φ(0.4) at σ 5 and κ 0.1.
    const final = read(table, 0, 'finalAccuracy', 0.95);
    expect(final.state === 'value' && final.value).toBeCloseTo(0.655422, 5);
  });
});

describe('quantities of a sweep that does not follow the margin', () => {
  it.each([
    { dynamics: { kind: 'flow', weightDecay: 0.1 } },
    { x: { over: 'weightDecay', values: [0, 0.1] } },
    { x: { over: 'l2', values: [0, 0.1] }, dynamics: { kind: 'gd' } },
    { dynamics: { kind: 'adam' } },
    { data: { shift: 1 } },
    { data: { spectrum: 1 } },
  ])('have no limit, nor is anything never: %j', (different) => {
    const plan = new SweepPlan(parseSpec({ samples: 64, ...different }));
    const table = tableFor(plan);
    const times = { testTimes: [{ state: 'notBy' }], trainTimes: [{ state: 'notBy' }] } as const;
    const final = {
      log10t: 1,
      bias: -1,
      uNorm: 1,
      testAccuracy: 1,
      trainAccuracy: 1,
      trainLoss: 1,
    };
    table.store(0, { ...times, final, gradients: 1, failure: null, separability: null });
    table.certify({ index: 0, separability: { kind: 'separable', lower: 9, upper: 9 } });
    expect(read(table, 0, 'separable', 0.95)).toEqual({ state: 'value', value: 1 });
    expect(read(table, 0, 'norm', 0.95)).toEqual({ state: 'none' });
    expect(read(table, 0, 'finalAccuracy', 0.95)).toEqual({ state: 'none' });
    expect(table.testTime(0, 0)).toEqual({ state: 'notBy' });
    expect(columnLimits({ plan, table, accuracy: 0.95 }, 0)[0]).toMatchObject({
      separable: 1,
      norm: undefined,
      finalAccuracy: undefined,
    });
    expect(ownPlaceFigure({ plan, table, accuracy: 0.95 })).toBeUndefined();
    expect(divergenceLine(plan, 0.95)).toEqual([]);
  });
});

describe('summaries of readings', () => {
  const value = (x: number): Reading => ({ state: 'value', value: x });

  it('rank what is later than t_end after all values, and leave out what is unknown', () => {
    const readings: Reading[] = [
      value(3),
      { state: 'none' },
      { state: 'notBy' },
      value(1),
      value(2),
    ];
    const summary = summariseReadings(readings, 'testTime');
    expect(summary.median).toEqual(value(2.5));
    expect([summary.count, summary.notBy, summary.never]).toEqual([4, 1, 0]);
    expect(summary.upperQuartile).toEqual({ state: 'notBy' });
  });

  it('are fractions of what is separable or not', () => {
    expect(
      summariseReadings([value(1), value(0), value(0), value(1), value(1)], 'separable').median,
    ).toEqual(value(0.6));
    expect(summariseReadings([{ state: 'none' }], 'separable').median).toEqual({ state: 'none' });
  });
});

describe('digest of a record', () => {
  it('is FNV-1a of its bytes', () => {
    const text = (s: string): string => fnv1a(new TextEncoder().encode(s));
    // Known answers from the authors' page.
    expect([text(''), text('a'), text('foobar')]).toEqual([
      'cbf29ce484222325',
      'af63dc4c8601ec8c',
      '85944171f73967e8',
    ]);
  });

  it('changes with one bit', () => {
    const rows = new Float32Array([1, 2, 3]);
    const before = recordDigest(rows);
    new Uint32Array(rows.buffer)[1] = (new Uint32Array(rows.buffer)[1] as number) ^ 1;
    expect(recordDigest(rows)).not.toBe(before);
  });
});

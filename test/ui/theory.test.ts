import { describe, expect, it } from 'vitest';
import { runFlow } from '../../src/cpu/flow.ts';
import { datasetValues } from '../../src/model/dataset.ts';
import { certify } from '../../src/model/separability/certificate.ts';
import { type Separability, summaryOf } from '../../src/model/separability/certifier.ts';
import { parseSpec } from '../../src/model/spec.ts';
import { divergenceLambda } from '../../src/model/theory/margin.ts';
import { saddlePoint } from '../../src/model/theory/saddle.ts';
import { ResultTable } from '../../src/results/table.ts';
import type { View } from '../../src/sweep/cells.ts';
import { SweepPlan } from '../../src/sweep/plan.ts';
import { asymptotesOf, separabilityFacts } from '../../src/ui/asymptotes.ts';
import { limitFigures, ownPlaceFigure } from '../../src/ui/limit-figures.ts';
import { divergenceLine, lambdaOfNorm, lateTimes } from '../../src/ui/overlay.ts';

const spec = parseSpec({
  samples: 200,
  horizon: 60,
  until: 'horizon',
  x: { over: 'lambda', values: [0.3, 0.7] },
  y: { over: 'seed', from: 1, to: 4, step: 1 },
});

/** A small sweep, trained and certified. */
function sweep(): View {
  const plan = new SweepPlan(spec);
  const table = new ResultTable(spec, plan.size, (index) => plan.cellOf(index));
  for (let index = 0; index < plan.size; index++) {
    const replica = plan.replica(index);
    table.append(runFlow(replica));
    const { samples, dimensions } = replica;
    const certificate = certify({ data: datasetValues(replica), samples, dimensions });
    table.certify({ index, separability: summaryOf(certificate) });
  }
  return { plan, table, accuracy: 0.95 };
}

const view = sweep();
const { plan, table } = view;

describe('asymptotes', () => {
  it('of a dataset are where its own run ends', () => {
    for (const [index, tolerance] of [
      [0, 0.01], // below the edge: settled long before 10⁶⁰
      [1, 0.06], // above: corrections are of order 1/log t
    ] as const) {
      const final = table.final(index);
      const own = asymptotesOf(plan, index, table.separability(index));
      if (!final || !own) throw new Error('no run or no asymptotes');
      expect(Math.abs(own.clock(60) / -final.bias - 1)).toBeLessThan(tolerance);
      expect(Math.abs(own.uNorm(60) / final.uNorm - 1)).toBeLessThan(tolerance);
      expect(own.source).toMatch(/by its certificate/);
    }
  });

  it('without a certificate are those of N → ∞, and say so', () => {
    const theory = asymptotesOf(plan, 0, undefined);
    expect(theory?.uNorm(3)).toBeCloseTo(saddlePoint(0.3).norm, 12);
    expect(theory?.source).toMatch(/theory for N → ∞/);
    const undecided: Separability = { kind: 'undecided', reason: 'on the edge' };
    expect(asymptotesOf(plan, 0, undecided)).toBeUndefined();
    const edge = new SweepPlan(parseSpec({ samples: 10, x: { over: 'lambda', values: [0.5] } }));
    expect(asymptotesOf(edge, 0, undefined)).toBeUndefined();
    const free = new SweepPlan(parseSpec({ dynamics: { kind: 'conformal' } }));
    expect(asymptotesOf(free, 0, undefined)).toBeUndefined();
  });

  it('of two points are in closed form', () => {
    const two = new SweepPlan(
      parseSpec({
        ensemble: 'twoPoint',
        x: { over: 'lambda', values: [0.375, 0.5, 0.75] },
        y: { over: 'sigma', values: [2] },
      }),
    );
    expect(asymptotesOf(two, 0, undefined)?.uNorm(9)).toBeCloseTo(Math.log(4) / 1.25, 12);
    expect(asymptotesOf(two, 1, undefined)).toBeUndefined();
    // M = σ(2λ − 1) = 1: −b grows like half of log t.
    expect(asymptotesOf(two, 2, undefined)?.clock(10)).toBeCloseTo(5 * Math.LN10, 12);
  });

  it('what a certificate says, in words', () => {
    const text = (separability: Separability, spec: object = {}): string =>
      separabilityFacts(separability, 5, parseSpec(spec))
        .map((fact) => fact.join(' '))
        .join('\n');
    expect(text({ kind: 'separable', lower: 0.0246, upper: 0.02468 })).toMatch(
      /dataset separable\nmargin κ 0\.02468, known to 3e-3\ntest accuracy for t → ∞ 0\.9475\nas typical data of λ 0\.52/,
    );
    expect(text({ kind: 'undecided', reason: 'on the edge' })).toBe(
      'dataset undecided: on the edge',
    );
    // Nothing of where training ends, where it does not follow the margin of isotropic data.
    for (const spec of [{ data: { shift: 1 } }, { dynamics: { kind: 'flow', weightDecay: 1 } }]) {
      expect(text({ kind: 'separable', lower: 0.1, upper: 0.1 }, spec)).toBe(
        'dataset separable\nmargin κ 0.1, known to 0e+0',
      );
      expect(
        text({ kind: 'inseparable', norm: 2, objective: 0.5, residual: 1e-14 }, spec),
      ).not.toMatch(/∞/);
    }
  });
});

describe('lines of theory', () => {
  it('λ* over a map, by σ where an axis runs over it', () => {
    const both = new SweepPlan(
      parseSpec({
        x: { over: 'lambda', from: 0.5, to: 0.7, step: 0.1 },
        y: { over: 'sigma', values: [0.5, 2, 5] },
      }),
    );
    const [line] = divergenceLine(both, 0.95);
    const at = (sigma: number): number => (divergenceLambda(sigma, 0.95) - 0.5) / 0.1;
    // At σ = ½ it is beyond the map.
    expect(line?.points[1]).toBeUndefined();
    expect(line?.points[2]?.x).toBeCloseTo(at(2), 9);
    expect(line?.points[3]).toEqual({ x: expect.closeTo(at(5), 9), y: 2 });
    expect(divergenceLine(both, 0.5)).toEqual([]);
  });

  it('late times rise to the edge, and λ of a norm is that of the saddle point', () => {
    const times = lateTimes(0.95);
    expect(times.every((point, k) => k === 0 || point.log10t > (times[k - 1]?.log10t ?? 0))).toBe(
      true,
    );
    for (const lambda of [0.1, 0.3, 0.45, 0.49]) {
      expect(lambdaOfNorm(saddlePoint(lambda).norm)).toBeCloseTo(lambda, 3);
    }
    expect(lambdaOfNorm(1e9)).toBeCloseTo(0.4998, 3);
  });
});

describe('figures of the certificates', () => {
  it('have theory and medians of the data on both sides of the edge', () => {
    const figures = limitFigures(view, 0);
    expect(figures).toHaveLength(4);
    const measured = figures.map(({ series }) => series.find(({ kind }) => kind === 'points')?.y);
    expect(measured[0]).toEqual([0, 1]);
    expect(measured[1]?.[0]).toBe(1);
    expect(measured[1]?.[1]).toBeCloseTo(0.57, 1);
    expect(measured[2]?.[0]).toBeCloseTo(saddlePoint(0.3).norm, 0);
    expect(measured[2]?.[1]).toBeNaN(); // infinite
    expect(measured[3]?.[0]).toBe(0);
    expect(measured[3]?.[1]).toBeCloseTo(0.2189, 1);
  });

  it('put every crossing at the place of its dataset', () => {
    const figure = ownPlaceFigure(view);
    const replicas = figure?.series.find(({ label }) => label === 'replicas');
    // λ = 0.3 crosses; λ = 0.7 never does.
    expect(replicas?.x).toHaveLength(4);
    for (const lambda of replicas?.x ?? []) expect(Math.abs(lambda - 0.3)).toBeLessThan(0.12);
    expect(
      ownPlaceFigure({ ...view, table: new ResultTable(spec, plan.size, (k) => plan.cellOf(k)) }),
    ).toBeUndefined();
  });
});

import { describe, expect, it } from 'vitest';
import { parseSpec } from '../../src/model/spec.ts';
import { Random } from '../../src/model/statistics.ts';
import { separableProbability } from '../../src/model/theory/wendel.ts';
import { ResultTable } from '../../src/results/table.ts';
import type { Crossing } from '../../src/results/times.ts';
import type { View } from '../../src/sweep/cells.ts';
import { SweepPlan } from '../../src/sweep/plan.ts';
import { divergenceReport, scalingReport } from '../../src/ui/divergence-report.ts';

const FINAL = { log10t: 1, bias: -1, uNorm: 1, testAccuracy: 1, trainAccuracy: 1, trainLoss: 1 };

/** A sweep whose times follow ln t = 1 + 3 ε^−½ with a scatter, as far as t_end lets them. */
function sweep(spec: ReturnType<typeof parseSpec>, certified: boolean): View {
  const plan = new SweepPlan(spec);
  const table = new ResultTable(spec, plan.size, (index) => plan.cellOf(index));
  const random = new Random(7);
  for (let index = 0; index < plan.size; index++) {
    const { dimensions, samples } = plan.cellOf(index);
    const distance = 0.5 - dimensions / samples;
    const lnTime = distance > 0 ? 1 + 3 * distance ** -0.5 + 0.3 * random.normal() : Infinity;
    const log10t = lnTime / Math.LN10;
    const crossing: Crossing =
      log10t <= plan.cellOf(index).horizon ? { state: 'crossed', log10t } : { state: 'notBy' };
    const times = { testTimes: [crossing], trainTimes: [crossing], final: FINAL, gradients: 1 };
    table.store(index, { ...times, failure: null, separability: null });
    if (!certified) continue;
    const separable = random.uniform() < separableProbability(samples, dimensions);
    table.certify({
      index,
      separability: separable
        ? { kind: 'separable', lower: 0.01, upper: 0.01 }
        : { kind: 'inseparable', norm: 5, objective: 0.5, residual: 0 },
    });
  }
  return { plan, table, accuracy: 0.95 };
}

const thresholds = { test: [0.95], train: [1] };

describe('the report of the divergence', () => {
  it('has the law the data were made with, and counts bounds as bounds', () => {
    const spec = parseSpec({
      samples: 1000,
      horizon: 9,
      thresholds,
      x: { over: 'lambda', from: 0.3, to: 0.52, step: 0.01 },
      y: { over: 'seed', from: 1, to: 24, step: 1 },
    });
    const report = divergenceReport(sweep(spec, false), 0);
    const text = report?.paragraphs.join('\n') ?? '';
    expect(text).toMatch(/18 columns with a median, 2 with a lower bound/);
    const slope = /B = (\S+) \(95 %: (\S+) to (\S+)\)/.exec(text)?.slice(1).map(Number) ?? [];
    // The slope of the law itself; how often intervals cover it is tested with the fits.
    expect(Math.abs((slope[0] as number) - 3)).toBeLessThan(0.1);
    expect(slope[1]).toBeLessThan(slope[0] as number);
    expect(slope[2]).toBeGreaterThan(slope[0] as number);
    expect(text).toMatch(/theory for N → ∞ has B → 1\.52/);
    expect(text).toMatch(/These data prefer the essential singularity \(log-likelihood ratio/);
    expect(text).toMatch(/cannot decide more/);
    const [figure] = report?.figures ?? [];
    expect(figure?.series.map(({ label, x }) => [label, x.length])).toEqual([
      ['medians, standard errors', 18],
      ['later than t_end', 2],
      ['essential singularity', 41],
      ['power law', 41],
    ]);
  });

  it('has the t_end of its own row', () => {
    const spec = parseSpec({
      samples: 1000,
      thresholds,
      dynamics: { kind: 'gd', steps: 1e6 },
      x: { over: 'lambda', from: 0.3, to: 0.47, step: 0.01 },
      y: { over: 'learningRate', values: [1e-3, 1e3] },
      seedsPerCell: 24,
    });
    // t_end is 10³ in the first row and 10⁹ in the second: times beyond it are bounds.
    const counts = [0, 1].map((row) => {
      const text = divergenceReport(sweep(spec, false), row)?.paragraphs[0] ?? '';
      return /(\d+) columns with a median, (\d+) with a lower bound/
        .exec(text)
        ?.slice(1)
        .map(Number);
    });
    expect(counts[0]?.[1]).toBeGreaterThan(0);
    expect(counts[1]?.[1]).toBe(0);
    const report = divergenceReport(sweep(spec, false), 1);
    const slope = Number(/B = (\S+) /.exec(report?.paragraphs.join('') ?? '')?.[1]);
    expect(Math.abs(slope - 3)).toBeLessThan(0.15);
  });

  it('says when there is too little, and nothing where λ is not along x', () => {
    const spec = parseSpec({
      samples: 100,
      horizon: 10,
      thresholds,
      x: { over: 'lambda', values: [0.3, 0.4] },
      y: { over: 'seed', values: [1] },
    });
    expect(divergenceReport(sweep(spec, false), 0)?.paragraphs[0]).toMatch(/^Too little for a fit/);
    const other = parseSpec({
      thresholds,
      x: { over: 'sigma', values: [1, 2] },
      y: { over: 'lambda', values: [0.3, 0.4] },
    });
    expect(divergenceReport(sweep(other, false), 0)).toBeUndefined();
    expect(scalingReport(sweep(other, false))).toBeUndefined();
  });
});

describe('the report of the scaling with N', () => {
  const spec = parseSpec({
    horizon: 60,
    thresholds,
    x: { over: 'lambda', from: 0.38, to: 0.62, step: 0.01 },
    y: { over: 'samples', values: [100, 200, 400, 800] },
    seedsPerCell: 40,
  });

  it('finds the exponent of Wendel’s transition', () => {
    const report = scalingReport(sweep(spec, true));
    const text = report?.paragraphs[0] ?? '';
    const exponent = /x = (\S+) \(95 %: (\S+) to (\S+)\)/.exec(text)?.slice(1).map(Number) ?? [];
    expect(exponent[1]).toBeLessThan(0.5);
    expect(exponent[2]).toBeGreaterThan(0.5);
    expect(report?.figures).toHaveLength(2);
    expect(report?.figures[0]?.series.map(({ label }) => label)).toEqual([
      'N 100',
      'N 200',
      'N 400',
      'N 800',
    ]);
  });

  it('collapses times that do scale, and asks for certificates', () => {
    // ln t − 1 = 3 ε^−½ is a function of ε N^w times N^¼ for w = ½, up to the constant.
    const report = scalingReport(sweep(spec, false));
    expect(report?.paragraphs[0]).toMatch(/certify the datasets/);
    const exponent = /w = (\S+) \(/.exec(report?.paragraphs[1] ?? '')?.[1];
    expect(Math.abs(Number(exponent) - 0.5)).toBeLessThan(0.15);
  });
});

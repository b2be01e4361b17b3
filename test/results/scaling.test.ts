import { describe, expect, it } from 'vitest';
import { normalCdf } from '../../src/model/normal.ts';
import { fitProbit } from '../../src/model/probit.ts';
import {
  binomialCumulative,
  drawCount,
  type Estimate,
  Random,
} from '../../src/model/statistics.ts';
import { fitCollapse, type SizeColumns } from '../../src/results/collapse.ts';
import {
  fitSeparability,
  type SeparabilityCounts,
  wendelSlope,
} from '../../src/results/scaling.ts';
import { gaussianCrossings } from './synthetic.ts';

const holds = ({ low, high }: Estimate, truth: number): boolean => low <= truth && truth <= high;

/** Wendel's P = 2^{1−N} Σ_{k<d} C(N−1, k) for all d, exact until the last division. */
function wendel(samples: number): number[] {
  const n = BigInt(samples - 1);
  let term = 1n;
  let sum = 0n;
  const scale = 10n ** 17n;
  const probabilities = [0];
  for (let k = 0n; k <= n; k++) {
    sum += term;
    term = (term * (n - k)) / (k + 1n);
    probabilities.push(Number((sum * scale) >> n) / 1e17);
  }
  return probabilities;
}

const SIZES = [32, 64, 128, 256, 512];
const PROBABILITIES = SIZES.map(wendel);

/** Counts of each size at 15 columns between λ = 0.4 and 0.6, from Wendel's probability. */
function separable(repetition: number, total = 40): SeparabilityCounts[] {
  return SIZES.map((samples, index) => {
    const random = new Random(500 + repetition, 20_000 + index);
    const points = Array.from({ length: 15 }, (_, k) => {
      const dimensions = Math.round((0.4 + (0.2 * k) / 14) * samples);
      const p = PROBABILITIES[index]?.[dimensions] as number;
      const count = Array.from({ length: total }, () => random.uniform() < p);
      return { lambda: dimensions / samples, separable: count.filter(Boolean).length, total };
    });
    return { samples, points };
  });
}

describe('binomial counts', () => {
  it('have the probabilities of the distribution', () => {
    // Pascal: (1, 4, 6, 4, 1)/16.
    const fair = [...binomialCumulative(4, 0.5)];
    fair.forEach((value, k) => {
      expect(value).toBeCloseTo(([1, 5, 11, 15, 16][k] as number) / 16, 14);
    });
    expect([...binomialCumulative(3, 0)]).toEqual([1, 1, 1, 1]);
    expect([...binomialCumulative(3, 1)]).toEqual([0, 0, 0, 1]);
    expect(binomialCumulative(5000, 0.5)[2499]).toBeCloseTo(0.5 - 0.5 * 0.0112838, 6);
    const random = new Random(9);
    const table = binomialCumulative(50, 0.3);
    let sum = 0;
    for (let k = 0; k < 4000; k++) sum += drawCount(table, random);
    expect(Math.abs(sum / 4000 - 15)).toBeLessThan(0.2);
  });
});

describe('fitProbit', () => {
  it('is where the binomial likelihood is greatest, with none and all among the counts', () => {
    const x = Float64Array.of(-3, -2, -1, 0, 1, 2, 3);
    const successes = [0, 1, 3, 4, 9, 10, 10];
    const trials = [10, 10, 10, 10, 10, 10, 10];
    const fit = fitProbit({ x, successes, trials });
    if (!fit) throw new Error('no fit');
    const likelihood = (a: number, b: number): number =>
      x.reduce((sum, xi, i) => {
        const k = successes[i] as number;
        return (
          sum + k * Math.log(normalCdf(a + b * xi)) + (10 - k) * Math.log(normalCdf(-a - b * xi))
        );
      }, 0);
    const best = likelihood(fit.intercept, fit.slope);
    const h = 1e-3;
    for (const [da, db] of [
      [h, 0],
      [-h, 0],
      [0, h],
      [0, -h],
      [h, h],
      [-h, h],
    ] as const) {
      expect(likelihood(fit.intercept + da, fit.slope + db)).toBeLessThan(best);
    }
    // The inverse of the matrix of second differences.
    const second = (da: number, db: number): number =>
      -(
        likelihood(fit.intercept + da, fit.slope + db) -
        2 * best +
        likelihood(fit.intercept - da, fit.slope - db)
      ) /
      h ** 2;
    const aa = second(h, 0);
    const bb = second(0, h);
    const ab = (second(h, h) - aa - bb) / 2;
    expect(fit.slopeVariance).toBeCloseTo(aa / (aa * bb - ab * ab), 4);
    expect(fit.interceptVariance).toBeCloseTo(bb / (aa * bb - ab * ab), 4);
  });

  it('knows when there is none', () => {
    const x = Float64Array.of(1, 2, 3, 4);
    const trials = [9, 9, 9, 9];
    expect(fitProbit({ x, successes: [0, 0, 9, 9], trials })).toBeUndefined();
    expect(fitProbit({ x, successes: [0, 5, 9, 9], trials })).toBeUndefined();
    expect(fitProbit({ x, successes: [0, 0, 0, 0], trials })).toBeUndefined();
    expect(fitProbit({ x: new Float64Array(), successes: [], trials: [] })).toBeUndefined();
    expect(fitProbit({ x, successes: [0, 5, 8, 9], trials })?.slope).toBeGreaterThan(0);
  });
});

describe('fitSeparability', () => {
  it("finds the exponent and the prefactor of Wendel's transition", () => {
    const fit = fitSeparability(separable(0));
    expect(fit.exponent).toSatisfy((exponent: Estimate) => holds(exponent, 0.5));
    expect(Math.abs((fit.exponent?.value as number) - 0.5)).toBeLessThan(3 * fit.exponentError);
    expect(fit.exponentError).toBeLessThan(0.05);
    expect(fit.prefactor).toSatisfy((prefactor: Estimate) => holds(prefactor, 2));
    expect(fit.transitions).toHaveLength(5);
    for (const { samples, slope, slopeError, edge } of fit.transitions) {
      expect(Math.abs(slope.value - wendelSlope(samples))).toBeLessThan(3.5 * slopeError);
      expect(Math.abs(edge.value - 0.5)).toBeLessThan(2 * (edge.high - edge.low));
    }
    expect(fit.chiSquared / fit.degrees).toBeLessThan(5);
  });

  it('has intervals that cover the truth as often as they say', () => {
    const covered = { exponent: 0, slope: 0, edge: 0 };
    const repetitions = 100;
    for (let repetition = 0; repetition < repetitions; repetition++) {
      const fit = fitSeparability(separable(repetition), { resamples: 150 });
      if (holds(fit.exponent as Estimate, 0.5)) covered.exponent++;
      const [, , middle] = fit.transitions;
      if (!middle) throw new Error('no transition');
      if (holds(middle.slope, wendelSlope(128))) covered.slope++;
      if (holds(middle.edge, 0.5)) covered.edge++;
    }
    for (const count of Object.values(covered)) {
      expect(count / repetitions).toBeGreaterThanOrEqual(0.88);
      expect(count / repetitions).toBeLessThanOrEqual(0.99);
    }
  });

  it('leaves out, and names, sizes whose counts are a step', () => {
    const step = {
      samples: 10_000,
      points: [
        { lambda: 0.4, separable: 0, total: 9 },
        { lambda: 0.6, separable: 9, total: 9 },
      ],
    };
    const fit = fitSeparability([...separable(1), step], { resamples: 20 });
    expect(fit.withoutSlope).toEqual([10_000]);
    expect(fit.transitions).toHaveLength(5);
    const none = fitSeparability([step]);
    expect([none.exponent, none.prefactor, none.transitions]).toEqual([null, null, []]);
    expect(fitSeparability([]).exponent).toBeNull();
  });
});

/** Sizes on one curve: log10 t = N^{1/4} F((λ − ½) N^w), with a deviation of 0.3 decades. */
function collapsing(w: number, repetition: number): SizeColumns[] {
  return [128, 256, 512, 1024].map((samples, index) => ({
    samples,
    columns: Array.from({ length: 20 }, (_, k) => {
      const lambda = 0.4 + (0.12 * k) / 19;
      const x = (lambda - 0.5) * samples ** w;
      const log10t = samples ** 0.25 * (0.3 + Math.log1p(Math.exp(x)));
      const random = new Random(800 + repetition, 30_000 + 100 * index + k);
      return {
        lambda,
        crossings: gaussianCrossings(log10t * Math.LN10, 0.3 * Math.LN10, 30, random, HORIZON),
      };
    }),
  }));
}

const HORIZON = 6.5;

describe('fitCollapse', () => {
  it('finds the exponent that brings the curves together', () => {
    for (const w of [0.5, 0.3]) {
      const fit = fitCollapse(collapsing(w, 1), { horizon: HORIZON });
      expect(Math.abs((fit.exponent?.value as number) - w)).toBeLessThan(0.05);
      expect(fit.exponent).toSatisfy((exponent: Estimate) => holds(exponent, w));
      expect(fit.spread).toBeLessThan(1.6);
      expect(fit.atLimit).toBe(false);
    }
  });

  it('covers the exponent as often as it says', () => {
    let covered = 0;
    const repetitions = 60;
    for (let repetition = 0; repetition < repetitions; repetition++) {
      const fit = fitCollapse(collapsing(0.5, repetition), { horizon: HORIZON, resamples: 100 });
      if (holds(fit.exponent as Estimate, 0.5)) covered++;
    }
    expect(covered / repetitions).toBeGreaterThanOrEqual(0.88);
  });

  it('keeps bounds out of the curves, but not out of the drawing', () => {
    const sizes = collapsing(0.5, 2);
    const fit = fitCollapse(sizes, { horizon: HORIZON, resamples: 10 });
    const points = fit.curves.flatMap((curve) => curve.points);
    expect(fit.censored).toBeGreaterThan(0);
    expect(points.filter(({ censored }) => censored)).toHaveLength(fit.censored);
    expect(points).toHaveLength(80);
    const largest = fit.curves[3];
    const bound = largest?.points.find(({ censored }) => censored);
    expect(bound?.y).toBeCloseTo(HORIZON * 1024 ** -0.25, 12);
    expect(bound?.x).toBeCloseTo(
      ((bound?.lambda as number) - 0.5) * 1024 ** (fit.exponent?.value as number),
      12,
    );
    const without = sizes.map(({ samples, columns }) => ({
      samples,
      columns: columns.filter(
        ({ crossings }) => crossings.filter(({ state }) => state === 'notBy').length < 15,
      ),
    }));
    expect(fitCollapse(without, { horizon: HORIZON, resamples: 10 }).spread).toBeCloseTo(
      fit.spread,
      1,
    );
  });

  it('has no exponent where nothing overlaps', () => {
    const [first] = collapsing(0.5, 3);
    if (!first) throw new Error('no size');
    expect(fitCollapse([first], { horizon: HORIZON }).exponent).toBeNull();
    expect(fitCollapse([], { horizon: HORIZON }).exponent).toBeNull();
    const single = {
      samples: 64,
      columns: first.columns.map((column) => ({
        ...column,
        crossings: column.crossings.slice(0, 1),
      })),
    };
    expect(
      fitCollapse([single, { ...single, samples: 128 }], { horizon: HORIZON }).exponent,
    ).toBeNull();
  });
});

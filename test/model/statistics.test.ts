import { describe, expect, it } from 'vitest';
import { type CensoredPoints, fitCensoredLine, tailInto } from '../../src/model/censored.ts';
import {
  bootstrapMedians,
  chiSquaredTail,
  percentileEstimate,
  Random,
  sortedMedian,
  weightedLine,
} from '../../src/model/statistics.ts';

describe('random numbers', () => {
  it('are the same for the same seed and stream, and others for others', () => {
    const draw = (seed: number, stream: number): number[] => {
      const random = new Random(seed, stream);
      return Array.from({ length: 4 }, () => random.word());
    };
    expect(draw(1, 2)).toEqual(draw(1, 2));
    // The words themselves: they must not change between versions or machines.
    expect(draw(1, 2)).toEqual([1929793714, 4050324543, 3231133538, 2623472447]);
    expect(new Set([...draw(1, 2), ...draw(1, 3), ...draw(2, 2)]).size).toBe(12);
  });

  it('have the moments of their distributions', () => {
    const random = new Random(7);
    let sum = 0;
    let squares = 0;
    const counts = new Array<number>(5).fill(0);
    for (let k = 0; k < 20_000; k++) {
      const x = random.normal();
      sum += x;
      squares += x * x;
      const face = random.below(5);
      counts[face] = (counts[face] as number) + 1;
    }
    expect(Math.abs(sum / 20_000)).toBeLessThan(0.03);
    expect(Math.abs(squares / 20_000 - 1)).toBeLessThan(0.04);
    for (const count of counts) expect(Math.abs(count - 4000)).toBeLessThan(230);
  });
});

describe('medians', () => {
  it('are never made up between a number and infinity', () => {
    expect(sortedMedian(Float64Array.of(1, 2, 4))).toBe(2);
    expect(sortedMedian(Float64Array.of(1, 2, 4, Infinity))).toBe(3);
    expect(sortedMedian(Float64Array.of(1, Infinity))).toBe(Infinity);
    expect(sortedMedian(Float64Array.of(-Infinity, 3))).toBe(3);
    expect(sortedMedian(Float64Array.of(-Infinity, -Infinity, 3))).toBe(-Infinity);
    expect(sortedMedian(new Float64Array())).toBeNaN();
  });

  it('of resamples are distributed as counting says', () => {
    // Median of three draws from three values is the middle one with probability 13/27.
    const three = bootstrapMedians(Float64Array.of(1, 2, 3), 20_000, new Random(3));
    expect(Math.abs(three.filter((x) => x === 2).length / 20_000 - 13 / 27)).toBeLessThan(0.015);
    // Two draws of two values: 0, ½, ½, 1.
    const two = bootstrapMedians(Float64Array.of(0, 1), 20_000, new Random(4));
    expect(Math.abs(two.filter((x) => x === 0.5).length / 20_000 - 0.5)).toBeLessThan(0.015);
    expect(Math.abs(two.filter((x) => x === 0).length / 20_000 - 0.25)).toBeLessThan(0.015);
    expect(bootstrapMedians(new Float64Array(), 10, new Random(5))).toHaveLength(0);
  });

  it('get their interval from the percentiles', () => {
    const values = Array.from({ length: 101 }, (_, k) => 100 - k);
    const { value, low, high } = percentileEstimate(48, values);
    expect(value).toBe(48);
    expect(low).toBeCloseTo(2.5, 12);
    expect(high).toBeCloseTo(97.5, 12);
  });
});

describe('weighted line', () => {
  it('solves the normal equations', () => {
    // By hand: x = 0, 1, 3; y = 1, 2, 7; w = 1, 2, 1: S = 4, Sx = 5, Sxx = 11, Sy = 12, Sxy = 25.
    const line = weightedLine([0, 1, 3], [1, 2, 7], [1, 2, 1]);
    expect(line?.slope).toBeCloseTo((4 * 25 - 5 * 12) / (4 * 11 - 25), 12);
    expect(line?.intercept).toBeCloseTo((11 * 12 - 5 * 25) / 19, 12);
    expect(line?.interceptVariance).toBeCloseTo(11 / 19, 12);
    expect(line?.slopeVariance).toBeCloseTo(4 / 19, 12);
    expect(line?.covariance).toBeCloseTo(-5 / 19, 12);
  });

  it('needs two abscissae', () => {
    expect(weightedLine([2, 2, 2.5], [1, 2, 3], [1, 1, 0])).toBeUndefined();
    expect(weightedLine([0.1, 0.1, 0.1], [1, 2, 3], [1, 1, 1])).toBeUndefined();
    expect(weightedLine([], [], [])).toBeUndefined();
  });
});

describe('censored line', () => {
  it('has the tails of the normal distribution', () => {
    // log Φ(−z) and φ(z)/Φ(−z) − z, mpmath with 30 digits.
    for (const [z, log, excess] of [
      [-3, -0.0013508099647482, 3.0044378390421],
      [0, -Math.LN2, 0.79788456080287],
      [1.999, -3.7808115609998, 0.37332984160776],
      [2, -3.783184333682, 0.37321553282284],
      [4, -10.360101486527, 0.22560714448947],
      [30, -454.32124395634, 0.033259667433677],
    ] as const) {
      const tail = { log: 0, excess: 0 };
      tailInto(tail, z);
      expect(Math.abs(tail.log / log - 1)).toBeLessThan(1e-9);
      expect(Math.abs(tail.excess / excess - 1)).toBeLessThan(1e-9);
    }
  });

  /** Log-likelihood by definition, from the tails tested above. */
  function likelihood(x: Float64Array, points: CensoredPoints, a: number, b: number): number {
    const tail = { log: 0, excess: 0 };
    let sum = 0;
    x.forEach((xi, i) => {
      const sigma = points.error[i] as number;
      const z = ((points.y[i] as number) - a - b * xi) / sigma;
      tailInto(tail, z);
      sum += points.censored[i]
        ? tail.log
        : -0.5 * z * z - Math.log(sigma * Math.sqrt(2 * Math.PI));
    });
    return sum;
  }

  it('is where the likelihood is greatest', () => {
    const random = new Random(11);
    for (let trial = 0; trial < 50; trial++) {
      const x = Float64Array.from({ length: 12 }, (_, i) => i);
      const truth = Float64Array.from(x, (xi) => 1 + xi + 2 * random.normal());
      const bound = 2 + 8 * random.uniform();
      const points = {
        y: truth.map((y) => Math.min(y, bound)),
        error: x.map((xi) => 1 + 0.1 * xi),
        censored: Uint8Array.from(truth, (y) => (y > bound ? 1 : 0)),
      };
      if (points.censored.reduce((a, b) => a + b, 0) > 10) continue;
      const fit = fitCensoredLine(x, points);
      if (!fit) throw new Error('no fit');
      const best = likelihood(x, points, fit.intercept, fit.slope);
      expect(best).toBeCloseTo(fit.logLikelihood, 9);
      for (const [da, db] of [
        [0.05, 0],
        [-0.05, 0],
        [0, 0.01],
        [0, -0.01],
        [0.1, -0.02],
        [-0.1, 0.02],
      ] as const) {
        expect(likelihood(x, points, fit.intercept + da, fit.slope + db)).toBeLessThan(best);
      }
    }
  });

  it('ignores bounds far below and points without weight, and follows bounds far above', () => {
    const x = Float64Array.of(0, 1, 2, 3, 4);
    const line = (y: number[], censored: number[], error: number[]) =>
      fitCensoredLine(x, {
        y: Float64Array.from(y),
        error: Float64Array.from(error),
        censored: Uint8Array.from(censored),
      });
    const plain = line([1, 2, 3, 99, -50], [0, 0, 0, 0, 1], [1, 1, 1, Infinity, 1]);
    expect(plain?.intercept).toBeCloseTo(1, 9);
    expect(plain?.slope).toBeCloseTo(1, 9);
    // A line of slope s through exact points at 0 and, loosely, at 1 has to clear 1000 at x = 4.
    const pulled = line([0, 1, 0, 0, 1000], [0, 0, 0, 0, 1], [1, 1000, Infinity, Infinity, 1]);
    expect(4 * (pulled?.slope ?? 0)).toBeGreaterThan(997);
    expect(line([1, 2, 3, 4, 5], [0, 1, 1, 1, 1], [1, 1, 1, 1, 1])).toBeUndefined();
  });
});

describe('chi-squared', () => {
  it('has the tabulated 5 % and 0.1 % points', () => {
    for (const [k, five, tenth] of [
      [2, 5.991, 13.816],
      [10, 18.307, 29.588],
      [30, 43.773, 59.703],
    ] as const) {
      expect(chiSquaredTail(five, k)).toBeCloseTo(0.05, 2);
      expect(Math.abs(chiSquaredTail(tenth, k) / 0.001 - 1)).toBeLessThan(0.25);
    }
  });
});

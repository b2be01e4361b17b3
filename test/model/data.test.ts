import { describe, expect, it } from 'vitest';
import { trainFlowInTime } from '../../src/cpu/descent/flow-in-time.ts';
import { datasetValues } from '../../src/model/dataset.ts';
import { type DataLaw, DISTRIBUTIONS, scalesOf } from '../../src/model/distribution.ts';
import { fromHalfBits } from '../../src/model/half.ts';
import { normalCdf } from '../../src/model/normal.ts';
import { quantileTable } from '../../src/model/quantiles.ts';
import { certify } from '../../src/model/separability/certificate.ts';
import { parseSpec } from '../../src/model/spec.ts';
import { studentQuantile } from '../../src/model/student.ts';
import { criticalLambda } from '../../src/model/theory/shift.ts';
import { separableProbability } from '../../src/model/theory/wendel.ts';
import { Column, entry, rowCount } from '../../src/model/trajectory.ts';
import { SweepPlan } from '../../src/sweep/plan.ts';

const plain = { spectrum: 0, shift: 0 };

/** Fraction of datasets that are separable from the origin. */
function separable(law: DataLaw, samples: number, dimensions: number, count: number): number {
  let found = 0;
  for (let seed = 1; seed <= count; seed++) {
    const id = { seed, samples, dimensions, ensemble: 'independent', data: law } as const;
    if (certify({ data: datasetValues(id), samples, dimensions }).kind === 'separable') found++;
  }
  return found / count;
}

describe('distributions', () => {
  it.each(DISTRIBUTIONS)('%s: a table of unit variance that rises', (distribution) => {
    const degrees = distribution === 'studentT' ? { degrees: 5 } : {};
    const values = [...quantileTable({ distribution, ...degrees })].map(fromHalfBits);
    const variance = values.reduce((sum, x) => sum + x * x, 0) / values.length;
    // The tail beyond the last of 65536 quantiles is missing: 1 % of the variance for t with ν = 5.
    expect(variance).toBeGreaterThan(distribution === 'studentT' ? 0.985 : 0.999);
    expect(variance).toBeLessThan(1.0002);
    expect(values.every((x, k) => k === 0 || x >= (values[k - 1] as number))).toBe(true);
  });

  it("has Student's quantiles", () => {
    // scipy.stats.t.ppf(0.5 + p, ν)
    for (const [p, degrees, expected] of [
      [0.25, 3, 0.764892328404345],
      [0.475, 3, 3.1824463052837078],
      [0.49, 5, 3.3649299989072174],
      [0.4999, 3, 22.203742273205],
      [0.4999923706, 3.5, 34.13065311553252],
      [0.001, 10, 0.002569981146866868],
    ] as const) {
      expect(studentQuantile(p, degrees) / expected).toBeCloseTo(1, 8);
    }
    // ν = 1, the Cauchy distribution: tan(πp); ν → ∞, the Gaussian.
    expect(studentQuantile(0.4, 1)).toBeCloseTo(Math.tan(0.4 * Math.PI), 10);
  });

  // By Wendel's theorem the probability is the same for every symmetric distribution, in general position.
  // Of 24 corners of a cube in 12 dimensions two are often opposite; of 44 in 22 hardly ever.
  it.each(DISTRIBUTIONS)('%s: datasets are separable as Wendel says', (distribution) => {
    const law = { ...plain, distribution, ...(distribution === 'studentT' ? { degrees: 3 } : {}) };
    const count = 500;
    const samples = distribution === 'rademacher' ? 44 : 24;
    const figures = [-1, 0, 1].map((step) => {
      const dimensions = samples / 2 + step;
      const expected = separableProbability(samples, dimensions);
      const measured = separable(law, samples, dimensions, count);
      const deviation = (measured - expected) / Math.sqrt((expected * (1 - expected)) / count);
      expect(Math.abs(deviation)).toBeLessThan(3);
      return `${measured} (${expected.toFixed(3)}, ${deviation.toFixed(1)} s.e.)`;
    });
    console.info(`  ${distribution}: ${figures.join(', ')}`);
  });
});

describe('covariance and mean', () => {
  it('scales coordinates by a power law with mean variance 1', () => {
    const scales = scalesOf({ distribution: 'gaussian', spectrum: 1.5, shift: 0 }, 40);
    expect(scales.reduce((sum, s) => sum + s * s, 0)).toBeCloseTo(40, 10);
    expect((scales[7] as number) / (scales[0] as number)).toBeCloseTo(8 ** -0.75, 10);
  });

  it('leaves separability as it is: the covariance is a linear map', () => {
    const [samples, dimensions] = [24, 12];
    for (let seed = 1; seed <= 40; seed++) {
      const kinds = [0, 1].map((spectrum) => {
        const data = { distribution: 'gaussian', spectrum, shift: 0 } as const;
        const id = { seed, samples, dimensions, ensemble: 'independent', data } as const;
        return certify({ data: datasetValues(id), samples, dimensions }).kind;
      });
      expect(kinds[0]).toBe(kinds[1]);
    }
  });

  it('a mean moves λc to where theory has it', () => {
    expect(criticalLambda(0)).toBeCloseTo(0.5, 10);
    const shift = 1;
    const critical = criticalLambda(shift);
    expect(critical).toBeLessThan(0.4);
    const law = { distribution: 'gaussian', spectrum: 0, shift } as const;
    const fractions = [-0.1, 0, 0.1].map((step) =>
      separable(law, 120, Math.round(120 * (critical + step)), 100),
    );
    console.info(`  m = 1: λc ${critical.toFixed(4)}, separable there ${fractions.join(', ')}`);
    // The width of the transition is about 1/(2√N) = 0.046: two of them away it is decided.
    expect(fractions[0]).toBeLessThan(0.1);
    expect(fractions[1]).toBeGreaterThan(0.25);
    expect(fractions[1]).toBeLessThan(0.75);
    expect(fractions[2]).toBeGreaterThan(0.9);
  });

  it('test accuracy is that of fresh samples', () => {
    for (const data of [
      { spectrum: 1 },
      { shift: 0.5 },
      { distribution: 'studentT', degrees: 4 },
      { distribution: 'rademacher', spectrum: 0.5, shift: -0.3 },
    ]) {
      const spec = parseSpec({
        samples: 100,
        sigma: 2,
        x: { over: 'lambda', values: [0.4] },
        y: { over: 'seed', values: [3] },
        horizon: 2,
        until: 'horizon',
        data,
        dynamics: { kind: 'flow', weightDecay: 1e-12 },
      });
      const replica = new SweepPlan(spec).replica(0);
      const { trajectory, weights } = trainFlowInTime(replica);
      const { rows } = trajectory;
      const last = rowCount(rows) - 1;
      // Fresh rows of the same law: another seed, many samples.
      const [samples, d] = [40_000, replica.dimensions];
      const fresh = datasetValues({ ...replica, seed: 99, samples });
      let right = 0;
      for (let i = 0; i < samples; i++) {
        let z = weights[d] as number;
        for (let j = 0; j < d; j++) z += 2 * (fresh[i * d + j] as number) * (weights[j] as number);
        if (z < 0) right++;
      }
      const said = entry(rows, last, Column.clock) / entry(rows, last, Column.uNorm);
      const expected = normalCdf(said);
      const error = Math.sqrt((expected * (1 - expected)) / samples);
      // Three standard errors, and the distance of a sum of 40 terms from a Gaussian.
      expect(Math.abs(right / samples - expected)).toBeLessThan(3 * error + 0.004);
    }
  });
});

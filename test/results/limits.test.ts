import { describe, expect, it } from 'vitest';
import { datasetValues } from '../../src/model/dataset.ts';
import { certify } from '../../src/model/separability/certificate.ts';
import { summaryOf } from '../../src/model/separability/certifier.ts';
import { divergenceLambda, marginOf } from '../../src/model/theory/margin.ts';
import { saddlePoint } from '../../src/model/theory/saddle.ts';
import {
  effectiveLambda,
  finalAccuracyOf,
  limitNormOf,
  marginOfData,
  neverReaches,
} from '../../src/results/limits.ts';

const separable = (kappa: number) => ({ kind: 'separable', lower: kappa, upper: kappa }) as const;
const inseparable = (norm: number) =>
  ({ kind: 'inseparable', norm, objective: 0.5, residual: 0 }) as const;
const undecided = { kind: 'undecided', reason: 'on the edge' } as const;

describe('limits', () => {
  it('never: beyond λ*, and only there', () => {
    for (const [sigma, accuracy] of [
      [5, 0.95],
      [2, 0.99],
    ] as const) {
      const lambda = divergenceLambda(sigma, accuracy);
      expect(neverReaches(separable(marginOf(lambda + 1e-4)), sigma, accuracy)).toBe(true);
      expect(neverReaches(separable(marginOf(lambda - 1e-4)), sigma, accuracy)).toBe(false);
    }
    expect(neverReaches(separable(10), 5, 0.5)).toBe(false);
    expect(neverReaches(inseparable(100), 5, 0.95)).toBe(false);
    expect(neverReaches(undecided, 5, 0.95)).toBe(false);
    expect(neverReaches(undefined, 5, 0.95)).toBe(false);
  });

  it('a bound proves, an estimate does not', () => {
    const straddling = { kind: 'separable', lower: 0.01, upper: 0.1 } as const;
    expect(neverReaches(straddling, 5, 0.95)).toBe(false);
  });

  it('puts a dataset at the λ at which theory has its margin or its norm', () => {
    expect(effectiveLambda(separable(marginOf(0.57)))).toBeCloseTo(0.57, 12);
    expect(effectiveLambda(inseparable(saddlePoint(0.43).norm))).toBeCloseTo(0.43, 10);
    expect(effectiveLambda(undecided)).toBeUndefined();
    // Real data lie about their own λ, by 1/(2√N) or so.
    for (const [lambda, seed] of [
      [0.4, 1],
      [0.6, 2],
    ] as const) {
      const [samples, dimensions] = [400, Math.round(400 * lambda)];
      const data = datasetValues({ seed, samples, dimensions, ensemble: 'independent' });
      const at = effectiveLambda(summaryOf(certify({ data, samples, dimensions })));
      expect(Math.abs((at as number) - lambda)).toBeLessThan(3 / (2 * Math.sqrt(samples)));
    }
  });

  it('what is infinite or zero on the other side of the edge', () => {
    expect(limitNormOf(separable(0.1))).toBe(Infinity);
    expect(limitNormOf(inseparable(3))).toBe(3);
    expect(marginOfData(inseparable(3))).toBe(0);
    expect(finalAccuracyOf(inseparable(3), 5)).toBe(1);
    expect(finalAccuracyOf(separable(0.02468), 5)).toBeCloseTo(0.9474, 3);
    for (const f of [limitNormOf, marginOfData]) expect(f(undecided)).toBeUndefined();
    expect(finalAccuracyOf(undecided, 5)).toBeUndefined();
  });
});

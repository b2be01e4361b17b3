import { describe, expect, it } from 'vitest';
import { erfc, normalCdf, normalQuantile } from '../../src/model/normal.ts';
import { maxTrainErrors, testAccuracy, testLoss } from '../../src/model/observables.ts';

describe('normal distribution', () => {
  it('has the tabulated values of erfc', () => {
    // Abramowitz & Stegun table 7.1 and NIST DLMF 7.23, 16 digits.
    for (const [x, value] of [
      [0, 1],
      [0.5, 0.4795001221869535],
      [1, 0.15729920705028513],
      [2, 0.004677734981047266],
      [3, 2.209049699858544e-5],
      [5, 1.5374597944280349e-12],
      [10, 2.088487583762545e-45],
    ] as const) {
      expect(Math.abs(erfc(x) / value - 1)).toBeLessThan(1e-13);
      expect(erfc(-x)).toBeCloseTo(2 - value, 14);
    }
    expect([erfc(Infinity), erfc(-Infinity)]).toEqual([0, 2]);
  });

  it('is continuous where the methods change', () => {
    expect(Math.abs(erfc(2 - 1e-12) / erfc(2 + 1e-12) - 1)).toBeLessThan(1e-10);
  });

  it('inverts its distribution function', () => {
    for (const p of [1e-12, 1e-6, 0.01, 0.074, 0.076, 0.3, 0.5, 0.7, 0.95, 0.999999]) {
      expect(Math.abs(normalCdf(normalQuantile(p)) / p - 1)).toBeLessThan(1e-12);
    }
    expect([normalQuantile(0), normalQuantile(1)]).toEqual([-Infinity, Infinity]);
  });
});

describe('observables', () => {
  it('has the test accuracy of a Gaussian', () => {
    expect(testAccuracy(1.6448536269514722, 1)).toBeCloseTo(0.95, 12);
    expect(testAccuracy(5, 0)).toBe(1);
  });

  it('counts the errors that an accuracy allows', () => {
    expect(maxTrainErrors(0.95, 64)).toBe(3);
    expect(maxTrainErrors(0.9, 50)).toBe(5); // (1 − 0.9)·50 is 4.999… in floating point
    expect(maxTrainErrors(1, 64)).toBe(0);
  });

  /** E log(1 + e^z) by the trapezoidal rule on a fine grid, which converges fast for an entire integrand. */
  function bruteForce(bias: number, n: number): number {
    let sum = 0;
    const step = 1e-4 / Math.max(1, n / 10);
    for (let x = -40; x <= 40; x += step * 10) {
      const z = bias + n * x;
      const softplus = Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));
      sum += softplus * Math.exp(-0.5 * x * x);
    }
    return (sum * step * 10) / Math.sqrt(2 * Math.PI);
  }

  it('has the test loss of a brute-force integral', () => {
    for (const [clock, n] of [
      [0, 0.1],
      [0, 1],
      [0.5, 3],
      [5, 2],
      [3, 10],
      [30, 6],
      [20, 25],
      [48, 157],
      [60, 0.5],
    ] as const) {
      expect(Math.abs(testLoss(clock, n) / bruteForce(-clock, n) - 1)).toBeLessThan(1e-8);
    }
  });

  it('has the limits of the test loss', () => {
    expect(testLoss(0, 0)).toBeCloseTo(Math.LN2, 14);
    // For θ ≫ ‖u‖², log(1+e^z) → e^z, whose mean is e^{−θ + ‖u‖²/2}.
    expect(testLoss(400, 5) / Math.exp(-400 + 12.5)).toBeCloseTo(1, 10);
  });
});

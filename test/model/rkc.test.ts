import { describe, expect, it } from 'vitest';
import { MAX_STAGES, stabilityLimit, stageCoefficients, stagesFor } from '../../src/model/rkc.ts';

/** One step of length 1 for y' = f(t, y) from y(0) = y0; returns y(1) − y0. */
function increment(stages: number, y0: number, f: (t: number, y: number) => number): number {
  let d = 0;
  let previous = 0;
  const first = f(0, y0);
  let last = first;
  for (const { mu, nu, muTilde, gammaTilde, c } of stageCoefficients(stages)) {
    const next = mu * d + nu * previous + muTilde * last + gammaTilde * first;
    [previous, d] = [d, next];
    last = f(c, y0 + next);
  }
  return d;
}

describe('RKC2', () => {
  it.each([2, 3, 5, 17, MAX_STAGES])('is of second order with %i stages', (s) => {
    expect(increment(s, 0, () => 1)).toBeCloseTo(1, 10);
    expect(increment(s, 0, (t) => 2 * t)).toBeCloseTo(1, 10);
    // Exact for e^{z} up to z²/2: the remainder is at most that of e^{z}, and 0 with two stages.
    const remainder = (z: number): number => increment(s, 1, (_, y) => z * y) - (z + (z * z) / 2);
    for (const z of [-0.01, -0.1, -0.3]) {
      expect(Math.abs(remainder(z))).toBeLessThan(Math.abs(z) ** 3 / 6 + 1e-12);
    }
  });

  it.each([2, 3, 10, 40, MAX_STAGES])('is stable up to its limit with %i stages', (s) => {
    const limit = stabilityLimit(s);
    for (let k = 1; k <= 500; k++) {
      const z = (-limit * k) / 500;
      expect(Math.abs(1 + increment(s, 1, (_, y) => z * y))).toBeLessThan(1);
    }
  });

  it('takes the least number of stages that is stable', () => {
    for (const x of [0, 0.5, 1.9, 2, 50, 1000]) {
      const s = stagesFor(x);
      expect(stabilityLimit(s)).toBeGreaterThanOrEqual(x);
      if (s > 2) expect(stabilityLimit(s - 1)).toBeLessThan(x);
    }
  });
});

import { describe, expect, it } from 'vitest';
import { runFlow } from '../../src/cpu/flow.ts';
import { normalCdf } from '../../src/model/normal.ts';
import type { Replica } from '../../src/model/replica.ts';
import { logConformalTime } from '../../src/model/theory/conformal.ts';
import { lambertOfExp } from '../../src/model/theory/lambert.ts';
import { lateClock, lateTestTime, separableRates } from '../../src/model/theory/late.ts';
import {
  criticalMargin,
  divergenceLambda,
  finalTestAccuracy,
  lambdaOfMargin,
  marginOf,
} from '../../src/model/theory/margin.ts';
import {
  edgeWeight,
  limitObjective,
  limitWeight,
  twoPoints,
} from '../../src/model/theory/one-dimensional.ts';
import { root } from '../../src/model/theory/root.ts';
import { saddlePoint, saddlePointOfNorm } from '../../src/model/theory/saddle.ts';
import { separableProbability } from '../../src/model/theory/wendel.ts';
import { Column, entry, rowCount } from '../../src/model/trajectory.ts';

/** 2^{1−N} Σ_{k<d} C(N−1, k) in exact arithmetic, rounded once. */
function exactWendel(samples: number, dimensions: number): number {
  let term = 1n;
  let sum = 0n;
  for (let k = 0n; k < BigInt(dimensions) && k < BigInt(samples); k++) {
    sum += term;
    term = (term * (BigInt(samples) - 1n - k)) / (k + 1n);
  }
  return Number(sum) / 2 ** (samples - 1); // sums stay below 2^60: their rounding is 1e-16
}

describe('Wendel', () => {
  it('is exact for every N up to 60 and every d', () => {
    let worst = 0;
    for (let n = 1; n <= 60; n++) {
      for (let d = 1; d <= n + 2; d++) {
        const exact = exactWendel(n, d);
        worst = Math.max(worst, Math.abs(separableProbability(n, d) / exact - 1));
      }
    }
    console.info(`  Wendel's probability, N ≤ 60: worst relative error ${worst.toExponential(1)}`);
    expect(worst).toBeLessThan(1e-12);
  });

  it('does not overflow at N = 40 000', () => {
    expect(separableProbability(40_000, 20_000)).toBeCloseTo(0.5, 14);
    // P(N, d) + P(N, N − d) = 1: the binomial is symmetric.
    for (const d of [19_000, 19_800, 19_990]) {
      const sum = separableProbability(40_000, d) + separableProbability(40_000, 40_000 - d);
      expect(sum).toBeCloseTo(1, 14);
      // De Moivre and Laplace, with half a step of continuity; the next term is of order 1/N.
      const z = (2 * (d - 0.5) - 39_999) / Math.sqrt(39_999);
      expect(separableProbability(40_000, d) / normalCdf(z)).toBeCloseTo(
        1,
        Math.abs(z) > 5 ? 1 : 3,
      );
    }
    expect(separableProbability(40_000, 1)).toBe(0); // 2^{−39 999}
  });

  it('refuses what is no dataset', () => {
    expect(() => separableProbability(0, 1)).toThrow(/samples: got 0; expected a whole number/);
    expect(() => separableProbability(10, 2.5)).toThrow(/dimensions: got 2.5/);
  });
});

describe('the separable side', () => {
  it.each([
    [0.52, 0.02468, 0.9474],
    [0.55, 0.06035, 0.7463],
    [0.6, 0.11655, 0.6343],
    [0.7, 0.21889, 0.5725],
    [0.8, 0.31058, undefined],
  ])('margin and final accuracy at λ %f', (lambda, kappa, accuracy) => {
    expect(marginOf(lambda)).toBeCloseTo(kappa, 5);
    expect(lambdaOfMargin(marginOf(lambda))).toBeCloseTo(lambda, 13);
    if (accuracy) expect(finalTestAccuracy(marginOf(lambda), 5)).toBeCloseTo(accuracy, 4);
  });

  it.each([
    [5, 0.95, 0.5197],
    [5, 0.9, 0.52539],
    [5, 0.99, 0.51387],
    [10, 0.95, 0.50487],
    [2, 0.95, 0.63329],
  ])('λ* at σ %f, a %f', (sigma, accuracy, lambda) => {
    expect(divergenceLambda(sigma, accuracy)).toBeCloseTo(lambda, 5);
    // There the final accuracy is just a.
    const final = finalTestAccuracy(marginOf(divergenceLambda(sigma, accuracy)), sigma);
    expect(final).toBeCloseTo(accuracy, 10);
  });

  it('has no margin below the edge, and every λ above it', () => {
    expect(marginOf(0.3)).toBe(0);
    expect(marginOf(0.5)).toBe(0);
    expect(finalTestAccuracy(marginOf(0.4), 5)).toBe(1);
    for (const lambda of [0.5 + 1e-9, 1, 10, 1e5]) {
      expect(lambdaOfMargin(marginOf(lambda)) / lambda).toBeCloseTo(1, 12);
    }
    expect(divergenceLambda(1000, 0.95)).toBeCloseTo(0.5, 5);
  });

  it('refuses what has no meaning', () => {
    expect(() => marginOf(-1)).toThrow(/lambda: got -1; expected/);
    expect(() => criticalMargin(5, 0.5)).toThrow(/accuracy: got 0.5; expected/);
  });
});

describe('the inseparable side', () => {
  it.each([
    [0.2, 0.66601, undefined],
    [0.3, 1.10961, 0.7945],
    [0.4, 2.06963, 0.67419],
    [0.45, 3.37685, 0.58532],
    [0.48, 5.88251, 0.50634],
    [0.49, 8.64881, undefined],
  ])('‖u∞‖ and E∞ at λ %f', (lambda, norm, objective) => {
    const saddle = saddlePoint(lambda);
    expect(saddle.norm).toBeCloseTo(norm, 5);
    if (objective) expect(saddle.objective).toBeCloseTo(objective, 5);
  });

  it('diverges as (0.857/(½ − λ))^{1/2}', () => {
    for (const lambda of [0.4999, 0.49999]) {
      const { norm } = saddlePoint(lambda);
      expect(norm * norm * (0.5 - lambda)).toBeCloseTo(0.857, 1);
    }
    // The constant itself, far out: corrections fall like the inverse norm.
    const far = saddlePointOfNorm(900);
    expect(far.norm ** 2 * (0.5 - far.lambda)).toBeCloseTo(0.857, 2);
  });

  it('inverts: λ of the norm of λ', () => {
    for (const lambda of [1e-4, 0.1, 0.33, 0.495]) {
      expect(saddlePointOfNorm(saddlePoint(lambda).norm).lambda).toBeCloseTo(lambda, 11);
    }
    expect(() => saddlePoint(0.5)).toThrow(/lambda: got 0.5; expected/);
    expect(() => saddlePointOfNorm(0)).toThrow(/norm: got 0; expected/);
  });

  it('evaluates W(e^y) from y, without overflow', () => {
    for (const y of [-700, -3, 0, 1, 2.5, 40]) {
      const w = lambertOfExp(y);
      expect((w * Math.exp(w)) / Math.exp(y)).toBeCloseTo(1, 12);
    }
    const w = lambertOfExp(1e6);
    expect(w + Math.log(w)).toBeCloseTo(1e6, 8);
  });

  it('late times: b and t_test', () => {
    // (e^{1.644854·5.88251} − 1)/0.50634 by hand.
    expect(lateTestTime(0.95, 5.88251, 0.50634)).toBeCloseTo(4.4978, 3);
    expect(lateTestTime(0.95, 1e4, 0.4)).toBeCloseTo((16448.536 - Math.log(0.4)) / Math.LN10, 2);
    expect(lateClock(Math.log1p(1000), 0.5)).toBeCloseTo(Math.log(501), 12);
    expect(lateClock(500, 0.5)).toBeCloseTo(500 + Math.log(0.5), 12);
    // The two agree: at t_test the clock is Φ⁻¹(a)‖u∞‖.
    const log10t = lateTestTime(0.9, 2.07, 0.674);
    expect(normalCdf(lateClock(Math.log1p(10 ** log10t), 0.674) / 2.07)).toBeCloseTo(0.9, 10);
    // Above the edge, the ratio of the two rates is that of the final accuracy.
    const { clock, uNorm } = separableRates(0.02468, 5);
    expect(normalCdf(clock / uNorm)).toBeCloseTo(finalTestAccuracy(0.02468, 5), 12);
  });
});

describe('the one-dimensional model', () => {
  it('u∞ minimises the objective, and E∞ is its minimum', () => {
    for (const lambda of [0.1, 0.3, 0.45, 0.499]) {
      const points = twoPoints(lambda);
      const objective = (u: number): number =>
        points.reduce((sum, x) => sum + Math.exp(u * x), 0) / 2;
      const u = limitWeight(lambda);
      expect(limitObjective(lambda)).toBeCloseTo(objective(u), 14);
      for (const shift of [-1e-3, 1e-3]) {
        expect(objective(u + shift)).toBeGreaterThan(objective(u));
      }
    }
    expect(() => limitWeight(0.5)).toThrow(/lambda: got 0.5; expected/);
  });

  it('on the edge the weight solves e^u + u = 1 + σ²θ', () => {
    for (const [clock, sigma] of [
      [0, 3],
      [0.01, 2],
      [7, 5],
      [700, 1],
    ] as const) {
      const u = edgeWeight(clock, sigma);
      expect(Math.exp(u) + u).toBeCloseTo(1 + sigma * sigma * clock, 9);
    }
  });
});

describe('conformal time', () => {
  it('is θ + 1 − e^{−θ} where the weights cannot move', () => {
    // All points at the origin: dθ/dt = 1/(1 + e^θ), so τ = ∫ e^{−θ} dt = ∫ (1 + e^{−θ}) dθ.
    const replica: Replica = {
      index: 0,
      seed: 1,
      samples: 2,
      dimensions: 1,
      given: [0, 0],
      ensemble: 'twoPoint',
      sigma: 1,
      dynamics: 'flow',
      tolerance: 'default',
      horizon: 40,
      goal: null,
    };
    const { rows, failure } = runFlow(replica);
    expect(failure).toBeNull();
    const logs = logConformalTime(rows);
    let worst = 0;
    for (let k = 1; k < rowCount(rows); k++) {
      const clock = entry(rows, k, Column.clock);
      worst = Math.max(
        worst,
        Math.abs((logs[k] as number) - Math.log(clock + 1 - Math.exp(-clock))),
      );
    }
    // Error of t itself at default tolerance: 10 · 2e-4 a step.
    expect(worst).toBeLessThan(3e-3);
    expect(logs[0]).toBe(-Infinity);
  });
});

describe('root', () => {
  it('finds one, and says when there is no change of sign', () => {
    expect(root((x) => x ** 3 - 2, 0, 100)).toBeCloseTo(Math.cbrt(2), 14);
    expect(root((x) => x, 0, 1)).toBe(0);
    expect(() => root((x) => x * x + 1, -1, 1)).toThrow(/no change of sign between -1 and 1/);
  });
});

import { describe, expect, it } from 'vitest';
import { runFlow } from '../../src/cpu/flow.ts';
import { datasetValues } from '../../src/model/dataset.ts';
import type { Replica } from '../../src/model/replica.ts';
import { certify } from '../../src/model/separability/certificate.ts';
import { summaryOf } from '../../src/model/separability/certifier.ts';
import { accumulate, norm, type Points, project } from '../../src/model/separability/points.ts';
import { lateTestTime } from '../../src/model/theory/late.ts';
import { divergenceLambda, marginOf } from '../../src/model/theory/margin.ts';
import { saddlePoint } from '../../src/model/theory/saddle.ts';
import { pathPoint, pathTestTime, placeOf } from '../../src/model/theory/settling.ts';
import { Column, entry, rowCount } from '../../src/model/trajectory.ts';
import { effectiveLambda } from '../../src/results/limits.ts';

function replicaOf(samples: number, lambda: number, dynamics: 'flow' | 'conformal'): Replica {
  const dimensions = Math.round(lambda * samples);
  const data = { samples, dimensions, seed: 1, ensemble: 'independent' } as const;
  const run = {
    index: 0,
    sigma: 5,
    dynamics,
    tolerance: 'default',
    horizon: 1.3,
    goal: null,
  } as const;
  return { ...data, ...run };
}

const SAMPLES = 600;

/** By which the λ of datasets scatters. */
const SCATTER = 1 / (2 * Math.sqrt(SAMPLES));

/** The minimiser of log (1/N) Σ exp(u·g) + ‖u‖²/2r by plain descent: its norm, and the first term. */
function ridgeMinimiser(points: Points, r: number): { norm: number; logObjective: number } {
  const { samples, dimensions } = points;
  const u = new Float64Array(dimensions);
  const z = new Float64Array(samples);
  let logObjective = 0;
  for (let k = 0; k < 400; k++) {
    for (let i = 0; i < samples; i++) z[i] = project(points, i, u);
    const sum = z.reduce((total, each) => total + Math.exp(each), 0);
    logObjective = Math.log(sum / samples);
    const slope = u.map((each) => each / r);
    for (let i = 0; i < samples; i++) accumulate(points, i, Math.exp(z[i] as number) / sum, slope);
    // The Hessian is at most the largest eigenvalue of the weighted covariance, below 3, and 1/r.
    for (let j = 0; j < dimensions; j++) u[j] = (u[j] as number) - 0.3 * (slope[j] as number);
  }
  return { norm: norm(u), logObjective };
}

describe('the path on which weights settle', () => {
  it('starts along the mean of the data, whose norm is √λ', () => {
    for (const lambda of [0.3, 0.5, 0.8]) {
      // The next term is of relative order q.
      expect((pathPoint(lambda, 1e-4).ridge * Math.sqrt(lambda)) / 1e-4).toBeCloseTo(1, 3);
    }
  });

  it('ends at the saddle point below the edge', () => {
    for (const lambda of [0.2, 0.4, 0.48]) {
      const { norm: end, objective } = saddlePoint(lambda);
      expect(pathPoint(lambda, end * (1 - 1e-6)).ridge).toBeGreaterThan(1e5);
      expect(pathPoint(lambda, end * (1 + 1e-6)).ridge).toBeLessThan(0);
      // The quadrature of the path is good to 3e-9.
      expect(Math.exp(pathPoint(lambda, end).logObjective) / objective).toBeCloseTo(1, 7);
    }
  });

  it('follows the margin above it', () => {
    for (const lambda of [0.52, 0.6, 0.8]) {
      // The correction to κ falls like 1/q².
      const q = 1000;
      expect(q / pathPoint(lambda, q).ridge / marginOf(lambda)).toBeCloseTo(1, 4);
    }
  });

  it('is that of ridge minimisers of a large dataset, on both sides', () => {
    for (const lambda of [0.4, 0.55]) {
      const replica = replicaOf(SAMPLES, lambda, 'flow');
      const points = { ...replica, data: datasetValues(replica) };
      for (const r of [2, 10, 40]) {
        const measured = ridgeMinimiser(points, r);
        const place = placeOf(measured.norm, measured.norm / r);
        const { logObjective } = pathPoint(place, measured.norm);
        // Three standard errors of a dataset.
        expect(Math.abs(place - lambda)).toBeLessThan(3 * SCATTER);
        expect(Math.abs(logObjective - measured.logObjective)).toBeLessThan(0.03);
      }
    }
  });

  it('is followed by gradient flow without bias: its place is the one of its certificate', () => {
    for (const lambda of [0.45, 0.55]) {
      const replica = replicaOf(SAMPLES, lambda, 'conformal');
      const points = { ...replica, data: datasetValues(replica) };
      const own = effectiveLambda(summaryOf(certify(points))) as number;
      const { rows } = runFlow(replica);
      let worst = 0;
      let last = Number.NaN;
      for (let row = 0; row < rowCount(rows); row++) {
        const q = entry(rows, row, Column.uNorm);
        if (q < 2) continue;
        const growth = entry(rows, row, Column.uNormSlope) / replica.sigma ** 2;
        last = Math.abs(placeOf(q, growth) - own);
        worst = Math.max(worst, last);
      }
      console.info(
        `  d = ${lambda}N, own λ ${own.toFixed(4)}: told from ‖u‖ = 2 on within ${worst.toFixed(4)}, in the end ${last.toFixed(4)}`,
      );
      // Closer than datasets scatter about their λ, and in the end ten times closer.
      expect(worst).toBeLessThan(SCATTER);
      expect(last).toBeLessThan(SCATTER / 10);
    }
  });

  it('gives a place to a norm and its growth', () => {
    for (const lambda of [0.2, 0.45, 0.5, 0.52, 0.7]) {
      for (const q of [0.01, 0.5, 3, 20]) {
        const { ridge } = pathPoint(lambda, q);
        if (ridge > 0) expect(placeOf(q, q / ridge)).toBeCloseTo(lambda, 7);
      }
    }
  });
});

describe('what no path has', () => {
  it('is refused', () => {
    for (const [q, growth] of [
      [0, 1],
      [2000, 1],
      [1, 0],
      [1, 11],
      [1, Number.NaN],
    ] as const) {
      expect(() => placeOf(q, growth)).toThrow(RangeError);
    }
    // So close to λ* the bias overtakes weights of a norm above 1000 only.
    expect(pathTestTime(divergenceLambda(5, 0.55) - 1e-9, 5, 0.55, 300)).toBeNaN();
  });
});

describe('the time predicted by the path', () => {
  it('is that of settled weights where they have settled', () => {
    for (const lambda of [0.1, 0.2, 0.3]) {
      const { norm: end, objective } = saddlePoint(lambda);
      const late = lateTestTime(0.999999, end, objective);
      // E falls to E∞ on the way, and until then time runs slower: it can only be earlier by the path.
      const told = pathTestTime(lambda, 5, 0.999999, 30);
      expect(told).toBeLessThanOrEqual(late + 0.006);
      expect(told).toBeGreaterThan(late - 0.05);
    }
  });

  it('is earlier near the edge, where they have not', () => {
    const { norm: end, objective } = saddlePoint(0.495);
    expect(pathTestTime(0.495, 5, 0.95, 30)).toBeLessThan(lateTestTime(0.95, end, objective) - 1);
  });

  it('diverges at λ*, on the separable side', () => {
    for (const [sigma, accuracy] of [
      [5, 0.95],
      [2, 0.9],
    ] as const) {
      const edge = divergenceLambda(sigma, accuracy);
      const times = [0.9, 0.5, 0.3].map((share) =>
        pathTestTime(edge - share * (edge - 0.5), sigma, accuracy, 300),
      );
      expect(times.every(Number.isFinite)).toBe(true);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
      expect(pathTestTime(edge, sigma, accuracy, 300)).toBe(Infinity);
      expect(pathTestTime(edge + 0.1, sigma, accuracy, 300)).toBe(Infinity);
    }
  });

  it('grows with λ and with a, and ends at the horizon', () => {
    const times = [0.3, 0.4, 0.45, 0.48, 0.49, 0.5, 0.505].map((l) => pathTestTime(l, 5, 0.95, 60));
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(pathTestTime(0.48, 5, 0.99, 60)).toBeGreaterThan(pathTestTime(0.48, 5, 0.95, 60) + 1);
    const at = times[3] as number;
    expect(pathTestTime(0.48, 5, 0.95, at + 0.01)).toBe(at);
    expect(pathTestTime(0.48, 5, 0.95, at - 0.01)).toBe(Infinity);
    // Φ(1/(σ²√λ)) at the start: for σ = 0.5 it is above 0.95 already.
    expect(pathTestTime(0.48, 0.5, 0.95, 60)).toBe(-Infinity);
  });
});

import { describe, expect, it } from 'vitest';
import { datasetValues } from '../../src/model/dataset.ts';
import {
  type Certificate,
  certify,
  checkCertificate,
} from '../../src/model/separability/certificate.ts';
import { nearestHullPoint } from '../../src/model/separability/hull.ts';
import { minimise } from '../../src/model/separability/minimiser.ts';
import { norm, type Points } from '../../src/model/separability/points.ts';
import { limitObjective, limitWeight } from '../../src/model/theory/one-dimensional.ts';
import { separableProbability } from '../../src/model/theory/wendel.ts';

function gaussian(samples: number, dimensions: number, seed: number): Points {
  const data = datasetValues({ seed, samples, dimensions, ensemble: 'independent' });
  return { data, samples, dimensions };
}

const given = (dimensions: number, ...data: number[]): Points => ({
  data: Float32Array.from(data),
  samples: data.length / dimensions,
  dimensions,
});

/**
 * The margin by another method than the one under test: Mitchell, Demyanov and Malozemov move weight
 * from the worst point of the support to the best point of all, which converges from above.
 */
function marginByExchange({ data, samples, dimensions }: Points): [number, number] {
  const row = (i: number): Float32Array => data.subarray(i * dimensions, (i + 1) * dimensions);
  const p = new Float64Array(samples);
  p[0] = 1;
  const v = Float64Array.from(row(0));
  for (let step = 0; step < 2_000_000; step++) {
    let [best, worst] = [0, -1];
    const heights = Array.from({ length: samples }, (_, i) =>
      row(i).reduce((sum, x, j) => sum + x * (v[j] as number), 0),
    );
    for (let i = 0; i < samples; i++) {
      if ((heights[i] as number) < (heights[best] as number)) best = i;
      const held = (p[i] as number) > 0;
      if (held && (worst < 0 || (heights[i] as number) > (heights[worst] as number))) worst = i;
    }
    const gap = (heights[worst] as number) - (heights[best] as number);
    const length = Math.hypot(...v);
    if (gap <= 1e-9 * length * length) return [(heights[best] as number) / length, length];
    const edge = Float64Array.from(row(best), (x, j) => x - (row(worst)[j] as number));
    const square = edge.reduce((sum, x) => sum + x * x, 0);
    const share = Math.min(p[worst] as number, gap / square);
    p[worst] = share === p[worst] ? 0 : (p[worst] as number) - share;
    p[best] = (p[best] as number) + share;
    for (let j = 0; j < dimensions; j++) v[j] = (v[j] as number) + share * (edge[j] as number);
  }
  throw new Error('the exchange did not converge');
}

describe('certificates', () => {
  it('1000 random datasets: one way each, none both, as often as Wendel says', () => {
    let [separable, expected, variance, slowest] = [0, 0, 0, 0];
    const problems: string[] = [];
    for (let k = 0; k < 1000; k++) {
      const samples = 8 + ((k * 61) % 249);
      const dimensions = Math.max(1, Math.round((0.3 + (0.5 * k) / 999) * samples));
      const points = gaussian(samples, dimensions, k);
      const start = performance.now();
      const certificate = certify(points);
      slowest = Math.max(slowest, performance.now() - start);
      const wrong = checkCertificate(points, certificate);
      if (wrong) problems.push(`${samples} × ${dimensions}, seed ${k}: ${wrong}`);
      // The other proof must not exist.
      const both =
        certificate.kind === 'separable'
          ? minimise(points) !== undefined
          : nearestHullPoint(points).lower > 0;
      if (both) problems.push(`${samples} × ${dimensions}, seed ${k}: certified both ways`);
      if (certificate.kind === 'separable') separable++;
      const p = separableProbability(samples, dimensions);
      expected += p;
      variance += p * (1 - p);
    }
    const deviation = (separable - expected) / Math.sqrt(variance);
    console.info(
      `  ${separable} of 1000 separable, Wendel ${expected.toFixed(1)}: ${deviation.toFixed(2)} standard errors; slowest ${slowest.toFixed(0)} ms`,
    );
    expect(problems).toEqual([]);
    expect(Math.abs(deviation)).toBeLessThan(3);
  }, 300_000);

  it('margins of 20 datasets agree with another solver', () => {
    let worst = 0;
    let compared = 0;
    for (let seed = 1; compared < 20; seed++) {
      const points = gaussian(30 + seed, Math.round(0.7 * (30 + seed)), seed);
      const certificate = certify(points);
      if (certificate.kind !== 'separable') continue;
      compared++;
      const [lower, upper] = marginByExchange(points);
      // Both are brackets of the same number.
      expect(certificate.lower).toBeLessThanOrEqual(upper * (1 + 1e-12));
      expect(certificate.upper).toBeGreaterThanOrEqual(lower * (1 - 1e-12));
      worst = Math.max(worst, Math.abs(certificate.upper / upper - 1));
      expect(certificate.upper - certificate.lower).toBeLessThanOrEqual(1e-6 * certificate.upper);
    }
    console.info(`  margins: worst relative difference ${worst.toExponential(1)}`);
    expect(worst).toBeLessThan(1e-6);
  });

  it('the minimiser has a gradient of zero, and is a minimum', () => {
    const points = gaussian(100, 40, 5);
    const end = minimise(points);
    if (!end) throw new Error('no minimum');
    const value = (u: Float64Array): number => {
      let sum = 0;
      for (let i = 0; i < 100; i++) {
        let z = 0;
        for (let j = 0; j < 40; j++) z += (points.data[i * 40 + j] as number) * (u[j] as number);
        sum += Math.exp(z);
      }
      return sum / 100;
    };
    expect(value(end.u)).toBeCloseTo(end.objective, 13);
    for (let j = 0; j < 40; j += 7) {
      for (const shift of [-1e-3, 1e-3]) {
        const moved = end.u.slice();
        moved[j] = (moved[j] as number) + shift;
        expect(value(moved)).toBeGreaterThan(end.objective);
      }
    }
  });

  it('the one-dimensional model in closed form, and the edge itself undecided', () => {
    const below = certify(given(1, -1, 0.25));
    if (below.kind !== 'inseparable') throw new Error(below.kind);
    expect(norm(below.minimiser)).toBeCloseTo(limitWeight(0.375), 12);
    expect(below.objective).toBeCloseTo(limitObjective(0.375), 12);
    const above = certify(given(1, -1, -0.25));
    if (above.kind !== 'separable') throw new Error(above.kind);
    expect([above.lower, above.upper, above.direction[0]]).toEqual([0.25, 0.25, -1]);
    expect(certify(given(1, -1, 0))).toMatchObject({
      kind: 'undecided',
      reason: expect.stringContaining('on the boundary of the hull'),
    });
  });

  it('decides data that miss the edge by next to nothing', () => {
    // The margin of this one is 2.6e-5, a thousandth of what is usual.
    const near = gaussian(256, 123, 9);
    const certificate = certify(near);
    expect(checkCertificate(near, certificate)).toBeNull();
    expect(certificate).toMatchObject({ kind: 'separable', upper: expect.closeTo(2.596e-5, 8) });
    // A sample 1e-7 below the supporting plane; and one so far behind that its weight underflows.
    for (const [samples, dimensions, seed] of [
      [81, 41, 403],
      [72, 34, 14356],
    ] as const) {
      const points = gaussian(samples, dimensions, seed);
      expect(checkCertificate(points, certify(points))).toBeNull();
    }
    // The triangle around the origin, moved until one side passes it at a distance of ε.
    for (const epsilon of [2 ** -12, 2 ** -18, 2 ** -24]) {
      const out = given(2, 1, epsilon, -1, epsilon, 0.25, 3);
      const outside = certify(out);
      if (outside.kind !== 'separable') throw new Error(outside.kind);
      expect(outside.upper / epsilon).toBeCloseTo(1, 7);
      expect(checkCertificate(out, outside)).toBeNull();
      const inn = given(2, 1, -epsilon, -1, -epsilon, 0.25, 3);
      expect(certify(inn).kind).toBe('inseparable');
      expect(checkCertificate(inn, certify(inn))).toBeNull();
    }
  });

  it('takes awkward data', () => {
    // More dimensions than samples: always separable.
    expect(certify(gaussian(5, 40, 1)).kind).toBe('separable');
    // A single point, the same point many times, a point and its opposite, a triangle around 0.
    expect(certify(given(2, 3, 4))).toMatchObject({ kind: 'separable', upper: 5 });
    expect(certify(given(2, 3, 4, 3, 4, 3, 4)).kind).toBe('separable');
    expect(certify(given(2, 1, 1, -1, -1)).kind).not.toBe('separable');
    expect(certify(given(2, 1, 0, -1, 1, -1, -1)).kind).toBe('inseparable');
    expect(certify(given(1, 0, 0)).kind).not.toBe('separable');
    // A square seen from outside: the nearest point lies inside an edge.
    const square = certify(given(2, 1, -1, 1, 2, 3, -1, 3, 2));
    expect(square).toMatchObject({ kind: 'separable' });
    if (square.kind === 'separable') expect(square.upper).toBeCloseTo(1, 12);
  });

  it('a certificate that was tampered with does not pass', () => {
    const outside = gaussian(40, 30, 1);
    const separable = certify(outside);
    const around = gaussian(60, 20, 1);
    const inseparable = certify(around);
    if (separable.kind !== 'separable' || inseparable.kind !== 'inseparable') throw new Error();
    expect(checkCertificate(outside, separable)).toBeNull();
    expect(checkCertificate(around, inseparable)).toBeNull();
    const change = (vector: Float64Array, by: (x: number, k: number) => number): Float64Array =>
      vector.map(by);
    const cases: [Points, Certificate, RegExp][] = [
      [outside, { ...separable, direction: change(separable.direction, (x) => -x) }, /lies at -/],
      [outside, { ...separable, direction: change(separable.direction, (x) => 2 * x) }, /unit/],
      [
        outside,
        { ...separable, weights: change(separable.weights, (_, k) => (k < 30 ? 1 / 30 : 0)) },
        /do not meet/,
      ],
      [outside, { ...separable, weights: change(separable.weights, (x) => x / 2) }, /sum to 0\.5/],
      [around, { ...inseparable, weights: change(inseparable.weights, () => 1 / 60) }, /length/],
      [
        around,
        { ...inseparable, weights: change(inseparable.weights, (x, k) => x * (k ? 1 : -1)) },
        /sum to|not positive/,
      ],
      // A proof for other data.
      [around, separable, /./],
      [gaussian(60, 20, 2), inseparable, /length/],
      [around, { kind: 'undecided', reason: '' }, /decides nothing/],
    ];
    for (const [points, certificate, message] of cases) {
      expect(checkCertificate(points, certificate)).toMatch(message);
    }
  });
});

import { describe, expect, it } from 'vitest';
import { runFlow } from '../../src/cpu/flow.ts';
import { datasetValues } from '../../src/model/dataset.ts';
import { normalQuantile } from '../../src/model/normal.ts';
import { certify } from '../../src/model/separability/certificate.ts';
import { summaryOf } from '../../src/model/separability/certifier.ts';
import { saddlePoint } from '../../src/model/theory/saddle.ts';
import { COLUMNS, Column, entry, logTime, rowCount } from '../../src/model/trajectory.ts';
import { effectiveLambda } from '../../src/results/limits.ts';
import {
  predictFromAccuracy,
  predictFromCertificate,
  predictFromPlace,
  predictFromRun,
} from '../../src/results/prediction.ts';
import { testTime } from '../../src/results/times.ts';
import { referenceReplicas, referenceTime } from '../conformance/reference.ts';

const QUESTION = { sigma: 5, accuracy: 0.95, horizon: 30 };

/** Reference runs near the edge whose weights are larger than 1: those in question. */
const replicas = referenceReplicas('default').filter(
  ({ samples, dimensions, sigma, ensemble }) =>
    samples >= 128 && sigma >= 5 && ensemble === 'independent' && dimensions / samples >= 0.4,
);

/** A record whose rows are given by time: θ, ‖u‖ and d‖u‖/dθ at log10 t. */
function recordOf(
  times: readonly number[],
  state: (log10t: number) => { clock: number; norm: number; slope: number },
): Float32Array {
  const rows = new Float32Array(times.length * COLUMNS);
  times.forEach((log10t, row) => {
    const { clock, norm, slope } = state(log10t);
    rows[row * COLUMNS + Column.clock] = clock;
    rows[row * COLUMNS + Column.log1pTime] = Math.log1p(10 ** log10t);
    rows[row * COLUMNS + Column.uNorm] = norm;
    rows[row * COLUMNS + Column.uNormSlope] = slope;
    rows[row * COLUMNS + Column.logMeanResidual] = -clock;
  });
  return rows;
}

describe('times told in advance', () => {
  it('are near those of the float64 reference runs, by the run at t₀ = 100 and by the certificate', () => {
    const worst = { run: 0, certificate: 0, place: 0 };
    let told = 0;
    for (const replica of replicas) {
      const { samples, dimensions, sigma } = replica;
      const question = { ...QUESTION, sigma };
      const name = `N ${samples}, d ${dimensions}, σ ${sigma}, seed ${replica.seed}`;
      const expected = referenceTime(replica);
      const points = { samples, dimensions, data: datasetValues(replica) };
      const separability = summaryOf(certify(points));
      const { rows } = runFlow({ ...replica, horizon: 2.5 });
      const byRun = predictFromRun(rows, 2, question);
      const byCertificate = predictFromCertificate(separability, question);
      if (typeof expected !== 'number') {
        // Neither may promise what does not come by 10³⁰.
        expect([name, byCertificate?.state]).not.toEqual([name, 'crossed']);
        expect([name, byRun?.time.state]).not.toEqual([name, 'crossed']);
        continue;
      }
      if (byCertificate?.state !== 'crossed') throw new Error(`${name}: ${byCertificate?.state}`);
      // On the separable side times of tens of decades are a matter of 0.001 in λ.
      const inseparable = separability.kind === 'inseparable';
      if (inseparable) {
        worst.certificate = Math.max(worst.certificate, Math.abs(byCertificate.log10t - expected));
      }
      // Nearly there, or there, at t₀.
      if (expected < 2.1) continue;
      if (byRun?.time.state !== 'crossed') throw new Error(`${name}: ${byRun?.time.state}`);
      if (inseparable) worst.run = Math.max(worst.run, Math.abs(byRun.time.log10t - expected));
      const place = effectiveLambda(separability) as number;
      worst.place = Math.max(worst.place, Math.abs(byRun.lambda - place));
      told++;
    }
    console.info(
      `  ${replicas.length} reference runs, ${told} told at t₀ = 100: worst |Δ log10 t| ` +
        `${worst.run.toFixed(2)} by the run, ${worst.certificate.toFixed(2)} by the certificate ` +
        `(inseparable); place within ${worst.place.toFixed(4)}`,
    );
    expect(told).toBeGreaterThan(5);
    // A quarter more or less; of the certificate half as much again, which knows nothing of the first t of ten, in
    // which residuals are no exponentials.
    expect(worst.run).toBeLessThan(0.1);
    expect(worst.certificate).toBeLessThan(0.2);
    // A quarter of the scatter of datasets at N 128.
    expect(worst.place).toBeLessThan(1 / (8 * Math.sqrt(128)));
  });

  it('use nothing after t₀', () => {
    const replica = replicas.find(
      ({ samples, dimensions }) => samples === 256 && dimensions === 123,
    );
    if (!replica) throw new Error('no such reference run');
    const { rows } = runFlow(replica);
    const forged = rows.slice();
    let later = 0;
    for (let row = 0; row < rowCount(rows); row++) {
      if (logTime(entry(rows, row, Column.log1pTime)) <= 2 * Math.LN10) continue;
      // The order of times stays, all else is another run's.
      for (let k = 0; k < COLUMNS; k++) {
        if (k !== Column.log1pTime) forged[row * COLUMNS + k] = 7 + Math.sin(row * k);
      }
      later++;
    }
    expect(later).toBeGreaterThan(5);
    expect(predictFromRun(forged, 2, QUESTION)).toEqual(predictFromRun(rows, 2, QUESTION));
    expect(predictFromAccuracy(forged, 2, QUESTION)).toEqual(
      predictFromAccuracy(rows, 2, QUESTION),
    );
    expect(predictFromRun(forged, 3, QUESTION)).not.toEqual(predictFromRun(rows, 3, QUESTION));
    // And what has come by t₀ is not told.
    const time = testTime(rows, 0.95, 30);
    if (time.state !== 'crossed') throw new Error(time.state);
    expect(predictFromRun(rows, time.log10t + 1, QUESTION)).toBeUndefined();
    expect(predictFromAccuracy(rows, time.log10t + 1, QUESTION)).toBeUndefined();
    expect(predictFromRun(rows, -Infinity, QUESTION)).toBeUndefined();
  });

  it('of settled weights: the bias alone moves, θ = log(1 + Et)', () => {
    const norm = 5;
    const rows = recordOf([0, 1, 2, 3, 4], (log10t) => ({
      clock: Math.log1p(10 ** log10t),
      norm,
      slope: 0,
    }));
    const told = predictFromRun(rows, 2, QUESTION);
    const exact = Math.log10(Math.expm1(normalQuantile(0.95) * norm));
    // E = e^θ·mean(r) is 1 + 1/t in such a record, not 1.
    expect(told?.time).toEqual({ state: 'crossed', log10t: expect.closeTo(exact, 2) });
    expect(saddlePoint(told?.lambda ?? 0).norm).toBeCloseTo(norm, 5);
  });

  it('of accuracies on a line: where it reaches Φ⁻¹(a), or not by the horizon', () => {
    const line = (slope: number) =>
      recordOf([0, 0.5, 1, 1.5, 2, 2.5], (log10t) => ({
        clock: 3 * (0.2 + slope * log10t),
        norm: 3,
        slope: 0,
      }));
    const told = predictFromAccuracy(line(0.3), 2, QUESTION);
    const exact = (normalQuantile(0.95) - 0.2) / 0.3;
    expect(told).toEqual({ state: 'crossed', log10t: expect.closeTo(exact, 4) });
    expect(predictFromAccuracy(line(0.01), 2, QUESTION)).toEqual({ state: 'notBy' });
    expect(predictFromAccuracy(line(-0.01), 2, QUESTION)).toEqual({ state: 'notBy' });
    // One row is no line.
    expect(predictFromAccuracy(line(0.3).slice(0, COLUMNS), 2, QUESTION)).toEqual({
      state: 'notBy',
    });
  });

  it('have states of their own', () => {
    expect(predictFromPlace(0.55, QUESTION)).toEqual({ state: 'never' });
    expect(predictFromPlace(0.519, QUESTION)).toEqual({ state: 'notBy' });
    expect(predictFromPlace(0.45, { ...QUESTION, sigma: 0.5 })).toEqual({ state: 'fromStart' });
    expect(predictFromCertificate({ kind: 'undecided', reason: '' }, QUESTION)).toBeUndefined();
  });
});

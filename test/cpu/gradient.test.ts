import { describe, expect, it } from 'vitest';
import { Gradient } from '../../src/cpu/gradient.ts';
import { datasetValues } from '../../src/model/dataset.ts';

describe('gradient', () => {
  // Every row count modulo the block of four, and one column.
  it.each([
    [4, 3],
    [5, 3],
    [6, 1],
    [7, 12],
    [40, 25],
  ])('is the plain formula for N %i, d %i', (n, d) => {
    const g = datasetValues({ seed: 4, samples: n, dimensions: d, ensemble: 'independent' });
    const sigma = 1.5;
    const u = Float64Array.from({ length: d }, (_, j) => Math.cos(3 * j));
    const slope = new Float64Array(d);
    const gradient = new Gradient(g, n, d, sigma, 'flow');
    for (const clock of [-3, 0, 2, 9]) {
      gradient.evaluate(u, clock, slope);
      const row = (i: number): number[] => [...g.subarray(i * d, (i + 1) * d)];
      const z = Array.from({ length: n }, (_, i) =>
        row(i).reduce((sum, x, j) => sum + x * (u[j] as number), -clock),
      );
      const r = z.map((x) => 1 / (1 + Math.exp(-x)));
      const total = r.reduce((a, b) => a + b, 0);
      for (let j = 0; j < d; j++) {
        const sum = r.reduce((s, ri, i) => s + ri * (row(i)[j] as number), 0);
        expect(slope[j]).toBeCloseTo((-sigma * sigma * sum) / total, 11);
      }
      expect(gradient.stats.logMeanResidual).toBeCloseTo(Math.log(total / n), 12);
      const loss = z.reduce((s, x) => s + Math.log(1 + Math.exp(x)), 0) / n;
      expect(gradient.stats.logTrainLoss).toBeCloseTo(Math.log(loss), 12);
      expect(gradient.stats.trainErrors).toBe(z.filter((x) => x >= 0).length);
      z.forEach((x, i) => {
        expect(gradient.z[i]).toBeCloseTo(x, 11);
      });
    }
  });

  it('neither under- nor overflows, wherever the run is', () => {
    const g = datasetValues({ seed: 4, samples: 9, dimensions: 4, ensemble: 'independent' });
    const slope = new Float64Array(4);
    const gradient = new Gradient(g, 9, 4, 2, 'flow');
    const u = new Float64Array(4).fill(0.3);
    gradient.evaluate(u, 10, slope);
    const reference = [...slope];
    const at10 = gradient.stats.logMeanResidual;
    // Far along the clock the weights are those of e^z, whatever θ is; jumps are the hard part.
    for (const clock of [5000, 100, 1e5, 40]) {
      gradient.evaluate(u, clock, slope);
      slope.forEach((x, j) => {
        expect(x).toBeCloseTo(reference[j] as number, 2);
      });
      expect(gradient.stats.logMeanResidual + clock).toBeCloseTo(at10 + 10, 2);
      expect(gradient.stats.logTrainLoss).toBeCloseTo(gradient.stats.logMeanResidual, 3);
    }
  });
});

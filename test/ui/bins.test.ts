import { expect, it } from 'vitest';
import { CpuEngine } from '../../src/cpu/engine.ts';
import { parseSpec } from '../../src/model/spec.ts';
import { isCertified, QUANTITIES, type Reading } from '../../src/results/quantities.ts';
import { readingsOf } from '../../src/sweep/cells.ts';
import { SweepPlan } from '../../src/sweep/plan.ts';
import { Sweep } from '../../src/sweep/sweep.ts';
import { binsOf, sameCell } from '../../src/ui/bins.ts';
import { inlineWorker } from '../cpu/inline-worker.ts';

it('sorts every replica into the one bar that its value is in', async () => {
  const spec = parseSpec({
    samples: 16,
    horizon: 6,
    x: { over: 'lambda', values: [0.25, 0.5, 0.75] },
    y: { over: 'sigma', values: [1, 5] },
    seedsPerCell: 4,
  });
  const plan = new SweepPlan(spec);
  const engine = new CpuEngine(inlineWorker, 1);
  const sweep = new Sweep(plan, engine);
  await sweep.run();
  engine.dispose();
  for (const quantity of QUANTITIES) {
    const view = { plan, table: sweep.table, quantity, accuracy: 0.95 };
    const bins = binsOf(view);
    // Without certificates nothing is known of what only they tell.
    expect(bins.length > 0).toBe(!isCertified(quantity));
    for (const { state, from, to, count, cells } of bins) {
      const within = (reading: Reading): boolean =>
        reading.state === 'value'
          ? state === 'value' && from <= reading.value && reading.value < to
          : reading.state === state;
      const found = plan.ys.flatMap((_, iy) =>
        plan.xs.map((__, ix) => ({ ix, iy, n: readingsOf(view, ix, iy).filter(within).length })),
      );
      const own = found.filter(({ n }) => n > 0);
      expect(count).toBe(own.reduce((sum, { n }) => sum + n, 0));
      expect(cells).toHaveLength(own.length);
      expect(own.every((cell, k) => sameCell(cell, cells[k]))).toBe(true);
    }
  }
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CpuEngine } from '../../src/cpu/engine.ts';
import { simdSupport } from '../../src/cpu/simd-support.ts';
import { parseSpec, parseSpecText, type SweepSpec, specToJson } from '../../src/model/spec.ts';
import { stableLearningRate } from '../../src/model/stability.ts';
import { lambertOfExp } from '../../src/model/theory/lambert.ts';
import type { ResultTable } from '../../src/results/table.ts';
import { SweepPlan } from '../../src/sweep/plan.ts';
import { Sweep } from '../../src/sweep/sweep.ts';
import { estimateSeconds } from '../../src/sweep/training-cost.ts';
import { PRESETS } from '../../src/ui/presets.ts';
import { inlineWorker } from '../cpu/inline-worker.ts';

const preset = (name: string): SweepSpec => {
  const found = PRESETS.find((each) => each.name === name);
  if (!found) throw new Error(`no preset ${name}`);
  return found.spec;
};

/** A part of a preset's map: some λ and some values along y. */
async function part(
  name: string,
  lambdas: readonly number[],
  values: readonly number[],
): Promise<{ plan: SweepPlan; table: ResultTable }> {
  const spec = preset(name);
  const plan = new SweepPlan(
    parseSpec({
      ...specToJson(spec),
      x: { over: 'lambda', values: lambdas },
      y: { over: spec.y.over, values },
    }),
  );
  const sweep = new Sweep(plan, new CpuEngine(inlineWorker, 1, simdSupport(), 2 ** 28, 'float64'));
  await sweep.run();
  expect(sweep.message).toBe('');
  return { plan, table: sweep.table };
}

/** log10 t_test(0.95) of every replica of a cell, ∞ where there is none. */
function times(
  { plan, table }: Awaited<ReturnType<typeof part>>,
  ix: number,
  iy: number,
): number[] {
  const first = plan.firstOf(ix, iy);
  return Array.from({ length: plan.spec.seedsPerCell }, (_, k) => {
    const time = table.testTime(first + k, 1);
    return time.state === 'crossed' ? time.log10t : Infinity;
  });
}

describe('presets over settings of training', () => {
  it.each([
    ['λ × η', 'lambda-eta'],
    ['λ × weight decay', 'lambda-decay'],
    ['λ × batch size', 'lambda-batch'],
    ['λ × β', 'lambda-momentum'],
    ['λ × σ', 'lambda-sigma'],
  ])('%s is the example %s, and takes less than a minute on one processor', (name, file) => {
    const path = join(import.meta.dirname, '../../examples', `${file}.json`);
    expect(preset(name)).toEqual(parseSpecText(readFileSync(path, 'utf8')));
    expect(estimateSeconds(preset(name), 1)).toBeLessThan(60);
  });

  it('η: stable steps agree on t, too long ones fail', async () => {
    const run = await part('λ × η', [0.3], [0.01, 0.03, 10_000]);
    // 2/Λ of large data at this λ: 0.107.
    const curvature = (25 * (1 + Math.sqrt(0.3)) ** 2) / 4;
    expect(stableLearningRate({ kind: 'gd' }, curvature)).toBeGreaterThan(0.03);
    const [slow, fast] = [times(run, 0, 0), times(run, 0, 1)];
    slow.forEach((time, k) => {
      // Both are within O(η) of the flow; at η = 0.03 the first steps are half of what is stable.
      expect(Math.abs(time - (fast[k] as number))).toBeLessThan(0.1);
    });
    for (let k = 0; k < 5; k++) {
      expect(run.table.failures.get(run.plan.firstOf(0, 2) + k)).toMatch(/diverged/);
    }
  });

  it('weight decay: the bias rests where the decay balances the gradient, and fewer runs get there', async () => {
    const rates = [0, 0.01, 0.1, 1];
    const run = await part('λ × weight decay', [0.2, 0.4], rates);
    for (const ix of [0, 1]) {
      const come = rates.map((_, iy) => times(run, ix, iy).filter(Number.isFinite).length);
      expect(come).toEqual(come.toSorted((a, b) => b - a));
      expect(come[0]).toBeGreaterThan(come[3] as number);
    }
    // At rest mean(r) = γθ, and mean(r) ≤ E e^−θ with E ≤ 1 where the weights are no worse than none: θ e^θ ≤ 1/γ.
    for (const [iy, rate] of rates.entries()) {
      if (rate === 0) continue;
      const first = run.plan.firstOf(1, iy);
      for (let k = 0; k < run.plan.spec.seedsPerCell; k++) {
        const final = run.table.final(first + k);
        if (!final || final.log10t < 9.9) continue;
        expect(-final.bias).toBeLessThanOrEqual(lambertOfExp(-Math.log(rate)));
      }
    }
  });

  it('batch size: all samples in a batch are gradient descent', async () => {
    const { plan, table } = await part('λ × batch size', [0.3], [64]);
    const spec = preset('λ × batch size');
    const { steps, learningRate } = spec.dynamics;
    const full = new SweepPlan(
      parseSpec({
        ...specToJson(spec),
        x: plan.spec.x,
        y: { over: 'learningRate', values: [learningRate] },
        dynamics: { kind: 'gd', steps },
      }),
    );
    const engine = new CpuEngine(inlineWorker, 1, simdSupport(), 2 ** 28, 'float64');
    const descent = new Sweep(full, engine);
    await descent.run();
    for (let k = 0; k < 5; k++) {
      expect(table.testTime(k, 1)).toEqual(descent.table.testTime(k, 1));
    }
  });

  it('β: momentum is faster by 1/(1 − β)', async () => {
    const run = await part('λ × β', [0.3], [0, 0.5, 0.9]);
    [0.5, 0.9].forEach((beta, row) => {
      times(run, 0, row + 1).forEach((time, k) => {
        const gain = (times(run, 0, 0)[k] as number) - time;
        // t_test is some 1000 steps and the velocity takes some 1/(1 − β) of them to build up: 10^0.1 at most.
        expect(Math.abs(gain + Math.log10(1 - beta))).toBeLessThan(0.1);
      });
    });
  });
});

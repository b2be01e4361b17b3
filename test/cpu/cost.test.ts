import { describe, expect, it } from 'vitest';
import { runFlow } from '../../src/cpu/flow.ts';
import type { Goal, Replica } from '../../src/model/replica.ts';
import { dimensionsOf } from '../../src/model/spec.ts';
import { gradientsAt } from '../../src/results/table.ts';
import { testTime } from '../../src/results/times.ts';

/** What a run costs, in gradients: N 512, σ 5, default tolerance. */
describe('cost', () => {
  const run = (
    lambda: number,
    seed: number,
    horizon: number,
    goal: Goal | null,
  ): ReturnType<typeof runFlow> => {
    const replica: Replica = {
      index: 0,
      seed,
      samples: 512,
      dimensions: dimensionsOf(lambda, 512),
      sigma: 5,
      ensemble: 'independent',
      dynamics: 'flow',
      tolerance: 'default',
      horizon,
      goal,
    };
    return runFlow(replica);
  };
  const median = (values: number[]): number =>
    values.sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;

  it('at most 400 gradients to t_test(0.99), the median over λ 0.44 … 0.50', () => {
    const costs: number[] = [];
    for (const lambda of [0.44, 0.45, 0.46, 0.47, 0.48, 0.49, 0.5]) {
      for (let seed = 1; seed <= 3; seed++) {
        const { rows, failure, gradients } = run(lambda, seed, 100, {
          testQuantile: 2.33,
          trainErrors: 0,
        });
        expect(failure).toBeNull();
        const crossing = testTime(rows, 0.99, 100);
        // A seed that does not get there costs all that it took.
        costs.push(
          (crossing.state === 'crossed' && gradientsAt(rows, crossing.log10t)) || gradients,
        );
      }
    }
    console.info(`  median ${median(costs)}, of ${costs.length} runs`);
    expect(median(costs)).toBeLessThanOrEqual(400);
  });

  it.each([
    [30, 1100],
    [100, 4000],
  ])('at λ 0.52 to t = 1e%i at most %i gradients', (horizon, most) => {
    const costs = [1, 2, 3].map((seed) => run(0.52, seed, horizon, null).gradients);
    console.info(`  to 1e${horizon}: ${costs.join(', ')}`);
    for (const cost of costs) expect(cost).toBeLessThanOrEqual(most);
  });
});

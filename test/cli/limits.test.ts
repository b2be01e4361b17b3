import { describe, expect, it } from 'vitest';
import { certifiedText } from '../../src/cli/limits.ts';
import { parseSpec } from '../../src/model/spec.ts';
import { SweepPlan } from '../../src/sweep/plan.ts';
import { tableFor } from '../../src/sweep/sweep.ts';

const SEPARABLE = { kind: 'separable', lower: 0.1, upper: 0.1 } as const;

/** The words of the last line, for a spec of two rows whose runs ended at ‖u‖ = 10 and 20. */
function lastLine(spec: object): string[] {
  const plan = new SweepPlan(parseSpec(spec));
  const table = tableFor(plan);
  for (let index = 0; index < plan.size; index++) {
    const uNorm = 10 * (1 + Math.floor(index / plan.xs.length));
    const times = { testTimes: [{ state: 'notBy' }], trainTimes: [{ state: 'notBy' }] } as const;
    const final = { log10t: 1, bias: -1, uNorm, testAccuracy: 1, trainAccuracy: 1, trainLoss: 1 };
    table.store(index, { ...times, final, gradients: 1, failure: null, separability: null });
    table.certify({ index, separability: SEPARABLE });
  }
  return (certifiedText({ plan, table, accuracy: 0.95 }).split('\n').at(-1) as string)
    .trim()
    .split(/ +/);
}

const lambda = { over: 'lambda', values: [0.7] };

describe('certificates as text', () => {
  it('are of the row in the middle, all columns alike', () => {
    const line = lastLine({ x: lambda, y: { over: 'sigma', values: [1, 30] } });
    // λ, separable, Wendel, κ, theory, ‖u∞‖, theory, ‖u‖ at t_end: all of σ = 30.
    expect(line.slice(0, 2)).toEqual(['0.7', '1/1']);
    expect(line[7]).toBe('20');
    expect(lastLine({ x: lambda, y: { over: 'seed', values: [1, 2] } })[7]).toBe('15');
  });

  it('say no limit and no theory where training does not follow the margin', () => {
    const decay = { kind: 'flow', weightDecay: 0.1 };
    const line = lastLine({ x: lambda, y: { over: 'seed', values: [1, 2] }, dynamics: decay });
    expect(line.slice(3)).toEqual(['0.1', '–', '–', '–', '15', '–', '–']);
    const shifted = lastLine({
      x: lambda,
      y: { over: 'seed', values: [1, 2] },
      data: { shift: 1 },
    });
    expect(shifted[2]).toBe('–');
  });

  it('are printed where d is 1 of ever so many samples', () => {
    const x = { over: 'lambda', values: [5e-6] };
    const line = lastLine({ samples: 200_000, x, y: { over: 'seed', values: [1, 2] } });
    expect(line[6]).toBe('–');
  });
});

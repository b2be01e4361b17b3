import { describe, expect, it } from 'vitest';
import { runFlow } from '../../src/cpu/flow.ts';
import { parseSpec } from '../../src/model/spec.ts';
import { SweepPlan } from '../../src/sweep/plan.ts';
import { carryOver, withMoreSeeds } from '../../src/sweep/seeds.ts';
import { tableFor } from '../../src/sweep/sweep.ts';

const lambda = { over: 'lambda', values: [0.25, 0.5] };

describe('more seeds', () => {
  it.each([
    ['on y', { x: lambda, y: { over: 'seed', from: 3, to: 4, step: 1 } }, [3, 4, 5, 6]],
    ['on x', { x: { over: 'seed', values: [1, 7] }, y: lambda }, [1, 7, 8, 9]],
    [
      'in each cell',
      { x: lambda, y: { over: 'sigma', values: [5] }, seedsPerCell: 2 },
      [1, 2, 3, 4],
    ],
  ])('%s keep what there is in its place', (_, axes, seeds) => {
    const from = new SweepPlan(parseSpec({ samples: 16, horizon: 3, ...axes }));
    const source = tableFor(from);
    for (let k = 0; k < from.size; k++) source.append(runFlow(from.replica(k)));
    source.certify({ index: 1, separability: { kind: 'undecided', reason: 'none' } });
    const to = new SweepPlan(withMoreSeeds(from.spec, 2));
    const target = tableFor(to);
    expect(to.size).toBe(8);
    expect([...new Set(Array.from({ length: 8 }, (_, k) => to.replica(k).seed))].sort()).toEqual(
      seeds,
    );
    expect(carryOver(from, source, to, target)).toBe(4);
    expect(target.certified).toBe(1);
    // Each is what a run of its own comes to.
    for (let k = 0; k < to.size; k++) {
      if (!target.has(k)) continue;
      expect(target.record(k)).toEqual(runFlow(to.replica(k)).rows);
    }
    expect(
      [...Array(8).keys()].filter((k) => !target.has(k)).map((k) => to.replica(k).seed),
    ).toEqual(expect.arrayContaining(seeds.slice(2)));
  });

  it('are not more than there may be', () => {
    const spec = parseSpec({ y: { over: 'seed', from: 1, to: 4000, step: 1 } });
    expect(() => withMoreSeeds(spec, 200)).toThrow(/^y\.step: /);
  });
});

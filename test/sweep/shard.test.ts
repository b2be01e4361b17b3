import { describe, expect, it } from 'vitest';
import { parseSpec } from '../../src/model/spec.ts';
import { expectedCost } from '../../src/sweep/cost.ts';
import { checkContains, placesIn, specIdentity } from '../../src/sweep/grid.ts';
import { SweepPlan } from '../../src/sweep/plan.ts';
import { replicasOf } from '../../src/sweep/shard.ts';

const plan = (fields: object = {}): SweepPlan =>
  new SweepPlan(
    parseSpec({
      samples: 64,
      x: { over: 'lambda', from: 0.3, to: 0.6, step: 0.05 },
      y: { over: 'sigma', values: [1, 5] },
      seedsPerCell: 9,
      ...fields,
    }),
  );

describe('shards', () => {
  it.each([1, 2, 7, 8, 125, 126, 200])('%i of them hold every replica once', (n) => {
    const all = Array.from({ length: n }, (_, k) => [...replicasOf(plan(), { i: k + 1, n })]);
    expect(all.flat().sort((a, b) => a - b)).toEqual([...Array(126).keys()]);
    const sizes = all.map(({ length }) => length);
    expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
  });

  it('cost the same, but for one replica', () => {
    const grid = plan();
    const costs = [1, 2, 3, 4, 5, 6, 7, 8].map((i) =>
      [...replicasOf(grid, { i, n: 8 })].reduce(
        (sum, index) => sum + expectedCost(grid.replica(index)),
        0,
      ),
    );
    const dearest = Math.max(
      ...Array.from({ length: 126 }, (_, k) => expectedCost(grid.replica(k))),
    );
    expect(Math.max(...costs) - Math.min(...costs)).toBeLessThanOrEqual(dearest);
  });

  it('are the same for ever', () => {
    // Whoever changes this makes directories that have been begun compute replicas twice.
    expect([...replicasOf(plan(), { i: 3, n: 20 })]).toEqual([119, 82, 87, 50, 37, 0, 5]);
  });

  it('run what takes longest first', () => {
    const grid = plan();
    const costs = [...replicasOf(grid, { i: 2, n: 3 })].map((k) => expectedCost(grid.replica(k)));
    expect(costs).toEqual([...costs].sort((a, b) => b - a));
  });
});

describe('expected cost', () => {
  const cost = (fields: object): number => expectedCost({ ...plan().replica(0), ...fields });
  it('is what was measured, in gradients times N·d', () => {
    const at = (dimensions: number, sigma: number, horizon = 30): number =>
      cost({ samples: 100, dimensions, sigma, horizon }) / (100 * dimensions);
    expect(at(50, 5)).toBe(501);
    expect(at(30, 5)).toBeCloseTo((160 + 251) / 2, 9);
    expect(at(50, 1000)).toBe(1975);
    expect(at(400, 1)).toBe(205);
    expect(at(50, 5, 120)).toBe(2 * 501);
    expect(at(20, 5, 120)).toBe(160);
  });
});

describe('grids that grow', () => {
  const small = plan();
  it('has each replica where the larger grid has it', () => {
    const large = plan({
      x: { over: 'lambda', from: 0.2, to: 0.7, step: 0.025 },
      y: { over: 'sigma', values: [0.5, 1, 2, 5] },
      seed: 0,
      seedsPerCell: 12,
    });
    checkContains(large, small);
    const place = placesIn(large, small);
    const places = Array.from({ length: small.size }, (_, index) => place(index));
    expect(new Set(places).size).toBe(small.size);
    for (const [index, at] of places.entries()) {
      expect({ ...large.replica(at), index }).toEqual(small.replica(index));
    }
  });

  it('over seeds along an axis as well', () => {
    const seeds = (to: number) =>
      plan({ seedsPerCell: 1, x: { over: 'seed', from: 1, to, step: 1 }, lambda: 0.4 });
    checkContains(seeds(20), seeds(6));
    const place = placesIn(seeds(20), seeds(6));
    expect(seeds(20).replica(place(11)).seed).toBe(6);
    expect(place(11)).toBe(25);
  });

  it('knows a grid in another notation', () => {
    const values = [0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6];
    const other = plan({ x: { over: 'lambda', values } });
    expect(specIdentity(other.spec)).toBe(specIdentity(small.spec));
    expect(specIdentity(plan({ seedsPerCell: 8 }).spec)).not.toBe(specIdentity(small.spec));
  });

  it.each([
    [{ horizon: 31 }, /^horizon: got 31; expected 30, as before/],
    [{ tolerance: 'fine' }, /^tolerance: got "fine"; expected "default", as before/],
    [{ samples: 65 }, /^samples: got 65; expected 64, as before/],
    [{ seedsPerCell: 8 }, /^seedsPerCell: got 8; expected seeds 1 to 9 too/],
    [{ seed: 2 }, /^seedsPerCell: got 9; expected seeds 1 to 9 too/],
    [{ y: { over: 'sigma', values: [1, 4] } }, /^y: got .*; expected an axis that still has 5/],
    [
      { x: { over: 'sigma', values: [1, 5] }, y: { over: 'lambda', values: [0.3, 0.4] } },
      /^x.over: got "sigma"; expected "lambda", as before/,
    ],
  ])('%j is not one that has grown', (fields, message) => {
    expect(() => checkContains(plan(fields), small)).toThrow(message);
  });
});

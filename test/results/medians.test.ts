import { describe, expect, it } from 'vitest';
import { Random } from '../../src/model/statistics.ts';
import { medianTime } from '../../src/results/medians.ts';
import type { Crossing } from '../../src/results/times.ts';

const crossed = (log10t: number): Crossing => ({ state: 'crossed', log10t });
const late = (state: 'notBy' | 'never', count: number): Crossing[] =>
  Array.from({ length: count }, () => ({ state }));
const median = (crossings: readonly Crossing[]) => medianTime(crossings, 200, new Random(1));

describe('the median time of seeds', () => {
  const times = [1, 2, 3, 4, 5, 6].map(crossed);

  it('between a time and one later than t_end is later than t_end', () => {
    for (const state of ['notBy', 'never'] as const) {
      const half = median([...times, ...late(state, 6)]);
      expect(half).toMatchObject({ median: Infinity, error: Number.NaN, open: true });
      // One fewer, and it is the largest time.
      expect(median([...times, ...late(state, 5)])).toMatchObject({ median: 6, open: true });
    }
  });

  it('takes no number from what is later than t_end into a resample', () => {
    const known = median([...times, ...late('notBy', 2)]);
    expect(known.median).toBe(4.5);
    expect(known.error).toBeGreaterThan(0);
    expect([...known.resampled].filter(Number.isFinite).every((each) => each <= 6)).toBe(true);
    expect([...known.resampled]).toEqual([...median([...times, ...late('never', 2)]).resampled]);
  });

  it('has no error where all times are the same', () => {
    // 0.1 and its like: their mean is not one of them to the last bit.
    const same = median(Array.from({ length: 10 }, () => crossed(Math.log10(0.01 * 37))));
    expect(same.error).toBeNaN();
    expect(same.open).toBe(false);
  });
});

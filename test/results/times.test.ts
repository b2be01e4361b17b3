import { describe, expect, it } from 'vitest';
import { COLUMNS, Column } from '../../src/model/trajectory.ts';
import { summarise } from '../../src/results/summary.ts';
import { type Crossing, testTime, trainTime } from '../../src/results/times.ts';

/**
 * A record with t = θ (mean residual 1) and ‖u‖ a given function of θ, exact at the rows.
 */
function record(
  clocks: number[],
  uNorm: (clock: number) => number,
  errors: (row: number) => number[],
): Float32Array {
  const rows = new Float32Array(clocks.length * COLUMNS);
  clocks.forEach((clock, row) => {
    const set = (column: number, value: number): void => {
      rows[row * COLUMNS + column] = value;
    };
    set(Column.clock, clock);
    set(Column.log1pTime, Math.log1p(clock));
    set(Column.uNorm, uNorm(clock));
    set(
      Column.uNormSlope,
      (uNorm(clock + 1e-6) - uNorm(Math.max(0, clock - 1e-6))) / (clock > 0 ? 2e-6 : 1e-6),
    );
    errors(row).forEach((count, k) => {
      set(Column.trainErrors + k, count);
    });
  });
  return rows;
}

const none = (): number[] => [0, 0, 0, 0];
const grid = (n: number, h: number): number[] => Array.from({ length: n }, (_, k) => k * h);

describe('testTime', () => {
  it('finds where θ/‖u‖ passes the quantile', () => {
    // ‖u‖ = 2√(θ + 1) − 2 + 0.1 … crosses θ = q‖u‖ at a θ that the closed form gives.
    const uNorm = (clock: number): number => 3 * (Math.sqrt(clock + 1) - 1);
    const rows = record(grid(200, 0.25), uNorm, none);
    const q = 1.6448536269514722;
    // θ = 3q(√(θ+1) − 1) ⇒ √(θ+1) = 3q − 1.
    const expected = (3 * q - 1) ** 2 - 1;
    const crossing = testTime(rows, 0.95, 30);
    expect(crossing.state).toBe('crossed');
    if (crossing.state === 'crossed') expect(10 ** crossing.log10t).toBeCloseTo(expected, 4);
  });

  it('tells from the start, not by t_end and a crossing after t_end apart', () => {
    const slow = (clock: number): number => 0.1 * clock;
    expect(testTime(record(grid(20, 1), slow, none), 0.95, 30)).toEqual({ state: 'fromStart' });
    const fast = (clock: number): number => 10 * clock;
    expect(testTime(record(grid(20, 1), fast, none), 0.95, 30)).toEqual({ state: 'notBy' });
    const late = (clock: number): number => 3 * (Math.sqrt(clock + 1) - 1);
    expect(testTime(record(grid(200, 0.25), late, none), 0.95, 0.5)).toEqual({ state: 'notBy' });
  });

  it('sees a dip inside one step, and times the way back up', () => {
    // θ − q‖u‖ dips below zero only between the rows at 4 and 9.
    const q = 1.6448536269514722;
    const dip = (clock: number): number => (clock - 2 + 3 * Math.exp(-((clock - 6.2) ** 2))) / q;
    const rows = record([0, 1, 4, 5.6, 6.8, 9, 16], (c) => Math.max(0, dip(c)) + 0.01 * c, none);
    const crossing = testTime(rows, 0.95, 30);
    expect(crossing.state).toBe('crossed');
    if (crossing.state === 'crossed') {
      expect(10 ** crossing.log10t).toBeGreaterThan(6);
      expect(10 ** crossing.log10t).toBeLessThan(9);
    }
  });
});

describe('trainTime', () => {
  const flat = (clock: number): number => clock;

  it('is the first upward crossing, at the quarter of the step where the count falls', () => {
    const counts = [
      [9, 9, 9, 9],
      [8, 8, 7, 7],
      [6, 5, 4, 2],
      [2, 0, 0, 0],
    ];
    const rows = record([0, 1, 4, 9], flat, (row) => counts[row] as number[]);
    // 100 samples, a = 0.95: at most 5 errors, reached between the first and second quarter of
    // the step in √θ from 1 to 2: √θ = 1.25 … 1.5, half a sample is half way in log t.
    const crossing = trainTime(rows, 0.95, 100, 30);
    expect(crossing.state).toBe('crossed');
    if (crossing.state === 'crossed') {
      expect(10 ** crossing.log10t).toBeGreaterThan(1.25 ** 2 - 0.1);
      expect(10 ** crossing.log10t).toBeLessThan(1.5 ** 2 + 0.1);
    }
  });

  it('knows from the start, a dip after the start, and not by t_end', () => {
    const constant = (count: number) => (): number[] => [count, count, count, count];
    expect(trainTime(record([0, 1, 4], flat, constant(3)), 0.95, 100, 30).state).toBe('fromStart');
    expect(trainTime(record([0, 1, 4], flat, constant(9)), 0.95, 100, 30).state).toBe('notBy');
    const dips = [
      [3, 3, 3, 3],
      [3, 8, 8, 8],
      [8, 8, 2, 2],
    ];
    expect(
      trainTime(
        record([0, 1, 4], flat, (row) => dips[row] as number[]),
        0.95,
        100,
        30,
      ).state,
    ).toBe('crossed');
  });
});

describe('summarise', () => {
  const at = (log10t: number): Crossing => ({ state: 'crossed', log10t });
  const notBy: Crossing = { state: 'notBy' };
  const fromStart: Crossing = { state: 'fromStart' };

  it('takes censored times as later than all others', () => {
    const { median, lowerQuartile, upperQuartile, censored, count } = summarise([
      notBy,
      at(3),
      at(1),
      notBy,
      at(2),
    ]);
    expect(median).toEqual(at(3));
    expect(lowerQuartile).toEqual(at(2));
    expect(upperQuartile).toEqual(notBy);
    expect([censored, count]).toEqual([2, 5]);
  });

  it('has a censored median when half are censored, never a number in between', () => {
    expect(summarise([at(1), notBy]).median).toEqual(notBy);
    expect(summarise([notBy]).median).toEqual(notBy);
  });

  it('takes never as later than not by t_end, and says which it is', () => {
    const never: Crossing = { state: 'never' };
    const summary = summarise([never, notBy, at(2), never, never]);
    expect(summary.median).toEqual(never);
    expect(summary.lowerQuartile).toEqual(notBy);
    expect([summary.count, summary.censored, summary.never]).toEqual([5, 1, 3]);
    // Half way between a bound and never is beyond all times as well: the proof holds.
    expect(summarise([notBy, never]).median).toEqual(never);
    expect(summarise([notBy, notBy, never]).median).toEqual(notBy);
    expect(summarise([at(1), notBy, never]).median).toEqual(notBy);
  });

  it('interpolates between times and keeps from the start at the low end', () => {
    expect(summarise([at(1), at(2)]).median).toEqual(at(1.5));
    expect(summarise([fromStart, fromStart, at(4)]).median).toEqual(fromStart);
    expect(summarise([]).median).toEqual({ state: 'none' });
  });
});

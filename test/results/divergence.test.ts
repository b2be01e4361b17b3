import { describe, expect, it } from 'vitest';
import type { Estimate } from '../../src/model/statistics.ts';
import {
  type DivergenceColumn,
  fitDivergence,
  predictedSlope,
} from '../../src/results/divergence.ts';
import type { Crossing } from '../../src/results/times.ts';
import { columnsOf, geometric } from './synthetic.ts';

const WIDE = geometric(0.2, 0.005, 20);
const NARROW = geometric(0.06, 0.03, 8);
const SLOPE = 1.52;
const NU = 3.5;
const essential = (distance: number): number => 2 + SLOPE / Math.sqrt(distance);
const power = (distance: number): number => 1 - NU * Math.log(distance);
const NO_END = 1000;

const holds = ({ low, high }: Estimate, truth: number): boolean => low <= truth && truth <= high;

describe('fitDivergence', () => {
  it('recovers an essential singularity', () => {
    const fit = fitDivergence(columnsOf(essential, WIDE, 1), { horizon: NO_END });
    expect(fit.verdict).toBe('essential');
    expect(fit.counts).toEqual({ timed: 20, censored: 0, fromStart: 0, empty: 0, beyondEdge: 0 });
    expect(fit.essential?.slope).toSatisfy((slope: Estimate) => holds(slope, SLOPE));
    expect(fit.essential?.intercept).toSatisfy((intercept: Estimate) => holds(intercept, 2));
    expect(fit.free?.exponent).toSatisfy((exponent: Estimate) => holds(exponent, 0.5));
    expect(fit.free?.exponent).not.toSatisfy((exponent: Estimate) => holds(exponent, 0));
    expect(fit.power?.reducedChiSquared).toBeGreaterThan(10);
    expect(fit.decades).toBeCloseTo(Math.log10(40), 9);
    expect(Object.values(fit.flags)).toEqual([false, false, false, false]);
  });

  it('recovers a power law', () => {
    const fit = fitDivergence(columnsOf(power, WIDE, 1), { horizon: NO_END });
    expect(fit.verdict).toBe('power');
    expect(fit.power?.slope).toSatisfy((slope: Estimate) => holds(slope, NU));
    expect(fit.free?.exponent).toSatisfy((exponent: Estimate) => holds(exponent, 0));
    expect(fit.essential?.reducedChiSquared).toBeGreaterThan(10);
  });

  it('does not decide over a narrow range, nor between three columns', () => {
    for (const law of [essential, power]) {
      const narrow = fitDivergence(columnsOf(law, NARROW, 1), { horizon: NO_END });
      expect(narrow.verdict).toBe('undecided');
      expect(narrow.advantage).toSatisfy((advantage: Estimate) => holds(advantage, 0));
      const three = fitDivergence(columnsOf(law, [0.2, 0.05, 0.005], 1), { horizon: NO_END });
      expect(three.verdict).toBe('undecided');
      expect(three.flags.tooFewColumns).toBe(true);
    }
  });

  it('says when both laws are wrong', () => {
    const steps = (distance: number): number => (distance > 0.03 ? 5 : 30);
    const fit = fitDivergence(columnsOf(steps, WIDE, 1), { horizon: NO_END });
    expect(fit.flags.bothPoor).toBe(true);
  });

  it('has intervals that cover the truth as often as they say', () => {
    const covered = { slope: 0, exponent: 0, censored: 0, power: 0 };
    const repetitions = 100;
    for (let repetition = 0; repetition < repetitions; repetition++) {
      const all = fitDivergence(columnsOf(essential, WIDE, repetition), { horizon: NO_END });
      if (holds(all.essential?.slope as Estimate, SLOPE)) covered.slope++;
      if (holds(all.free?.exponent as Estimate, 0.5)) covered.exponent++;
      const columns = columnsOf(essential, WIDE, repetition, { horizon: 6 });
      const some = fitDivergence(columns, { horizon: 6, free: false });
      if (holds(some.essential?.slope as Estimate, SLOPE)) covered.censored++;
      const other = fitDivergence(columnsOf(power, WIDE, repetition), {
        horizon: NO_END,
        free: false,
      });
      if (holds(other.power?.slope as Estimate, NU)) covered.power++;
    }
    for (const count of Object.values(covered)) {
      expect(count / repetitions).toBeGreaterThanOrEqual(0.88);
      expect(count / repetitions).toBeLessThanOrEqual(0.99);
    }
  });

  it('gives the same numbers every time, and others for another seed', () => {
    const columns = columnsOf(essential, WIDE, 3);
    const options = { horizon: NO_END, resamples: 50, free: false };
    expect(fitDivergence(columns, options)).toEqual(fitDivergence(columns, options));
    const other = fitDivergence(columns, { ...options, seed: 1 });
    expect(other.essential?.slope.low).not.toBe(
      fitDivergence(columns, options).essential?.slope.low,
    );
  });
});

describe('censored columns', () => {
  const horizon = 5.7;
  const repetitions = 40;
  const isCensored = ({ state }: Crossing): boolean => state === 'notBy';

  it('count as lower bounds: the law is that of the uncensored times', () => {
    let withBounds = 0;
    let dropped = 0;
    let capped = 0;
    let uncensored = 0;
    let share = 0;
    for (let repetition = 0; repetition < repetitions; repetition++) {
      // Seeds that scatter much and a steep law: the columns that are in time by luck matter.
      const options = { seeds: 15, deviation: 4 };
      const full = columnsOf(essential, WIDE, repetition, options);
      const cut = columnsOf(essential, WIDE, repetition, { ...options, horizon });
      const slope = (columns: readonly DivergenceColumn[], end: number): number =>
        fitDivergence(columns, { horizon: end, resamples: 60, free: false }).essential?.slope
          .value as number;
      const fit = fitDivergence(cut, { horizon, resamples: 60, free: false });
      share += cut.flatMap(({ crossings }) => crossings).filter(isCensored).length / (20 * 15);
      expect(fit.counts.timed + fit.counts.censored).toBe(20);
      withBounds += fit.essential?.slope.value as number;
      uncensored += slope(full, NO_END);
      dropped += slope(
        cut.map((column) => ({
          ...column,
          crossings: column.crossings.filter((crossing) => !isCensored(crossing)),
        })),
        horizon,
      );
      capped += slope(
        cut.map((column) => ({
          ...column,
          crossings: column.crossings.map((crossing) =>
            isCensored(crossing) ? { state: 'crossed', log10t: horizon } : crossing,
          ),
        })),
        horizon,
      );
    }
    expect(share / repetitions).toBeCloseTo(0.4, 1);
    const mean = (sum: number): number => sum / repetitions;
    expect(Math.abs(mean(uncensored) - SLOPE)).toBeLessThan(0.05);
    expect(Math.abs(mean(withBounds) - mean(uncensored))).toBeLessThan(0.1);
    expect(mean(dropped)).toBeLessThan(0.65 * SLOPE);
    expect(mean(capped)).toBeLessThan(0.35 * SLOPE);
  });

  it('treats a time that will never be like one not by t_end', () => {
    const columns = columnsOf(essential, WIDE, 5, { horizon });
    const never = columns.map((column) => ({
      ...column,
      crossings: column.crossings.map((crossing) =>
        isCensored(crossing) ? ({ state: 'never' } as unknown as Crossing) : crossing,
      ),
    }));
    const options = { horizon, resamples: 20, free: false };
    expect(fitDivergence(never, options)).toEqual(fitDivergence(columns, options));
  });

  it('leaves out, and counts, what has no distance, no replica or no time to wait for', () => {
    const columns = columnsOf(essential, WIDE, 6, { horizon });
    const more: DivergenceColumn[] = [
      { distance: 0, crossings: columns[0]?.crossings ?? [] },
      { distance: -0.1, crossings: [] },
      { distance: 0.3, crossings: [] },
      { distance: 0.4, crossings: [{ state: 'fromStart' }, { state: 'fromStart' }] },
    ];
    const options = { horizon, resamples: 20 };
    const fit = fitDivergence([...columns, ...more], options);
    const { counts, ...rest } = fit;
    const { counts: before, ...expected } = fitDivergence(columns, options);
    expect(rest).toEqual(expected);
    expect(counts).toEqual({ ...before, fromStart: 1, empty: 1, beyondEdge: 2 });
  });

  it('fits nothing when nothing tells an error or only one column a time', () => {
    const single = columnsOf(essential, WIDE, 7, { seeds: 1 });
    const fit = fitDivergence(single, { horizon: NO_END });
    expect([fit.essential, fit.power, fit.free, fit.advantage]).toEqual([null, null, null, null]);
    expect(fit.flags.tooFewSeeds).toBe(true);
    expect(fit.verdict).toBe('undecided');
    expect(fitDivergence([], { horizon: 30 }).verdict).toBe('undecided');
    const late = columnsOf(essential, WIDE, 7, { horizon: 2.4 });
    const bounds = fitDivergence(late, { horizon: 2.4 });
    expect(bounds.counts.censored).toBeGreaterThan(17);
    expect(bounds.verdict).toBe('undecided');
  });

  it('lends errors to columns with few seeds', () => {
    const columns = columnsOf(essential, WIDE, 8).map((column, i) =>
      i % 3 === 0 ? { ...column, crossings: column.crossings.slice(0, 2) } : column,
    );
    const fit = fitDivergence(columns, { horizon: NO_END });
    expect(fit.flags.tooFewSeeds).toBe(true);
    expect(fit.columns[0]?.error).toBeCloseTo((fit.columns[1]?.error as number) * 5, 9);
    expect(fit.essential?.slope).toSatisfy((slope: Estimate) => holds(slope, SLOPE));
  });
});

describe('predictedSlope', () => {
  it('is that of the asymptotic law at accuracy 0.95', () => {
    expect(predictedSlope(0.95)).toBeCloseTo(1.6448536 * 0.925743, 5);
  });
});

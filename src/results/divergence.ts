import { type CensoredLine, type CensoredPoints, fitCensoredLine } from '../model/censored.ts';
import { testQuantile } from '../model/observables.ts';
import { chiSquaredTail, type Estimate, percentileEstimate, Random } from '../model/statistics.ts';
import {
  abscissae,
  type ColumnMedian,
  EXPONENTS,
  ExponentSearch,
  type FreeLine,
  Resampled,
} from './laws.ts';
import { FEWEST_SEEDS, medianTime, standardErrors } from './medians.ts';
import type { Crossing } from './times.ts';

/** The times of one column of the map. */
export interface DivergenceColumn {
  /** Distance to the edge, ε = ½ − λ; columns at or beyond the edge are left out. */
  readonly distance: number;
  /** t_test of its replicas that did not fail, one a seed. */
  readonly crossings: readonly Crossing[];
}

export interface DivergenceOptions {
  /** log10 t_end: what a time that is not by t_end is later than. */
  readonly horizon: number;
  /** Resamples of the bootstrap, 200 if not given. */
  readonly resamples?: number;
  /** Seed of the bootstrap, 0 if not given. */
  readonly seed?: number;
  /** Whether the law with a free exponent is fitted too, as it is if not given. */
  readonly free?: boolean;
}

/** The median of a column as the fits see it, in natural logarithms of time. */
export interface FittedColumn {
  readonly distance: number;
  /** Median over seeds of ln t, or ln t_end, its lower bound, where `censored`. */
  readonly lnTime: number;
  /** Standard error; where the column itself does not tell it, that of the nearest that does. */
  readonly error: number;
  readonly censored: boolean;
}

/** A law ln t = intercept + slope·x(ε), with 95 % bootstrap intervals. */
export interface LawFit {
  readonly intercept: Estimate;
  readonly slope: Estimate;
  /** Natural logarithm of the likelihood, bounds included. */
  readonly logLikelihood: number;
  /** χ² over the columns with a time, and their number less that of the parameters. */
  readonly chiSquared: number;
  readonly degrees: number;
  /** χ² per degree of freedom; NaN without any. */
  readonly reducedChiSquared: number;
}

/**
 * ln t = intercept + slope·(ε^(−μ) − 1)/μ with a free exponent μ: the power law with ν = slope at
 * μ = 0, an essential singularity with B = 2·slope at μ = 1/2, and no divergence for μ < 0. This
 * is A + B ε^(−μ) with B = slope/μ, written so that nothing special happens at μ = 0.
 */
export interface FreeFit extends LawFit {
  readonly exponent: Estimate;
}

/** Which of the two laws the data prefer. */
export type Verdict = 'essential' | 'power' | 'undecided';

export interface Divergence {
  readonly columns: readonly FittedColumn[];
  readonly counts: {
    /** Columns whose median is a time, and those whose median is a lower bound: all fitted. */
    readonly timed: number;
    readonly censored: number;
    /** Left out: median from the start; no replica; ε not positive. */
    readonly fromStart: number;
    readonly empty: number;
    readonly beyondEdge: number;
  };
  /** Range of ε of the columns with a time, in decades. */
  readonly decades: number;
  /** ln t = A + ν ln(1/ε): slope ν. */
  readonly power: LawFit | null;
  /** ln t = A + B ε^(−1/2): slope B. */
  readonly essential: LawFit | null;
  /** The law with a free exponent; null if not asked for, or with fewer than three times. */
  readonly free: FreeFit | null;
  /** Log-likelihood of the essential singularity less that of the power law. */
  readonly advantage: Estimate | null;
  readonly verdict: Verdict;
  readonly flags: {
    /** Fewer than 4 columns with a time: two-parameter laws cannot be told apart. */
    readonly tooFewColumns: boolean;
    /** A fitted column has too few seeds for an error of its own. */
    readonly tooFewSeeds: boolean;
    /** χ² speaks against both laws (below 0.1 % in each): the verdict only names the less bad. */
    readonly bothPoor: boolean;
    /** The free exponent, or an end of its interval, is where the search ends. */
    readonly exponentAtLimit: boolean;
  };
}

/** Fewest columns with a time for a verdict. */
const FEWEST_COLUMNS = 4;

/** A fit is poor if χ² is exceeded with a smaller probability than this by chance. */
const POOR = 0.001;

/**
 * Slope B of ln t = A + B ε^(−1/2) in theory, for N → ∞ at late times below the edge:
 * t_test(a) ≈ exp(Φ⁻¹(a) q)/E∞ with ‖u‖ → q ≈ (0.857/ε)^(1/2), so B = 0.926 Φ⁻¹(a). Asymptotic,
 * and an overestimate where ‖u‖ has not settled by then.
 */
export function predictedSlope(accuracy: number): number {
  return Math.sqrt(0.857) * testQuantile(accuracy);
}

/**
 * How t_test diverges at the edge: fits of the median over seeds of ln t against the distance ε.
 *
 * Laws: (i) power law, ln t = A + ν ln(1/ε); (ii) essential singularity, ln t = A + B ε^(−1/2);
 * (iii) the family of both, with a free exponent. Greatest likelihood with Gaussian medians, whose
 * standard errors come from the bootstrap over seeds. A median that is not by t_end is a lower
 * bound and enters with the probability of lying above it: leaving it out would keep the columns
 * that happened to be fast, and taking it for t_end would bend every divergence into saturation.
 * Any other median of rank +∞ is a lower bound like it.
 *
 * Intervals: percentiles over resamples of the seeds inside each column, with the standard errors
 * held. Columns are resampled independently: in the ensemble `nested`, where columns share their
 * data, the intervals are too narrow.
 *
 * What such data can decide: which law of the two describes the columns given better, if one does
 * (`verdict`; the interval of the difference of log-likelihoods excludes 0, the test of Vuong,
 * Econometrica 57, 1989, by bootstrap). What they cannot: ε never spans many decades, and over
 * less than one a power law of large exponent imitates an essential singularity; a correction to
 * the asymptotic law (E∞, a ‖u‖ not yet settled) is of the same size as the difference; and at
 * finite N the edge of a sample is not at ½ but within about 1/(2√N) of it, so columns closer than
 * that measure which seeds are separable. If both χ² are bad, both laws are wrong and the verdict
 * says only which is less so.
 *
 * 20 columns of 50 seeds and 200 resamples take about 20 ms in node on
 * one core of a server, 50 ms when half of the medians are bounds, and 10 ms without the free
 * exponent.
 */
export function fitDivergence(
  columns: readonly DivergenceColumn[],
  { horizon, resamples = 200, seed = 0, free = true }: DivergenceOptions,
): Divergence {
  const all = columns.map((column, index) => ({
    distance: column.distance,
    ...medianTime(column.crossings, resamples, new Random(seed, index)),
  }));
  const inside = all.filter(({ distance }) => distance > 0);
  const present = inside.filter(({ seeds }) => seeds > 0);
  const fitted = present.filter(({ median }) => median > -Infinity);
  const timed = fitted.filter(({ median }) => median < Infinity);
  const errors = standardErrors(fitted, ({ distance }) => Math.log(distance));
  const counts = {
    timed: timed.length,
    censored: fitted.length - timed.length,
    fromStart: present.length - fitted.length,
    empty: inside.length - present.length,
    beyondEdge: all.length - inside.length,
  };

  const data = new Resampled(fitted, errors, horizon);
  const powerX = Float64Array.from(fitted, ({ distance }) => -Math.log(distance));
  const essentialX = Float64Array.from(fitted, ({ distance }) => distance ** -0.5);
  const search = free && timed.length >= 3 ? new ExponentSearch(fitted) : null;

  data.measured();
  const best = {
    power: fitCensoredLine(powerX, data),
    essential: fitCensoredLine(essentialX, data),
    free: search?.fit(data),
  };
  const resampled: { power: CensoredLine; essential: CensoredLine }[] = [];
  const resampledFree: FreeLine[] = [];
  for (let r = 0; best.power && best.essential && r < resamples; r++) {
    data.resample(r);
    const power = fitCensoredLine(powerX, data);
    const essential = fitCensoredLine(essentialX, data);
    if (!power || !essential) continue; // only one column kept its time
    resampled.push({ power, essential });
    const line = search?.fit(data);
    if (line) resampledFree.push(line);
  }
  data.measured();

  const powers = resampled.map((lines) => lines.power);
  const essentials = resampled.map((lines) => lines.essential);
  const power = best.power ? lawFit(powerX, data, best.power, powers, 2) : null;
  const essential = best.essential ? lawFit(essentialX, data, best.essential, essentials, 2) : null;
  const advantage =
    power && essential
      ? percentileEstimate(
          essential.logLikelihood - power.logLikelihood,
          resampled.map((lines) => lines.essential.logLikelihood - lines.power.logLikelihood),
        )
      : null;
  const freeFit = best.free ? freeFitOf(fitted, data, best.free, resampledFree) : null;
  const tooFewColumns = timed.length < FEWEST_COLUMNS;
  const distances = timed.map(({ distance }) => distance);
  return {
    columns: fitted.map(({ distance, median }, i) => ({
      distance,
      lnTime: data.y[i] as number,
      error: (errors[i] as number) * Math.LN10,
      censored: median === Infinity,
    })),
    counts,
    decades: timed.length > 0 ? Math.log10(Math.max(...distances) / Math.min(...distances)) : 0,
    power,
    essential,
    free: freeFit,
    advantage,
    verdict: tooFewColumns ? 'undecided' : verdictOf(advantage),
    flags: {
      tooFewColumns,
      tooFewSeeds: fitted.some(({ seeds }) => seeds < FEWEST_SEEDS),
      bothPoor: isPoor(power) && isPoor(essential),
      exponentAtLimit:
        freeFit !== null &&
        (freeFit.exponent.low <= EXPONENTS.lowest || freeFit.exponent.high >= EXPONENTS.highest),
    },
  };
}

function verdictOf(advantage: Estimate | null): Verdict {
  if (advantage && advantage.low > 0) return 'essential';
  return advantage && advantage.high < 0 ? 'power' : 'undecided';
}

function isPoor(fit: LawFit | null): boolean {
  return fit !== null && fit.degrees > 0 && chiSquaredTail(fit.chiSquared, fit.degrees) < POOR;
}

function lawFit(
  x: Float64Array,
  points: CensoredPoints,
  line: CensoredLine,
  resampled: readonly CensoredLine[],
  parameters: number,
): LawFit {
  let chiSquared = 0;
  let degrees = -parameters;
  points.y.forEach((y, i) => {
    if (points.censored[i]) return;
    const at = line.intercept + line.slope * (x[i] as number);
    chiSquared += ((y - at) / (points.error[i] as number)) ** 2;
    degrees++;
  });
  return {
    intercept: percentileEstimate(
      line.intercept,
      resampled.map(({ intercept }) => intercept),
    ),
    slope: percentileEstimate(
      line.slope,
      resampled.map(({ slope }) => slope),
    ),
    logLikelihood: line.logLikelihood,
    chiSquared,
    degrees,
    reducedChiSquared: degrees > 0 ? chiSquared / degrees : Number.NaN,
  };
}

function freeFitOf(
  columns: readonly ColumnMedian[],
  points: CensoredPoints,
  line: FreeLine,
  resampled: readonly FreeLine[],
): FreeFit {
  return {
    ...lawFit(abscissae(columns, line.exponent), points, line, resampled, 3),
    exponent: percentileEstimate(
      line.exponent,
      resampled.map(({ exponent }) => exponent),
    ),
  };
}

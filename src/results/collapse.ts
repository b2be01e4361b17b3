import { type Estimate, percentileEstimate, Random } from '../model/statistics.ts';
import { type MedianTime, medianTime, standardErrors } from './medians.ts';
import type { BootstrapOptions } from './scaling.ts';
import type { Crossing } from './times.ts';

/** The times of one size N along λ. */
export interface SizeColumns {
  /** N. */
  readonly samples: number;
  readonly columns: readonly {
    /** d/N of the integer d there really was. */
    readonly lambda: number;
    readonly crossings: readonly Crossing[];
  }[];
}

export interface CollapseOptions extends BootstrapOptions {
  /** log10 t_end. */
  readonly horizon: number;
}

/** A median on the axes of the collapse. */
export interface CollapsedPoint {
  readonly lambda: number;
  /** (λ − ½) N^w. */
  readonly x: number;
  /** N^(−1/4) log10 of the median of t_test; of t_end, a lower bound, where `censored`. */
  readonly y: number;
  /** Standard error of y. */
  readonly error: number;
  readonly censored: boolean;
}

export interface CollapsedCurve {
  readonly samples: number;
  /** In order of λ. Columns whose median is from the start, or of no replica, are left out. */
  readonly points: readonly CollapsedPoint[];
}

export interface Collapse {
  /** w, with its 95 % bootstrap interval; null if no two sizes overlap. */
  readonly exponent: Estimate | null;
  /** Mean square distance of the curves at w in standard errors: about 1 if they are one curve. */
  readonly spread: number;
  /** Points that were compared with another size's curve at w. */
  readonly comparisons: number;
  /** Medians that are lower bounds: drawn, but in no curve. */
  readonly censored: number;
  /** The exponent, or an end of its interval, is where the search ends. */
  readonly atLimit: boolean;
  /** The curves at w, or at ½ without one. */
  readonly curves: readonly CollapsedCurve[];
}

/** Range of exponents w searched, and how finely before the refinement. */
export const COLLAPSE_EXPONENTS = { lowest: 0, highest: 1 } as const;
const TRIED = 21;

/** An exponent that leaves less than this share of the most comparisons does not count. */
const LEAST_OVERLAP = 0.25;

const EDGE = 0.5;

/** log t diverges like ε^(−1/2), so where ε is of order N^(−1/2) it is of order N^(1/4). */
const TIME_EXPONENT = 0.25;

/** One size, its medians in order of λ. */
interface Size {
  readonly samples: number;
  readonly medians: readonly (MedianTime & { readonly lambda: number })[];
  /** Standard errors in decades. */
  readonly errors: Float64Array;
}

/** The curve of one size: medians that are times, on the axis y. */
interface Curve {
  readonly samples: number;
  readonly distance: Float64Array;
  readonly y: Float64Array;
  readonly variance: Float64Array;
}

/**
 * Collapse of t_test of several sizes onto one curve: y = N^(−1/4) log10 t_test (median over seeds)
 * over x = (λ − ½) N^w, with the w that brings the curves of different N closest. Closeness: every
 * point of a curve against the straight pieces between the points of every other, where those
 * reach, in standard errors of the difference; the mean square of that (after Bhattacharjee & Seno,
 * J. Phys. A 34, 2001). Medians that are not by t_end are in no curve. Theory: w = ½, from the
 * width of Wendel's transition.
 *
 * What this can show: whether one w serves all sizes given (`spread` near 1). It holds only near
 * the edge and for large N: columns far from it do not scale, and as the most precise ones they
 * would decide; give those within a few N^(−1/2) of ½. Above ½ the times at finite σ end at
 * λ*(σ, a), which does not scale. Straight pieces are too high on a convex curve: with columns too
 * far apart this shows as a spread, and in w. Sizes or columns that share their data (`nested`)
 * make the interval too narrow.
 *
 * 4 sizes of 20 columns of 30 seeds and 200 resamples take about 40 ms in node on one core of a
 * server.
 */
export function fitCollapse(
  sizes: readonly SizeColumns[],
  { horizon, resamples = 200, seed = 0 }: CollapseOptions,
): Collapse {
  const measured = sizes.map((size, index) => sizeOf(size, resamples, seed, index));
  const curvesOf = (log10t: (column: MedianTime) => number): Curve[] =>
    measured.map((size) => curveOf(size, log10t));
  const curves = curvesOf(({ median }) => median);
  const best = bestExponent(curves);
  const found: number[] = [];
  for (let r = 0; best !== undefined && r < resamples; r++) {
    const w = bestExponent(curvesOf(({ resampled }) => resampled[r] as number));
    if (w !== undefined) found.push(w);
  }
  const exponent = best === undefined ? null : percentileEstimate(best, found);
  const { spread, comparisons } = compare(curves, best ?? EDGE);
  return {
    exponent,
    spread,
    comparisons,
    censored: measured.flatMap(({ medians }) => medians).filter(({ median }) => median === Infinity)
      .length,
    atLimit:
      exponent !== null &&
      (exponent.low <= COLLAPSE_EXPONENTS.lowest || exponent.high >= COLLAPSE_EXPONENTS.highest),
    curves: measured.map((size) => drawn(size, best ?? 0.5, horizon)),
  };
}

function sizeOf(
  { samples, columns }: SizeColumns,
  resamples: number,
  seed: number,
  index: number,
): Size {
  const medians = columns
    .map(({ lambda, crossings }, column) => ({
      lambda,
      // A stream for every column of every size.
      ...medianTime(crossings, resamples, new Random(seed, index * 0x10000 + column)),
    }))
    .filter(({ seeds, median }) => seeds > 0 && median > -Infinity)
    .sort((a, b) => a.lambda - b.lambda);
  return { samples, medians, errors: standardErrors(medians, ({ lambda }) => lambda) };
}

function curveOf(
  { samples, medians, errors }: Size,
  log10t: (column: MedianTime) => number,
): Curve {
  const scale = samples ** -TIME_EXPONENT;
  const timed: number[] = [];
  medians.forEach((column, i) => {
    if (Number.isFinite(log10t(column)) && (errors[i] as number) < Infinity) timed.push(i);
  });
  const column = (i: number): Size['medians'][number] => medians[i] as Size['medians'][number];
  return {
    samples,
    distance: Float64Array.from(timed, (i) => column(i).lambda - EDGE),
    y: Float64Array.from(timed, (i) => log10t(column(i)) * scale),
    variance: Float64Array.from(timed, (i) => ((errors[i] as number) * scale) ** 2),
  };
}

/** How far apart the curves are at an exponent. */
function compare(
  curves: readonly Curve[],
  exponent: number,
): { readonly spread: number; readonly comparisons: number } {
  let sum = 0;
  let comparisons = 0;
  for (const one of curves) {
    for (const other of curves) {
      if (one === other) continue;
      const stretch = (one.samples / other.samples) ** exponent;
      const last = other.distance.length - 1;
      let right = 1;
      for (let i = 0; i < one.distance.length; i++) {
        const at = (one.distance[i] as number) * stretch;
        while (right <= last && (other.distance[right] as number) < at) right++;
        if (right > last) break;
        const left = other.distance[right - 1] as number;
        const step = (other.distance[right] as number) - left;
        if (at < left || step <= 0) continue;
        const f = (at - left) / step;
        const y = (1 - f) * (other.y[right - 1] as number) + f * (other.y[right] as number);
        const variance =
          (1 - f) ** 2 * (other.variance[right - 1] as number) +
          f ** 2 * (other.variance[right] as number);
        sum += ((one.y[i] as number) - y) ** 2 / ((one.variance[i] as number) + variance);
        comparisons++;
      }
    }
  }
  return { spread: sum / comparisons, comparisons };
}

/** The exponent of least spread: the best on a grid, then golden sections around it. */
function bestExponent(curves: readonly Curve[]): number | undefined {
  const { lowest, highest } = COLLAPSE_EXPONENTS;
  const step = (highest - lowest) / (TRIED - 1);
  const tried = Array.from({ length: TRIED }, (_, k) => ({
    at: lowest + k * step,
    ...compare(curves, lowest + k * step),
  }));
  const enough = LEAST_OVERLAP * Math.max(...tried.map(({ comparisons }) => comparisons));
  if (enough === 0) return undefined;
  const spreadAt = (exponent: number): number => {
    const { spread, comparisons } = compare(curves, exponent);
    return comparisons >= enough ? spread : Infinity;
  };
  let best = 0;
  let least = Infinity;
  for (const { at, spread, comparisons } of tried) {
    if (comparisons >= enough && spread < least) [best, least] = [at, spread];
  }
  return goldenSection(spreadAt, Math.max(lowest, best - step), Math.min(highest, best + step));
}

/** Where a function is least between two ends, to about a hundredth of their distance. */
function goldenSection(f: (x: number) => number, from: number, to: number): number {
  const ratio = (Math.sqrt(5) - 1) / 2;
  let [low, high] = [from, to];
  let [a, b] = [high - ratio * (high - low), low + ratio * (high - low)];
  let [fa, fb] = [f(a), f(b)];
  for (let turn = 0; turn < 10; turn++) {
    if (fa <= fb) {
      [high, b, fb] = [b, a, fa];
      a = high - ratio * (high - low);
      fa = f(a);
    } else {
      [low, a, fa] = [a, b, fb];
      b = low + ratio * (high - low);
      fb = f(b);
    }
  }
  return fa <= fb ? a : b;
}

function drawn({ samples, medians, errors }: Size, w: number, horizon: number): CollapsedCurve {
  const scale = samples ** -TIME_EXPONENT;
  return {
    samples,
    points: medians.map(({ lambda, median }, i) => ({
      lambda,
      x: (lambda - EDGE) * samples ** w,
      y: Math.min(median, horizon) * scale,
      error: (errors[i] as number) * scale,
      censored: median === Infinity,
    })),
  };
}

import { type CensoredLine, type CensoredPoints, fitCensoredLine } from '../model/censored.ts';
import type { MedianTime } from './medians.ts';

/** Range of the free exponent μ. */
export const EXPONENTS = { lowest: -1, highest: 2 } as const;

/** Exponents tried; every eighth at first, then closer and closer around the best. */
const TRIED = 33;
const COARSE_STEP = 8;

/** The median of a column at a distance ε from the edge. */
export interface ColumnMedian extends MedianTime {
  readonly distance: number;
}

/** The medians as measured, or in one resample, in ln t, with standard errors given in decades. */
export class Resampled implements CensoredPoints {
  readonly y: Float64Array;
  readonly error: Float64Array;
  readonly censored: Uint8Array;

  constructor(
    private readonly columns: readonly ColumnMedian[],
    private readonly errors: Float64Array,
    private readonly horizon: number,
  ) {
    this.y = new Float64Array(columns.length);
    this.error = new Float64Array(columns.length);
    this.censored = new Uint8Array(columns.length);
  }

  measured(): void {
    this.columns.forEach(({ median }, i) => {
      this.set(i, median);
    });
  }

  resample(r: number): void {
    this.columns.forEach(({ resampled }, i) => {
      this.set(i, resampled[r] as number);
    });
  }

  private set(i: number, log10t: number): void {
    this.censored[i] = log10t === Infinity ? 1 : 0;
    this.y[i] = Math.min(log10t, this.horizon) * Math.LN10;
    // A resample may be from the start where the measured median is not: no time to fit.
    this.error[i] = log10t === -Infinity ? Infinity : (this.errors[i] as number) * Math.LN10;
    if (log10t === -Infinity) this.y[i] = 0;
  }
}

/** A line and the exponent of its abscissae. */
export type FreeLine = CensoredLine & { readonly exponent: number };

/** The law with a free exponent: a line for each exponent tried, and the best of them. */
export class ExponentSearch {
  private readonly xs: Float64Array[];

  constructor(private readonly columns: readonly ColumnMedian[]) {
    this.xs = Array.from({ length: TRIED }, (_, k) => abscissae(columns, exponentAt(k)));
  }

  fit(points: CensoredPoints): FreeLine | undefined {
    const fits = new Map<number, CensoredLine | undefined>();
    const height = (k: number): number => {
      const x = this.xs[k];
      if (!x) return -Infinity;
      if (!fits.has(k)) fits.set(k, fitCensoredLine(x, points));
      return fits.get(k)?.logLikelihood ?? -Infinity;
    };
    let best = 0;
    for (let k = 0; k < TRIED; k += COARSE_STEP) if (height(k) > height(best)) best = k;
    for (let step = COARSE_STEP / 2; step >= 1; step /= 2) {
      for (const k of [best - step, best + step]) if (height(k) > height(best)) best = k;
    }
    // The vertex of the parabola through the best and its neighbours.
    const [left, top, right] = [height(best - 1), height(best), height(best + 1)];
    const vertex = best + (0.5 * (left - right)) / (left - 2 * top + right);
    const exponent = exponentAt(Math.abs(vertex - best) <= 1 ? vertex : best);
    const line = fitCensoredLine(abscissae(this.columns, exponent), points);
    return line && { ...line, exponent };
  }
}

function exponentAt(k: number): number {
  return EXPONENTS.lowest + ((EXPONENTS.highest - EXPONENTS.lowest) * k) / (TRIED - 1);
}

/** (ε^(−μ) − 1)/μ, the transformation of Box & Cox (J. R. Stat. Soc. B 26, 1964) of 1/ε. */
export function abscissae(columns: readonly ColumnMedian[], exponent: number): Float64Array {
  return Float64Array.from(columns, ({ distance }) => {
    const power = -exponent * Math.log(distance);
    return Math.abs(exponent) < 1e-9 ? -Math.log(distance) : Math.expm1(power) / exponent;
  });
}

/** A picture as data, for whoever draws it. */

/** A line or a set of points; y is NaN where there is nothing. */
export interface Series {
  readonly label: string;
  readonly kind: 'line' | 'points' | 'theory';
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** Half lengths of error bars, … */
  readonly error?: readonly number[];
  /** … or their ends, where they are not about the point; infinite ones are cut off. */
  readonly span?: readonly (readonly [number, number])[];
}

/** Ends of the bar at a point; undefined without one. */
export function barOf(
  { y, error, span }: Series,
  k: number,
): readonly [number, number] | undefined {
  const middle = y[k] as number;
  const half = error?.[k];
  const bar = span?.[k] ?? (half === undefined ? undefined : [middle - half, middle + half]);
  return bar && Number.isFinite(middle) && !bar.some(Number.isNaN) ? bar : undefined;
}

/** Series over common axes. */
export interface ChartFigure {
  readonly kind: 'chart';
  readonly title: string;
  readonly xTitle: string;
  readonly yTitle: string;
  /** Whether values are log10 of what an axis shows. */
  readonly xLogarithmic: boolean;
  readonly yLogarithmic: boolean;
  readonly series: readonly Series[];
}

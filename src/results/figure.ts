/** A picture as data, for whoever draws it. */

/** A line or a set of points; y is NaN where there is nothing. */
export interface Series {
  readonly label: string;
  readonly kind: 'line' | 'points' | 'theory';
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** Half lengths of error bars. */
  readonly error?: readonly number[];
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

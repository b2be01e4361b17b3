/** What the certificates of a sweep say, a column of the map at a time. */
import type { Separability } from '../model/separability/certifier.ts';
import { followsMargin } from '../model/spec.ts';
import { finalAccuracyOf, limitNormOf, marginOfData } from '../results/limits.ts';
import type { View } from './cells.ts';

/** Quartiles of a quantity that may be infinite. */
export interface Quartiles {
  readonly lower: number;
  readonly median: number;
  readonly upper: number;
}

/** The certified datasets of one column. */
export interface ColumnLimits {
  /** Datasets with a certificate that decides, and how many of them are separable. */
  readonly count: number;
  readonly separable: number;
  readonly undecided: number;
  /**
   * Over all of them; undefined if there are none, and of the last two where training tends elsewhere.
   * Margins of inseparable data are 0, …
   */
  readonly margin: Quartiles | undefined;
  /** … ‖u∞‖ of separable data is infinite, … */
  readonly norm: Quartiles | undefined;
  /** … and the final accuracy of inseparable data is 1. */
  readonly finalAccuracy: Quartiles | undefined;
}

/** Each column of the map: over all rows if y runs over seeds, else in one row. */
export function columnLimits({ plan, table }: View, row: number): ColumnLimits[] {
  const { spec } = plan;
  const rows = spec.y.over === 'seed' ? plan.ys.map((_, iy) => iy) : [row];
  const follows = followsMargin(spec);
  return plan.xs.map((_, ix) => {
    const all: Separability[] = [];
    for (const iy of rows) {
      for (let k = 0; k < spec.seedsPerCell; k++) {
        const separability = table.separability(plan.firstOf(ix, iy) + k);
        if (separability) all.push(separability);
      }
    }
    const { sigma } = plan.cell(ix, rows[0] as number);
    const decided = all.filter(({ kind }) => kind !== 'undecided');
    return {
      count: decided.length,
      separable: decided.filter(({ kind }) => kind === 'separable').length,
      undecided: all.length - decided.length,
      margin: quartiles(decided.map((s) => marginOfData(s) as number)),
      norm: follows ? quartiles(decided.map((s) => limitNormOf(s) as number)) : undefined,
      finalAccuracy: follows
        ? quartiles(decided.map((s) => finalAccuracyOf(s, sigma) as number))
        : undefined,
    };
  });
}

/** Quartiles with linear interpolation (Hyndman & Fan, type 7), infinite where a value is. */
export function quartiles(values: readonly number[]): Quartiles | undefined {
  if (values.length === 0) return undefined;
  const sorted = Float64Array.from(values).sort();
  const at = (q: number): number => {
    const position = q * (sorted.length - 1);
    const low = sorted[Math.floor(position)] as number;
    const high = sorted[Math.ceil(position)] as number;
    return low === high ? low : low + (position - Math.floor(position)) * (high - low);
  };
  return { lower: at(0.25), median: at(0.5), upper: at(0.75) };
}

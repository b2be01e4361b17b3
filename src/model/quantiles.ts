import type { DistributionKind } from './distribution.ts';
import { toHalfBits } from './half.ts';
import { normalQuantile } from './normal.ts';
import { studentQuantile } from './student.ts';

/** Number of entries of a quantile table: one for each magnitude that 15 bits can pick. */
export const QUANTILES = 32768;

/** What the entries of a dataset are drawn from; absent: Gaussian. */
export interface Distribution {
  readonly distribution?: DistributionKind;
  /** ν of Student's t. */
  readonly degrees?: number;
}

/** One name for each table. */
export function tableName({ distribution = 'gaussian', degrees }: Distribution): string {
  return distribution === 'studentT' ? `${distribution} ${degrees}` : distribution;
}

/** The quantile at ½ + p, p ∈ (0, ½), of a distribution of unit variance, rising with p. */
function quantileFunction({ distribution, degrees = 3 }: Distribution): (p: number) => number {
  switch (distribution) {
    case 'rademacher':
      return () => 1;
    case 'uniform':
      return (p) => Math.sqrt(12) * p;
    case 'laplace':
      return (p) => -Math.log1p(-2 * p) / Math.SQRT2;
    case 'studentT': {
      const deviation = Math.sqrt(degrees / (degrees - 2));
      let last = 1e-5;
      return (p) => {
        last = studentQuantile(p, degrees, last);
        return last / deviation;
      };
    }
    default:
      return (p) => normalQuantile(0.5 + p);
  }
}

const tables = new Map<string, Uint16Array>();

/**
 * Positive half of a quantile table: entry k holds the bits of the half nearest to the quantile at
 * ½ + (k + ½)/65536. A random sign and a random k give an entry with integer arithmetic alone, the same on
 * every device. The variance is that of the table: 1 less what lies beyond its last entry.
 */
export function quantileTable(distribution: Distribution): Uint16Array {
  const name = tableName(distribution);
  let table = tables.get(name);
  if (!table) {
    const quantile = quantileFunction(distribution);
    table = new Uint16Array(QUANTILES);
    for (let k = 0; k < QUANTILES; k++) table[k] = toHalfBits(quantile((k + 0.5) / 65536));
    tables.set(name, table);
  }
  return table;
}

/** The table of the Gaussian. */
export function gaussianQuantiles(): Uint16Array {
  return quantileTable({});
}

import { toHalfBits } from './half.ts';
import { normalQuantile } from './normal.ts';

/** Number of entries of a quantile table: one for each magnitude that 15 bits can pick. */
export const QUANTILES = 32768;

let table: Uint16Array | undefined;

/**
 * Positive half of the Gaussian quantile table: entry k holds the bits of the half nearest to
 * Φ⁻¹(½ + (k + ½)/65536). A random sign and a random k give a Gaussian entry with integer
 * arithmetic alone, the same on every device.
 */
export function gaussianQuantiles(): Uint16Array {
  if (!table) {
    table = new Uint16Array(QUANTILES);
    for (let k = 0; k < QUANTILES; k++) {
      table[k] = toHalfBits(normalQuantile(0.5 + (k + 0.5) / 65536));
    }
  }
  return table;
}

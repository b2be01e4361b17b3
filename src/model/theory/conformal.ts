/** Conformal time: the clock in which a run with bias follows the run without. */
import { interpolate, type Rows, rowCount } from '../trajectory.ts';
import { logAdd } from './log.ts';

/** Pieces of a step; over each, the logarithm of the integrand is taken as linear. */
const PIECES = 16;

/**
 * log τ at every row, τ(t) = ∫₀ᵗ e^{b} dt' (−∞ at t = 0). Late in a run the residuals are e^{z_i}, the
 * bias factors out of the gradient as e^{b}, and in τ the weights follow the gradient flow of
 * (1/N) Σ exp(u·g_i), in which no bias is left.
 *
 * With y = log(1 + t), dτ = e^{y − θ} dy: late in a run y − θ hardly changes, however far y goes.
 */
export function logConformalTime(rows: Rows): Float64Array {
  const count = rowCount(rows);
  const logs = new Float64Array(count).fill(-Infinity);
  for (let row = 0; row + 1 < count; row++) {
    let logTau = logs[row] as number;
    let before = interpolate(rows, row, 0);
    for (let k = 1; k <= PIECES; k++) {
      const after = interpolate(rows, row, k / PIECES);
      const width = after.log1pTime - before.log1pTime;
      const logFrom = before.log1pTime - before.clock;
      const rise = after.log1pTime - after.clock - logFrom;
      const mean = Math.abs(rise) < 1e-8 ? 1 + rise / 2 : Math.expm1(rise) / rise;
      logTau = logAdd(logTau, logFrom + Math.log(width * mean));
      before = after;
    }
    logs[row + 1] = logTau;
  }
  return logs;
}

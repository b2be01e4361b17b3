/** Late times of an inseparable dataset: u has settled at the minimiser of (1/N) Σ exp(u·g_i). */
import { normalQuantile } from '../normal.ts';

/**
 * θ(t) = −b(t) once u has settled: db/dt = −E∞ e^b, so e^{θ} = 1 + E∞ t.
 *
 * @param log1pTime log(1 + t)
 * @param objective E∞, of N → ∞ data or of one dataset
 */
export function lateClock(log1pTime: number, objective: number): number {
  const logRate = Math.log(objective);
  // log(1 + E∞ t) with t = e^y − 1, without overflow for large y.
  return log1pTime > 40 ? log1pTime + logRate : Math.log1p(objective * Math.expm1(log1pTime));
}

/**
 * log10 t_test(a) of a run whose ‖u‖ has settled: θ = Φ⁻¹(a)‖u∞‖ is reached at
 * t = (exp(Φ⁻¹(a)‖u∞‖) − 1)/E∞. An overestimate while ‖u‖ still grows.
 *
 * @param norm ‖u∞‖
 * @param objective E∞
 */
export function lateTestTime(accuracy: number, norm: number, objective: number): number {
  const clock = normalQuantile(accuracy) * norm;
  const logGrowth = clock > 40 ? clock : Math.log(Math.expm1(clock));
  return (logGrowth - Math.log(objective)) / Math.LN10;
}

/**
 * Growth rates above the edge: for t → ∞, θ/log t → 1/(1 + M²) and ‖u‖/log t → σM/(1 + M²), M = σκ
 * the margin of the data.
 */
export function separableRates(kappa: number, sigma: number): { clock: number; uNorm: number } {
  const margin = sigma * kappa;
  const clock = 1 / (1 + margin * margin);
  return { clock, uNorm: sigma * margin * clock };
}

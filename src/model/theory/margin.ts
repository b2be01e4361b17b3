/** The separable side of the edge, λ > ½, in the limit N → ∞ at fixed λ = d/N. */
import { normalCdf, normalDensity, normalQuantile } from '../normal.ts';
import { root } from './root.ts';

/** λc: below it a large dataset is almost never separable from the origin, above it almost always. */
export const CRITICAL_LAMBDA = 0.5;

/**
 * The λ at which N → ∞ data have the margin κ ≥ 0 (in units of σ):
 * λ = (1 + κ²)Φ(κ) + κφ(κ), Gardner's problem with all labels equal.
 */
export function lambdaOfMargin(kappa: number): number {
  return (1 + kappa * kappa) * normalCdf(kappa) + kappa * normalDensity(kappa);
}

/**
 * Margin κ(λ) of N → ∞ Gaussian data in units of σ: the distance of the convex hull from the origin
 * is M = σκ. 0 for λ ≤ ½. At finite N the margin fluctuates by about 1/(1.6√N).
 *
 * @param lambda d/N, from 0 to 1e6
 * @throws RangeError outside
 */
export function marginOf(lambda: number): number {
  if (!(lambda >= 0 && lambda <= 1e6)) {
    throw new RangeError(`lambda: got ${lambda}; expected a number from 0 to 1e6`);
  }
  if (lambda <= CRITICAL_LAMBDA) return 0;
  return root((kappa) => lambdaOfMargin(kappa) - lambda, 0, 1 + Math.sqrt(lambda));
}

/**
 * Test accuracy for t → ∞ of a separable dataset: ‖u‖ grows along the maximum-margin direction as
 * σ²κθ, so Φ(θ/‖u‖) → Φ(1/(σ²κ)); 1 where the margin is 0. For one dataset, `kappa` is its own
 * margin in units of σ.
 */
export function finalTestAccuracy(kappa: number, sigma: number): number {
  return normalCdf(1 / (sigma * sigma * kappa));
}

/** Margin above which test accuracy `accuracy` > ½ is never reached: 1/(σ² Φ⁻¹(a)), in units of σ. */
export function criticalMargin(sigma: number, accuracy: number): number {
  if (!(accuracy > 0.5 && accuracy < 1)) {
    throw new RangeError(`accuracy: got ${accuracy}; expected a number between 0.5 and 1`);
  }
  return 1 / (sigma * sigma * normalQuantile(accuracy));
}

/**
 * λ*(σ, a), where the time to test accuracy a diverges for N → ∞: κ(λ*) = 1/(σ² Φ⁻¹(a)). Above ½,
 * and falling to it as σ → ∞.
 *
 * @throws RangeError unless ½ < a < 1
 */
export function divergenceLambda(sigma: number, accuracy: number): number {
  return lambdaOfMargin(criticalMargin(sigma, accuracy));
}

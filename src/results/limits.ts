/** What a certificate says about t → ∞, and about a dataset's own distance from the edge. */
import type { Separability } from '../model/separability/certifier.ts';
import { criticalMargin, finalTestAccuracy, lambdaOfMargin } from '../model/theory/margin.ts';
import { saddlePointOfNorm } from '../model/theory/saddle.ts';

/**
 * Whether test accuracy provably tends to less than `accuracy`: the data are separable and
 * Φ(1/(σM)) < a, M = σκ, for the lower bound on κ.
 */
export function neverReaches(
  separability: Separability | undefined,
  sigma: number,
  accuracy: number,
): boolean {
  if (separability?.kind !== 'separable' || accuracy <= 0.5) return false;
  return separability.lower > criticalMargin(sigma, accuracy);
}

/** Test accuracy for t → ∞: Φ(1/(σ²κ)) for separable data, 1 for inseparable ones. */
export function finalAccuracyOf(separability: Separability, sigma: number): number | undefined {
  if (separability.kind === 'undecided') return undefined;
  return separability.kind === 'separable' ? finalTestAccuracy(separability.upper, sigma) : 1;
}

/** ‖u∞‖; ∞ for separable data, whose weights grow for ever. */
export function limitNormOf(separability: Separability): number | undefined {
  if (separability.kind === 'undecided') return undefined;
  return separability.kind === 'separable' ? Infinity : separability.norm;
}

/** κ, the distance of the hull from the origin in units of σ: 0 for inseparable data. */
export function marginOfData(separability: Separability): number | undefined {
  if (separability.kind === 'undecided') return undefined;
  return separability.kind === 'separable' ? separability.upper : 0;
}

/**
 * The λ at which N → ∞ data have the margin, or the ‖u∞‖, that these data have: their own place on the
 * axis through the edge, above or below ½, where the seeds of one λ scatter by about 1/(2√N).
 */
export function effectiveLambda(separability: Separability): number | undefined {
  switch (separability.kind) {
    case 'undecided':
      return undefined;
    case 'separable':
      return lambdaOfMargin(separability.upper);
    case 'inseparable':
      return saddlePointOfNorm(Math.min(1e3, Math.max(1e-3, separability.norm))).lambda;
  }
}

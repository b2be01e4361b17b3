/** Whether a dataset is linearly separable from the origin, with what proves it. */
import { nearestHullPoint } from './hull.ts';
import { minimise } from './minimiser.ts';
import { combine, norm, type Points, project } from './points.ts';

/** A proof that anyone with the data can check; see `checkCertificate`. */
export type Certificate =
  | {
      readonly kind: 'separable';
      /** A unit vector w with w·g_i > 0 for all i: −S/‖S‖ of a perfect classifier. */
      readonly direction: Float64Array;
      /** Non-negative, sum 1: Σ p_i g_i is the point of the hull nearest to the origin. */
      readonly weights: Float64Array;
      /** Bounds on κ, the margin in units of σ: min w·g_i and ‖Σ p_i g_i‖. */
      readonly lower: number;
      readonly upper: number;
    }
  | {
      readonly kind: 'inseparable';
      /** u∞ = σS∞, the minimiser of (1/N) Σ exp(u·g_i). */
      readonly minimiser: Float64Array;
      /** Positive, sum 1: Σ p_i g_i = 0 up to `residual`. */
      readonly weights: Float64Array;
      readonly residual: number;
      /** E∞, the minimum. */
      readonly objective: number;
    }
  | { readonly kind: 'undecided'; readonly reason: string };

/** The bounds on a margin meet to this, relatively. */
export const MARGIN_GAP = 1e-6;

/** ‖Σ p_i g_i‖ of a positive combination is below this times the root-mean-square length of g_i. */
export const RESIDUAL_BOUND = 1e-9;

/**
 * Certifies a dataset one way or the other. Separable: the minimum-norm point of the convex hull, with
 * primal and dual bounds. Inseparable: the minimiser of the late-time objective by Newton's method,
 * whose softmax weights are a positive combination of the points that vanishes. Data on the edge
 * itself (the origin on the boundary of the hull) and data beyond float64 are `undecided`.
 *
 * Inseparable data cost a dozen times N·d²/2 + d³/6 operations; separable ones about as much as one.
 */
export function certify(points: Points): Certificate {
  const hull = nearestHullPoint(points);
  if (hull.lower > 0) {
    if (hull.upper - hull.lower > MARGIN_GAP * hull.upper) {
      return undecided(`the bounds on the margin stay apart: ${hull.lower} and ${hull.upper}`);
    }
    const { direction, weights, lower, upper } = hull;
    return { kind: 'separable', direction, weights, lower, upper };
  }
  if (hull.upper > 1e-6) return undecided(`the search for the hull stopped at ${hull.upper}`);
  const end = minimise(points);
  if (!end) return undecided('the origin is on the boundary of the hull, to rounding');
  const { u, weights, residual, objective } = end;
  return { kind: 'inseparable', minimiser: u, weights, residual, objective };
}

function undecided(reason: string): Certificate {
  return { kind: 'undecided', reason };
}

/**
 * Checks a certificate against the data with nothing taken from the solver but the vectors in it.
 * @returns null if it proves what it says, else what is wrong
 */
export function checkCertificate(points: Points, certificate: Certificate): string | null {
  if (certificate.kind === 'undecided') return 'it decides nothing';
  const { weights } = certificate;
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (!(Math.abs(total - 1) < 1e-9)) return `the weights sum to ${total}`;
  const length = norm(combine(points, weights));
  if (certificate.kind === 'inseparable') {
    if (!weights.every((weight) => weight > 0)) return 'a weight is not positive';
    const scale = Math.sqrt(
      points.data.reduce((sum, x) => sum + x * x, 0) / Math.max(1, points.samples),
    );
    if (!(length <= RESIDUAL_BOUND * scale)) return `the combination has the length ${length}`;
    return null;
  }
  const { direction } = certificate;
  if (!weights.every((weight) => weight >= 0)) return 'a weight is negative';
  if (!(Math.abs(norm(direction) - 1) < 1e-9)) return 'the direction is not a unit vector';
  let lower = Infinity;
  for (let i = 0; i < points.samples; i++) lower = Math.min(lower, project(points, i, direction));
  if (!(lower > 0)) return `a sample lies at ${lower} along the direction`;
  if (!(length - lower <= MARGIN_GAP * length)) return `bounds ${lower} and ${length} do not meet`;
  return null;
}

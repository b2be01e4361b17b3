/** The inseparable side of the edge, λ < ½, in the limit N → ∞ at fixed λ = d/N. */
import { means } from './lambert.ts';
import { root } from './root.ts';

/** What the late-time objective E(u) = (1/N) Σ exp(u·g_i) and its minimiser tend to for N → ∞. */
export interface SaddlePoint {
  readonly lambda: number;
  /** ‖u∞‖ = σ‖S∞‖, the norm of the minimiser; independent of σ. */
  readonly norm: number;
  /** E∞, the minimum. */
  readonly objective: number;
}

/**
 * The saddle point at which the minimiser has the norm q > 0: the equations E[W/(1+W)] = λ and
 * E[W²] = λq² with W = W(γe^{qh}) are solved for (γ, λ) at given q. E∞ = E[exp(qh − W)] = E[W]/γ.
 *
 * @param q from 1e-3 to 1e3
 * @throws RangeError outside
 */
export function saddlePointOfNorm(q: number): SaddlePoint {
  if (!(q >= 1e-3 && q <= 1e3)) {
    throw new RangeError(`norm: got ${q}; expected a number from 0.001 to 1000`);
  }
  // W ≈ q² for small q; for large q the typical argument of W is at h ≈ 0, so log γ is of order √q.
  const low = Math.min(-1, 2 * Math.log(q) - 2);
  const logGamma = root(
    (x) => {
      const { ratio, square } = means(q, x);
      return ratio - square / (q * q);
    },
    low,
    3 + 3 * q,
    1e-14,
  );
  const { ratio, mean } = means(q, logGamma);
  return { lambda: ratio, norm: q, objective: mean * Math.exp(-logGamma) };
}

/** (½ − λ)‖u∞‖² for λ → ½. */
const EDGE = 0.857;

/**
 * The saddle point at λ: ‖u∞‖ and E∞. Near the edge ‖u∞‖ ≈ (0.857/(½ − λ))^{1/2}.
 *
 * @param lambda from 1e-5 to 0.499999
 * @throws RangeError outside
 */
export function saddlePoint(lambda: number): SaddlePoint {
  if (!(lambda >= 1e-5 && lambda <= 0.499999)) {
    throw new RangeError(`lambda: got ${lambda}; expected a number from 1e-5 to 0.499999`);
  }
  // The asymptote is approached from below. Large norms are dear to try.
  const most = Math.min(1e3, 2 * Math.sqrt(EDGE / (0.5 - lambda)));
  const logNorm = root(
    (x) => Math.log(edgeDistance(Math.exp(x)) / (0.5 - lambda)),
    Math.log(1e-3),
    Math.log(most),
    1e-14,
  );
  return { ...saddlePointOfNorm(Math.exp(logNorm)), lambda };
}

function edgeDistance(q: number): number {
  return 0.5 - saddlePointOfNorm(q).lambda;
}

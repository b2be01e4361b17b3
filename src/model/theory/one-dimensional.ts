/**
 * The one-dimensional model: N = 2, d = 1, x₁ = −1, x₂ = 1 − 2λ (in units of σ). It has all three
 * regimes in closed form: inseparable for λ < ½, on the edge at ½, separable above with margin 2λ − 1.
 */

/** The two points of the model, in units of σ. */
export function twoPoints(lambda: number): [number, number] {
  return [-1, 1 - 2 * lambda];
}

/**
 * u∞ for λ < ½, where −e^{−u} + (1−2λ)e^{(1−2λ)u} = 0: log(1/(1−2λ))/(2(1−λ)). Diverges
 * logarithmically at λ = ½.
 *
 * @throws RangeError unless 0 ≤ λ < ½
 */
export function limitWeight(lambda: number): number {
  if (!(lambda >= 0 && lambda < 0.5)) {
    throw new RangeError(`lambda: got ${lambda}; expected a number from 0 to below 0.5`);
  }
  return -Math.log(1 - 2 * lambda) / (2 * (1 - lambda));
}

/** E∞ = ½(e^{−u∞} + e^{(1−2λ)u∞}) for λ < ½. */
export function limitObjective(lambda: number): number {
  const u = limitWeight(lambda);
  return 0.5 * (Math.exp(-u) + Math.exp((1 - 2 * lambda) * u));
}

/**
 * Weight on the edge, λ = ½, for late times: du/dθ = σ² e^{−u}/(1 + e^{−u}) at large θ, so
 * e^u + u ≈ σ²θ and u ~ log log t. Solves e^u + u = 1 + σ²θ.
 *
 * @param clock θ ≥ 0
 */
export function edgeWeight(clock: number, sigma: number): number {
  const target = 1 + sigma * sigma * clock;
  let u = Math.log(target);
  for (let k = 0; k < 50; k++) {
    const e = Math.exp(u);
    const step = (e + u - target) / (e + 1);
    u -= step;
    if (Math.abs(step) < 1e-15 * (1 + u)) break;
  }
  return u;
}

/** Where data with a mean become separable. */
import { type DataLaw, scalesOf } from '../distribution.ts';
import { normalCdf, normalDensity } from '../normal.ts';
import { CRITICAL_LAMBDA } from './margin.ts';

/**
 * λc of Gaussian data whose mean is m standard deviations along some direction, N → ∞. A vector w with
 * component a along the mean and 1 across it separates from the origin if a(V_i + m) + w′·g′_i > 0 for all i,
 * and by Gordon's theorem there is a w′ for λ > E[(Z − a(V + m))₊²], Z and V standard Gaussian: λc is the least
 * of these over a (Candès, Sur 2020, for logistic regression). Z − a(V + m) is Gaussian, so the mean is
 * (μ² + s²)Φ(μ/s) + μsφ(μ/s) with μ = −am, s² = 1 + a². λc = ½ at m = 0 and falls with |m|.
 */
export function criticalLambda(shift: number): number {
  const m = Math.abs(shift);
  const needed = (a: number): number => {
    const mu = -a * m;
    const s = Math.sqrt(1 + a * a);
    return (mu * mu + s * s) * normalCdf(mu / s) + mu * s * normalDensity(mu / s);
  };
  // Least over a ≥ 0 by golden section, on a logarithmic bracket: it has one minimum.
  const ratio = (Math.sqrt(5) - 1) / 2;
  let low = 0;
  let high = 1;
  while (high < 1e6 && needed(2 * high) < needed(high)) high *= 2;
  high *= 2;
  for (let k = 0; k < 100; k++) {
    const [x, y] = [high - ratio * (high - low), low + ratio * (high - low)];
    if (needed(x) < needed(y)) high = y;
    else low = x;
  }
  return needed((low + high) / 2);
}

/**
 * λc of some data: ½ for every symmetric distribution (Wendel) and every covariance, which is a linear map; a
 * mean counts in standard deviations of its own coordinate. With a mean, that of Gaussian data.
 * @param dimensions d, which the scale of a coordinate depends on
 */
export function criticalLambdaOf(data: DataLaw, dimensions: number): number {
  if (data.shift === 0) return CRITICAL_LAMBDA;
  return criticalLambda(data.shift / (scalesOf(data, dimensions)[0] as number));
}

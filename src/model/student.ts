/** Student's t distribution in float64. */

/** log Γ(x) for x > 0 (Lanczos, g = 7, nine terms): relative error about 1e-15. */
export function logGamma(x: number): number {
  const coefficients = [
    0.9999999999998099, 676.5203681218851, -1259.1392167224028, 771.3234287776531,
    -176.6150291621406, 12.507343278686905, -0.13857109526572012, 9.984369578019572e-6,
    1.5056327351493116e-7,
  ];
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const y = x - 1;
  const t = y + 7.5;
  const sum = coefficients.reduce((total, c, k) => (k === 0 ? c : total + c / (y + k)), 0);
  return 0.5 * Math.log(2 * Math.PI) + (y + 0.5) * Math.log(t) - t + Math.log(sum);
}

/** Regularised incomplete beta function by its continued fraction (Lentz), for x < (a + 1)/(a + b + 2). */
function incompleteBeta(x: number, a: number, b: number): number {
  const front = Math.exp(
    logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x),
  );
  let c = 1;
  let d = 1 / (1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m < 500; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / (1 + even * d);
    c = 1 + even / c;
    fraction *= c * d;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / (1 + odd * d);
    c = 1 + odd / c;
    fraction *= c * d;
    if (Math.abs(c * d - 1) < 1e-15) break;
  }
  return (front * fraction) / a;
}

/** P(0 < T < t) for t ≥ 0. */
function centralProbability(t: number, degrees: number): number {
  if (t === 0) return 0;
  const x = (t * t) / (degrees + t * t);
  const a = 0.5;
  const b = degrees / 2;
  return x < (a + 1) / (a + b + 2)
    ? 0.5 * incompleteBeta(x, a, b)
    : 0.5 * (1 - incompleteBeta(1 - x, b, a));
}

/**
 * The t with P(0 < T < t) = p, p ∈ [0, ½), by Newton's method with bisection where it leaves its bracket;
 * relative error below 1e-12.
 * @param start a guess, such as the quantile of a smaller p
 */
export function studentQuantile(p: number, degrees: number, start = 1): number {
  const logConstant =
    logGamma((degrees + 1) / 2) - logGamma(degrees / 2) - 0.5 * Math.log(degrees * Math.PI);
  let low = 0;
  let high = Infinity;
  let t = start;
  for (let k = 0; k < 200; k++) {
    const error = centralProbability(t, degrees) - p;
    if (error < 0) low = t;
    else high = t;
    const logDensity = logConstant - ((degrees + 1) / 2) * Math.log1p((t * t) / degrees);
    const newton = t - error / Math.exp(logDensity);
    const inside = newton > low && newton < high;
    const next = inside ? newton : high === Infinity ? 2 * t : (low + high) / 2;
    if (Math.abs(next - t) <= 1e-14 * t) return next;
    t = next;
  }
  return t;
}

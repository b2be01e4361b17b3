/** The probability that a dataset is linearly separable from the origin. */

/**
 * Wendel's theorem: N points with a symmetric distribution in general position in d dimensions lie
 * on one side of some hyperplane through the origin with probability
 * 2^{1−N} Σ_{k=0}^{d−1} C(N−1, k), exact for every N and d, whatever the distribution
 * (J. G. Wendel, "A problem in geometric probability", Math. Scand. 11, 1962). Relative error below
 * 1e-12, or underflow to 0.
 *
 * @param samples N, a whole number from 1
 * @param dimensions d, a whole number from 1
 * @throws RangeError for anything else
 */
export function separableProbability(samples: number, dimensions: number): number {
  for (const [name, value] of Object.entries({ samples, dimensions })) {
    if (!Number.isInteger(value) || value < 1) {
      throw new RangeError(`${name}: got ${value}; expected a whole number from 1`);
    }
  }
  const n = samples - 1;
  const k = dimensions - 1;
  if (k >= n) return 1;
  // The smaller tail is summed; the binomial is symmetric.
  return 2 * k < n ? lowerTail(n, k) : 1 - lowerTail(n, n - k - 1);
}

/** P(Bin(n, ½) ≤ k) for k < n/2: terms fall by k/(n − k + 1) and faster. */
function lowerTail(n: number, k: number): number {
  let term = 1;
  let sum = 1;
  for (let j = k; j >= 1 && term > 1e-18 * sum; j--) {
    term *= j / (n - j + 1);
    sum += term;
  }
  return sum * binomial(n, k);
}

/**
 * C(n, k) 2^{−n} by Loader's saddle-point expansion, which has no large logarithms to cancel
 * (C. Loader, "Fast and accurate computation of binomial probabilities", 2000).
 */
function binomial(n: number, k: number): number {
  if (k === 0 || k === n) return 2 ** -n;
  const exponent =
    stirlingError(n) -
    stirlingError(k) -
    stirlingError(n - k) -
    deviance(k, n / 2) -
    deviance(n - k, n / 2);
  return Math.exp(exponent) * Math.sqrt(n / (2 * Math.PI * k * (n - k)));
}

/** log n! − log(√(2πn) (n/e)^n). */
function stirlingError(n: number): number {
  if (n < 16) {
    let logFactorial = 0;
    for (let m = 2; m <= n; m++) logFactorial += Math.log(m);
    return logFactorial - (n + 0.5) * Math.log(n) + n - 0.5 * Math.log(2 * Math.PI);
  }
  const x = 1 / (n * n);
  return (1 / 12 - x * (1 / 360 - x * (1 / 1260 - x * (1 / 1680 - x / 1188)))) / n;
}

/** x log(x/m) + m − x without cancellation near x = m. */
function deviance(x: number, m: number): number {
  if (Math.abs(x - m) >= 0.1 * (x + m)) return x * Math.log(x / m) + m - x;
  const v = (x - m) / (x + m);
  let sum = (x - m) * v;
  let term = 2 * x * v;
  for (let j = 1; j < 100; j++) {
    term *= v * v;
    const next = sum + term / (2 * j + 1);
    if (next === sum) break;
    sum = next;
  }
  return sum;
}

import { normalCdf, normalDensity, normalQuantile } from './normal.ts';

/** Test accuracy Φ(θ/‖u‖), exact, no test set; θ = −b. At u = 0 and θ > 0 it is 1. */
export function testAccuracy(clock: number, uNorm: number): number {
  return normalCdf(clock / uNorm);
}

/** The value of θ/‖u‖ at which test accuracy is `accuracy`. */
export function testQuantile(accuracy: number): number {
  return normalQuantile(accuracy);
}

/** Most training errors that still count as a training accuracy of at least `accuracy`. */
export function maxTrainErrors(accuracy: number, samples: number): number {
  // 1e-9 absorbs the rounding of (1 − a)N where it is an integer.
  return Math.floor((1 - accuracy) * samples + 1e-9);
}

// Gauss–Legendre nodes and weights on [−1, 1], 16 points, positive half.
const GAUSS: readonly (readonly [number, number])[] = gaussLegendre(16);

function gaussLegendre(n: number): [number, number][] {
  const pairs: [number, number][] = [];
  for (let k = 0; k < n / 2; k++) {
    let x = Math.cos((Math.PI * (k + 0.75)) / (n + 0.5));
    let derivative = 0;
    for (let newton = 0; newton < 8; newton++) {
      let previous = 1;
      let value = x;
      for (let m = 2; m <= n; m++) {
        [previous, value] = [value, ((2 * m - 1) * x * value - (m - 1) * previous) / m];
      }
      derivative = (n * (x * value - previous)) / (x * x - 1);
      x -= value / derivative;
    }
    pairs.push([x, 2 / ((1 - x * x) * derivative * derivative)]);
  }
  return pairs;
}

/**
 * Test loss E log(1 + e^z), z ~ N(b, ‖u‖²), b = −θ; relative error below 1e-10.
 * log(1+e^z) = max(z, 0) + log(1+e^{−|z|}): the first part has a closed form, the second is
 * integrated over each half line where e^{−|z|} times the density is not negligible.
 */
export function testLoss(clock: number, uNorm: number): number {
  const bias = -clock;
  if (uNorm === 0) return Math.max(bias, 0) + Math.log1p(Math.exp(-Math.abs(bias)));
  const x = bias / uNorm;
  // E max(z, 0) = b Φ(b/n) + n φ(b/n); for x ≪ 0 the difference is taken by its expansion.
  const ramp =
    x > -5
      ? bias * normalCdf(x) + uNorm * normalDensity(x)
      : uNorm * normalDensity(x) * millsRest(x);
  return ramp + halfLine(bias, uNorm) + halfLine(-bias, uNorm);
}

/** 1 + x·Φ(x)/φ(x) for x ≤ −5, by the continued fraction of Mills' ratio (no cancellation). */
function millsRest(x: number): number {
  // Φ(−a)/φ(a) = 1/(a + 1/(a + 2/(a + …))); with K = 1/(a + 2/(a + …)), 1 − a/(a + K) = K/(a + K).
  const a = -x;
  let fraction = a;
  for (let n = 60; n >= 2; n--) fraction = a + n / fraction;
  const k = 1 / fraction;
  return k / (a + k);
}

/** ∫_0^∞ log(1+e^{−s}) · density of N(mean, n²) at −s … i.e. over z = −s ≤ 0. */
function halfLine(mean: number, n: number): number {
  // Exponent of the integrand: −s − (s + mean)²/2n², largest at s = −mean − n² (or at 0).
  const peak = Math.max(0, -mean - n * n);
  const from = Math.max(0, peak - 10 * n);
  // Right of the peak both factors fall: stop where the faster one has reached 1e-18.
  const to = peak + (peak > 0 ? 10 * n : Math.min(42, Math.sqrt(mean * mean + 84 * n * n) - mean));
  // Sixteen points for three widths of the narrower factor: to 3e-13.
  const panels = Math.max(4, Math.ceil((to - from) / (3 * Math.min(1, n))));
  const width = (to - from) / panels;
  let sum = 0;
  for (let p = 0; p < panels; p++) {
    const centre = from + (p + 0.5) * width;
    for (const [node, weight] of GAUSS) {
      const a = centre + (node * width) / 2;
      const b = centre - (node * width) / 2;
      sum +=
        weight *
        (Math.log1p(Math.exp(-a)) * normalDensity((a + mean) / n) +
          Math.log1p(Math.exp(-b)) * normalDensity((b + mean) / n));
    }
  }
  return (sum * width) / 2 / n;
}

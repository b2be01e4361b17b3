import { normalCdf, normalDensity } from './normal.ts';
import { type Line, weightedLine } from './statistics.ts';

/**
 * Points of a line whose y have Gaussian errors of known size, some of them known only to lie above
 * a bound. An error of +∞ leaves a point out.
 */
export interface CensoredPoints {
  /** What was measured, or the bound where `censored` is 1. */
  readonly y: Float64Array;
  readonly error: Float64Array;
  readonly censored: Uint8Array;
}

/** A line of greatest likelihood. */
export interface CensoredLine {
  readonly intercept: number;
  readonly slope: number;
  /** Natural logarithm: densities of what was measured, probabilities of the bounds. */
  readonly logLikelihood: number;
}

const HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);

/** The upper tail of the standard normal distribution beyond a bound. */
export interface Tail {
  /** log Φ(−z). */
  log: number;
  /** φ(z)/Φ(−z) − z: how far above the bound the mean of what lies beyond it is. */
  excess: number;
}

/** The tail beyond z, written into `out`, with no underflow or cancellation at large z; good to 1e-9. */
export function tailInto(out: Tail, z: number): void {
  if (z < 2) {
    const beyond = normalCdf(-z);
    out.log = Math.log(beyond);
    out.excess = normalDensity(z) / beyond - z;
    return;
  }
  // Continued fraction of Mills' ratio (Abramowitz & Stegun 26.2.14), backwards, less its first z.
  let fraction = z;
  for (let n = 10 + Math.ceil(140 / (z * z)); n >= 2; n--) fraction = z + n / fraction;
  out.excess = 1 / fraction;
  out.log = -0.5 * z * z - HALF_LOG_TWO_PI - Math.log(z + out.excess);
}

/** Weights and responses of the next turn, and the log-likelihood of the line they are made at. */
class Working {
  readonly weights: Float64Array;
  readonly response: Float64Array;
  readonly bounds: readonly number[];
  private readonly tail: Tail = { log: 0, excess: 0 };

  constructor(
    private readonly x: Float64Array,
    private readonly points: CensoredPoints,
  ) {
    const { y, error, censored } = points;
    const bounds: number[] = [];
    this.response = Float64Array.from(y);
    this.weights = Float64Array.from(error, (sigma, i) => {
      if (censored[i] && sigma < Infinity) bounds.push(i);
      return censored[i] || sigma === Infinity ? 0 : 1 / (sigma * sigma);
    });
    this.bounds = bounds;
  }

  /** Moves the bounds to a line. */
  at(intercept: number, slope: number): number {
    const { x, tail, weights, response } = this;
    const { y, error, censored } = this.points;
    let sum = 0;
    for (let i = 0; i < x.length; i++) {
      const sigma = error[i] as number;
      if (sigma === Infinity) continue;
      const line = intercept + slope * (x[i] as number);
      const z = ((y[i] as number) - line) / sigma;
      if (censored[i]) {
        tailInto(tail, z);
        sum += tail.log;
        weights[i] = ((z + tail.excess) * tail.excess) / (sigma * sigma);
        response[i] = line + sigma / tail.excess;
      } else {
        sum -= 0.5 * z * z + HALF_LOG_TWO_PI + Math.log(sigma);
      }
    }
    return sum;
  }
}

/**
 * The line of greatest likelihood through points some of which are lower bounds (a Tobit model with
 * known errors: Tobin, Econometrica 26, 1958). Newton's method as repeated weighted least squares:
 * with z = (bound − line)/σ and h the hazard at z, a bound acts like a measurement at
 * line + σ/(h − z) of weight h(h − z)/σ². The expectation maximisation that puts line + σh with
 * weight 1/σ² there instead has the same fixed point, but needs many more turns when most points
 * are bounds. The log-likelihood is concave, so the maximum is the only one. Undefined without
 * two different x at which y was measured.
 */
export function fitCensoredLine(x: Float64Array, points: CensoredPoints): CensoredLine | undefined {
  const working = new Working(x, points);
  let line: Pick<Line, 'intercept' | 'slope'> | undefined = weightedLine(
    x,
    points.y,
    working.weights,
  );
  if (!line) return undefined;
  let best = working.at(line.intercept, line.slope);
  for (let turn = 0; working.bounds.length > 0 && turn < 50; turn++) {
    const target = weightedLine(x, working.response, working.weights);
    if (!target) break;
    // Newton's step may go too far where the bounds hardly matter: halve it until it climbs.
    let fraction = 1;
    let next: Pick<Line, 'intercept' | 'slope'> = target;
    let reached = working.at(next.intercept, next.slope);
    while (reached < best && fraction > 1e-6) {
      fraction /= 2;
      next = {
        intercept: line.intercept + fraction * (target.intercept - line.intercept),
        slope: line.slope + fraction * (target.slope - line.slope),
      };
      reached = working.at(next.intercept, next.slope);
    }
    if (!(reached >= best)) break;
    const gain: number = reached - best;
    line = next;
    best = reached;
    // Convergence is quadratic: this was a hundredth of a standard error, the next is nothing.
    if (gain < 1e-5) break;
  }
  return { intercept: line.intercept, slope: line.slope, logLikelihood: best };
}

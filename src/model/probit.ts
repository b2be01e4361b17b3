import { type Tail, tailInto } from './censored.ts';
import { normalDensity, normalQuantile } from './normal.ts';
import { type Line, weightedLine } from './statistics.ts';

/** Counts of a yes-or-no outcome at several x. */
export interface Counts {
  readonly x: Float64Array;
  /** How many of `trials` were yes. */
  readonly successes: ArrayLike<number>;
  readonly trials: ArrayLike<number>;
}

/**
 * Whether Φ⁻¹(P) = a + b x has a finite fit: the x with a yes and those with a no must overlap in
 * more than a point, else the likelihood grows for ever with b (Albert & Anderson, Biometrika 71,
 * 1984).
 */
function overlaps({ x, successes, trials }: Counts): boolean {
  let [firstYes, lastYes, firstNo, lastNo] = [Infinity, -Infinity, Infinity, -Infinity];
  x.forEach((xi, i) => {
    if ((successes[i] as number) > 0) {
      firstYes = Math.min(firstYes, xi);
      lastYes = Math.max(lastYes, xi);
    }
    if ((successes[i] as number) < (trials[i] as number)) {
      firstNo = Math.min(firstNo, xi);
      lastNo = Math.max(lastNo, xi);
    }
  });
  return firstYes < lastNo && firstNo < lastYes;
}

/** Weights and responses of Newton's method, and the log-likelihood at a line. */
class Working {
  readonly weights: Float64Array;
  readonly response: Float64Array;
  private readonly tail: Tail = { log: 0, excess: 0 };

  constructor(private readonly counts: Counts) {
    this.weights = new Float64Array(counts.x.length);
    this.response = new Float64Array(counts.x.length);
  }

  at({ intercept, slope }: Pick<Line, 'intercept' | 'slope'>): number {
    const { tail, weights, response } = this;
    const { x, successes, trials } = this.counts;
    let sum = 0;
    for (let i = 0; i < x.length; i++) {
      const eta = intercept + slope * (x[i] as number);
      const yes = successes[i] as number;
      const no = (trials[i] as number) - yes;
      let gradient = 0;
      let curvature = 0;
      if (yes > 0) {
        tailInto(tail, -eta);
        const hazard = tail.excess - eta;
        sum += yes * tail.log;
        gradient += yes * hazard;
        curvature += yes * hazard * tail.excess;
      }
      if (no > 0) {
        tailInto(tail, eta);
        const hazard = tail.excess + eta;
        sum += no * tail.log;
        gradient -= no * hazard;
        curvature += no * hazard * tail.excess;
      }
      weights[i] = curvature;
      // Far out both vanish, and so does what the point has to say.
      response[i] = curvature > 0 ? eta + gradient / curvature : eta;
    }
    return sum;
  }
}

/** Where Newton's method starts: a line through the probits of the fractions, kept off 0 and 1. */
function start({ x, successes, trials }: Counts): Line | undefined {
  const weights = new Float64Array(x.length);
  const probits = Float64Array.from(x, (_, i) => {
    const n = trials[i] as number;
    const fraction = ((successes[i] as number) + 0.5) / (n + 1);
    const probit = normalQuantile(fraction);
    weights[i] = (n * normalDensity(probit) ** 2) / (fraction * (1 - fraction));
    return probit;
  });
  return weightedLine(x, probits, weights);
}

/**
 * The line Φ⁻¹(P) = intercept + slope·x of greatest binomial likelihood (probit regression: Bliss,
 * Science 79, 1934), by Newton's method as repeated weighted least squares. Counts of none or all
 * enter with their probability; nothing is added to them. Its covariance is the inverse of the
 * observed information. Undefined if the likelihood has no maximum.
 */
export function fitProbit(counts: Counts, from?: Line): Line | undefined {
  let line = overlaps(counts) ? (from ?? start(counts)) : undefined;
  if (!line) return undefined;
  const working = new Working(counts);
  let best = working.at(line);
  for (let turn = 0; turn < 50; turn++) {
    const target = weightedLine(counts.x, working.response, working.weights);
    if (!target) return undefined;
    let fraction = 1;
    let next: Line = target;
    let reached = working.at(next);
    while (!(reached >= best) && fraction > 1e-6) {
      fraction /= 2;
      next = {
        ...target,
        intercept: line.intercept + fraction * (target.intercept - line.intercept),
        slope: line.slope + fraction * (target.slope - line.slope),
      };
      reached = working.at(next);
    }
    // Nothing climbs: rounding at the top. The covariance is the one there.
    if (!(reached >= best)) return { ...target, intercept: line.intercept, slope: line.slope };
    const gain: number = reached - best;
    line = next;
    best = reached;
    if (gain < 1e-6) break;
  }
  return line;
}

import { datasetValues } from '../../model/dataset.ts';
import { GAUSSIAN, scalesOf } from '../../model/distribution.ts';
import { initialWeights } from '../../model/draws.ts';
import type { Pull, Training } from '../../model/dynamics.ts';
import {
  Control,
  flowSettings,
  type Replica,
  TimeControl,
  type Trajectory,
} from '../../model/replica.ts';
import { ERROR_COUNTS } from '../../model/trajectory.ts';
import { momentsOf, Objective, statsOf } from './objective.ts';

/**
 * Gradient flow with weight decay, dS/dt = −∇L − γS and db/dt = −∂L/∂b − γb, or from S(0) ≠ 0, in float64;
 * twin of `shaders/flow-in-time/advance.wgsl`.
 * With decay the bias may rise and is no clock, and while solutions go with log t, a rate γ stays: no
 * explicit method goes far. ROS2 (Verwer, Spee, Blom, Hundsdorfer 1999) is L-stable and of order two. It steps
 * in t: in log t its stability would not survive the growth of the rates within a step. Its linear systems
 * I + gh(∇²L + decay), g = 1 − 1/√2, are solved by conjugate gradients.
 *
 * @param onGradient called after every gradient or product with the Hessian, which costs as much
 */
export function runFlowInTime(replica: Replica, onGradient: () => void = () => {}): Trajectory {
  return trainFlowInTime(replica, onGradient).trajectory;
}

/** The same with the weights at the end: S, then b. */
export function trainFlowInTime(
  replica: Replica,
  onGradient: () => void = () => {},
): { readonly trajectory: Trajectory; readonly weights: Float64Array } {
  const { index } = replica;
  const run = new FlowInTime(replica, onGradient);
  const failure = run.integrate();
  const { gradients, weights } = run;
  return { trajectory: { index, rows: Float64Array.from(run.rows), gradients, failure }, weights };
}

class FlowInTime {
  readonly rows: number[] = [];
  gradients = 0;

  readonly #replica: Replica;
  readonly #training: Training;
  readonly #objective: Objective;
  /** S, then b. */
  #x: Float64Array;
  readonly #slope: Float64Array;
  readonly #curvature: Float64Array;
  readonly #scales: Float64Array;
  #t = 0;
  #recordedAt = 0;
  #errors = 0;
  #below = true;
  #wasBelow = false;

  constructor(
    replica: Replica,
    readonly onGradient: () => void,
  ) {
    const { samples, dimensions, sigma, training } = replica;
    if (training === undefined) throw new Error('the flow without decay has an engine of its own');
    this.#replica = replica;
    this.#training = training;
    this.#objective = new Objective(datasetValues(replica), samples, dimensions, sigma);
    this.#scales = scalesOf(replica.data ?? GAUSSIAN, dimensions);
    this.#x = new Float64Array(dimensions + 1);
    this.#x.set(initialWeights(replica, training.initialScale));
    this.#slope = new Float64Array(dimensions + 1);
    this.#curvature = new Float64Array(samples);
  }

  get weights(): Float64Array {
    return this.#x;
  }

  /** Runs to the goal or the horizon. Returns the reason of a failure, or null. */
  integrate(): string | null {
    const { tolerance, log1pHorizon } = flowSettings(this.#replica, 'float64');
    const end = Math.expm1(log1pHorizon);
    let h: number = TimeControl.firstStep;
    let rejections = 0;
    this.#evaluate(this.#x, this.#slope);
    this.#objective.curvature(this.#curvature);
    while (this.#t < end) {
      h = Math.min(h, TimeControl.maxStep * (1 + this.#t), end - this.#t);
      const { next, error } = this.#tryStep(h);
      const scaled = error / tolerance;
      const moves = this.#t + h > this.#t;
      if (scaled <= 1 && moves) {
        rejections = 0;
        this.#x = next;
        this.#t = h === end - this.#t ? end : this.#t + h;
        this.#evaluate(next, this.#slope);
        this.#objective.curvature(this.#curvature);
        if (this.#accept(end)) return null;
      } else if (++rejections > TimeControl.maxRejections) return 'the step size fell to zero';
      // The embedded estimate is of first order: its error goes with h².
      const factor = Number.isFinite(scaled) ? 0.8 / Math.sqrt(Math.max(scaled, 1e-10)) : 0;
      h *= Math.min(TimeControl.maxGrowth, Math.max(TimeControl.maxShrink, factor));
    }
    return null;
  }

  /** −∇L − decay at a point. */
  #evaluate(x: Float64Array, out: Float64Array): void {
    this.#objective.gradient(x, out);
    const { weightDecay } = this.#training;
    for (let j = 0; j < x.length; j++) {
      out[j] = -(out[j] as number) - rateOf(weightDecay, j, x.length) * (x[j] as number);
    }
    this.#count();
  }

  #count(): void {
    this.gradients++;
    this.onGradient();
  }

  /** The end of a step of ROS2, and the norm of its error estimate over its scale. */
  #tryStep(h: number): { next: Float64Array; error: number } {
    const x = this.#x;
    const scale = TimeControl.gamma * h;
    const first = this.#solve(this.#slope, scale);
    const middle = x.map((xj, j) => xj + h * (first[j] as number));
    const slope = new Float64Array(x.length);
    this.#evaluate(middle, slope);
    const second = this.#solve(
      slope.map((f, j) => f - 2 * (first[j] as number)),
      scale,
    );
    const next = x.map(
      (xj, j) => xj + h * (1.5 * (first[j] as number) + 0.5 * (second[j] as number)),
    );
    const { sigma } = this.#replica;
    let weights = 0;
    let norm = 0;
    const last = x.length - 1;
    for (let j = 0; j < last; j++) {
      weights += (h * ((first[j] as number) + (second[j] as number))) ** 2;
      norm += (next[j] as number) ** 2;
    }
    const weightError =
      (0.5 * sigma * Math.sqrt(weights)) / (Control.uNormFloor + sigma * Math.sqrt(norm));
    const bias = 0.5 * h * Math.abs((first[last] as number) + (second[last] as number));
    const biasError = bias / (Control.uNormFloor + Math.abs(next[last] as number));
    // The larger of the two, NaN if one is.
    return { next, error: Math.max(weightError, biasError) };
  }

  /**
   * v with (D + scale·∇²L) v = rhs, D = 1 + scale·decay, by conjugate gradients with D as preconditioner: where
   * only weights or the bias decay, it differs between them by as much as t grows.
   */
  #solve(rhs: Float64Array, scale: number): Float64Array {
    const { weightDecay } = this.#training;
    const length = rhs.length;
    const v = new Float64Array(length);
    const damping = rhs.map((_, j) => 1 + scale * rateOf(weightDecay, j, length));
    // Late slopes are 1e-300, whose squares are zero: the system is solved over the size of its right side.
    const size = rhs.reduce((most, r, j) => {
      return Math.max(most, Math.abs(r) / Math.sqrt(damping[j] as number));
    }, 0);
    if (!(size > 0)) return rhs.slice(); // zeros, or what is no number
    const residual = rhs.map((r) => r / size);
    const direction = residual.map((r, j) => r / (damping[j] as number));
    const product = new Float64Array(length);
    let square = dot(residual, direction);
    const enough = TimeControl.residual ** 2 * square;
    for (let k = 0; k < TimeControl.maxIterations && square > enough; k++) {
      this.#objective.hessian(this.#curvature, direction, product);
      this.#count();
      for (let j = 0; j < length; j++) {
        const own = (damping[j] as number) * (direction[j] as number);
        product[j] = own + scale * (product[j] as number);
      }
      const alpha = square / dot(direction, product);
      let next = 0;
      for (let j = 0; j < length; j++) {
        v[j] = (v[j] as number) + alpha * (direction[j] as number);
        const left = (residual[j] as number) - alpha * (product[j] as number);
        residual[j] = left;
        next += left * (left / (damping[j] as number));
      }
      const beta = next / square;
      square = next;
      for (let j = 0; j < length; j++) {
        direction[j] =
          (residual[j] as number) / (damping[j] as number) + beta * (direction[j] as number);
      }
    }
    return v.map((vj) => size * vj);
  }

  /** Records an accepted step; true if the goal is reached. */
  #accept(end: number): boolean {
    const { goal } = this.#replica;
    const { clock, uNorm } = momentsOf(this.#replica, this.#scales, this.#x);
    const below = goal !== null && clock < goal.testQuantile * uNorm;
    const { loss, residual, errors } = statsOf(this.#objective.z);
    const reached = goal !== null && this.#wasBelow && !below && errors <= goal.trainErrors;
    const turned = below !== this.#below || errors !== this.#errors;
    const y = Math.log1p(this.#t);
    const far = y - this.#recordedAt >= TimeControl.rowDistance;
    if (far || turned || reached || this.rows.length === 0 || this.#t === end) {
      const before = this.rows.length === 0 ? errors : this.#errors;
      this.rows.push(
        clock,
        y,
        Math.log(Math.max(residual, Number.MIN_VALUE)),
        uNorm,
        0,
        Math.log(Math.max(loss, Number.MIN_VALUE)),
        this.gradients,
        0,
        ...Array(ERROR_COUNTS - 1).fill(before),
        errors,
      );
      this.#recordedAt = y;
      this.#errors = errors;
    }
    this.#below = below;
    this.#wasBelow ||= below;
    return reached;
  }
}

function rateOf(pull: Pull, j: number, length: number): number {
  return j < length - 1 ? pull.weights : pull.bias;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < a.length; j++) sum += (a[j] as number) * (b[j] as number);
  return sum;
}

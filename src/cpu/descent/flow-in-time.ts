import { datasetValues } from '../../model/dataset.ts';
import { GAUSSIAN, scalesOf } from '../../model/distribution.ts';
import { initialWeights } from '../../model/draws.ts';
import type { Pull, Training } from '../../model/dynamics.ts';
import { flowSettings, type Replica, type Trajectory } from '../../model/replica.ts';
import { ERROR_COUNTS } from '../../model/trajectory.ts';
import { momentsOf, Objective, statsOf } from './objective.ts';

/** Coefficient of ROS2 that makes it L-stable. */
const GAMMA = 1 - Math.SQRT1_2;
/** First step in t, and the longest over 1 + t. */
const FIRST_STEP = 1e-4;
const MAX_STEP = 1;
/** Residual of a linear system over that of v = 0. ROS2 keeps its order with an inexact Jacobian. */
const RESIDUAL = 1e-6;
const MAX_ITERATIONS = 1000;
/** Distance in log(1 + t) of two rows. */
const ROW_DISTANCE = 0.1;
/** ‖u‖ below which its errors are absolute, as for the flow without decay. */
const UNORM_FLOOR = 0.02;
const MAX_REJECTIONS = 60;

/**
 * Gradient flow with weight decay, dS/dt = −∇L − γS and db/dt = −∂L/∂b − γb, or from S(0) ≠ 0, in float64.
 * With decay the bias may rise and is no clock, and while solutions go with log t, a rate γ stays: no
 * explicit method goes far. ROS2 (Verwer, Spee, Blom, Hundsdorfer 1999) is L-stable and of order two. It steps
 * in t: in log t its stability would not survive the growth of the rates within a step. Its linear systems
 * I + γh(∇²L + decay) are solved by conjugate gradients.
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
    let h = FIRST_STEP;
    let rejections = 0;
    this.#evaluate(this.#x, this.#slope);
    this.#objective.curvature(this.#curvature);
    while (this.#t < end) {
      h = Math.min(h, MAX_STEP * (1 + this.#t), end - this.#t);
      const { next, error } = this.#tryStep(h);
      const scaled = error / tolerance;
      if (scaled <= 1) {
        rejections = 0;
        this.#x = next;
        this.#t = h === end - this.#t ? end : this.#t + h;
        this.#evaluate(next, this.#slope);
        this.#objective.curvature(this.#curvature);
        if (this.#accept(end)) return null;
      } else if (++rejections > MAX_REJECTIONS) return 'the step size fell to zero';
      // The embedded estimate is of first order: its error goes with h².
      const factor = Number.isFinite(scaled) ? 0.8 / Math.sqrt(Math.max(scaled, 1e-10)) : 0.1;
      h *= Math.min(2, Math.max(0.1, factor));
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
    const scale = GAMMA * h;
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
      weights += ((first[j] as number) + (second[j] as number)) ** 2;
      norm += (next[j] as number) ** 2;
    }
    const weightError =
      (0.5 * h * sigma * Math.sqrt(weights)) / (UNORM_FLOOR + sigma * Math.sqrt(norm));
    const bias = 0.5 * h * Math.abs((first[last] as number) + (second[last] as number));
    const biasError = bias / (UNORM_FLOOR + Math.abs(next[last] as number));
    // The larger of the two, NaN if one is.
    return { next, error: Math.max(weightError, biasError) };
  }

  /** v with (I + scale·(∇²L + decay)) v = rhs, by conjugate gradients. */
  #solve(rhs: Float64Array, scale: number): Float64Array {
    const { weightDecay } = this.#training;
    const length = rhs.length;
    const v = new Float64Array(length);
    const residual = rhs.slice();
    const direction = rhs.slice();
    const product = new Float64Array(length);
    let square = dot(residual, residual);
    const enough = RESIDUAL ** 2 * square;
    for (let k = 0; k < MAX_ITERATIONS && square > enough; k++) {
      this.#objective.hessian(this.#curvature, direction, product);
      this.#count();
      for (let j = 0; j < length; j++) {
        const pull = rateOf(weightDecay, j, length) * (direction[j] as number);
        product[j] = (direction[j] as number) + scale * ((product[j] as number) + pull);
      }
      const alpha = square / dot(direction, product);
      for (let j = 0; j < length; j++) {
        v[j] = (v[j] as number) + alpha * (direction[j] as number);
        residual[j] = (residual[j] as number) - alpha * (product[j] as number);
      }
      const next = dot(residual, residual);
      const beta = next / square;
      square = next;
      for (let j = 0; j < length; j++) {
        direction[j] = (residual[j] as number) + beta * (direction[j] as number);
      }
    }
    return v;
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
    const far = y - this.#recordedAt >= ROW_DISTANCE;
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

import { datasetValues } from '../model/dataset.ts';
import {
  Control,
  type FlowSettings,
  flowSettings,
  type Precision,
  type Replica,
  type Trajectory,
} from '../model/replica.ts';
import {
  MAX_STAGES,
  type Stage,
  stabilityLimit,
  stageCoefficients,
  stagesFor,
} from '../model/rkc.ts';
import { COLUMNS, ERROR_COUNTS } from '../model/trajectory.ts';
import { Gradient, type GradientSource, type GradientStats, type StepSums } from './gradient.ts';

const stagesByCount: Stage[][] = [];

function stagesOf(count: number): Stage[] {
  stagesByCount[count] ??= stageCoefficients(count);
  return stagesByCount[count];
}

/** What evaluates the gradients of a run, and how closely they can be followed. */
export interface GradientMaker {
  readonly precision: Precision;
  /** @throws RangeError if there is no memory for the dataset */
  make(replica: Replica): GradientSource;
}

/** The reference: float64 in TypeScript. */
export const FLOAT64: GradientMaker = {
  precision: 'float64',
  make: (replica) => {
    const { samples, dimensions, sigma, dynamics } = replica;
    return new Gradient(datasetValues(replica), samples, dimensions, sigma, dynamics);
  },
};

/**
 * Trains one replica by gradient flow with the bias as the clock, θ = −b, twin of
 * `shaders/flow/advance.wgsl`. The state is u (d values) and y = log(1 + t), with dy/dθ = e^{−y}/mean(r):
 * time is one more component of the system, smooth from t = 0 to t = 1e300.
 *
 * Both are advanced by RKC2 with an embedded error estimate in the variable τ = √θ, in which the
 * runs are smoothest: the truncation error of a second-order method is the third derivative, and
 * that of θ^p vanishes in τ for p = 0, ½ and 1, which is how ‖u‖ grows below, at and above the edge.
 *
 * @param onGradient called after every gradient evaluation, for progress
 */
export function runFlow(
  replica: Replica,
  onGradient: () => void = () => {},
  maker: GradientMaker = FLOAT64,
): Trajectory {
  const { index } = replica;
  let gradient: GradientSource;
  try {
    gradient = maker.make(replica);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const failure = `there is no memory for the dataset: ${error.message}`;
    return { index, rows: new Float32Array(), gradients: 0, failure };
  }
  const run = new FlowRun(replica, gradient, maker.precision, onGradient);
  const failure = run.integrate();
  return { index, rows: Float32Array.from(run.rows), gradients: run.gradients, failure };
}

class FlowRun {
  readonly rows: number[] = [];
  gradients = 0;

  readonly #replica: Replica;
  readonly #settings: FlowSettings;
  readonly #gradient: GradientSource;

  // The last accepted step: τ = √θ, u, F = du/dθ, y and dy/dθ.
  #root = 0;
  readonly #u: Float64Array;
  readonly #slope: Float64Array;
  #uNorm = 0;
  #y = 0;
  #ySlope = 0;
  #trainErrors = 0;

  // The end of the step being tried.
  readonly #end: Float64Array;
  readonly #endSlope: Float64Array;
  #endNorm = 0;
  #sums: Readonly<StepSums> = { error: 0, point: 0, along: 0, slope: 0 };
  #yEnd = 0;
  #yEndSlope = 0;
  #increment: Float64Array;
  #previousIncrement: Float64Array;

  /** Spectral radius of dF/du, with its safety factor, and the vector that found it. */
  #radius = 0;
  readonly #direction: Float64Array;

  constructor(
    replica: Replica,
    gradient: GradientSource,
    precision: Precision,
    readonly onGradient: () => void,
  ) {
    this.#replica = replica;
    this.#settings = flowSettings(replica, precision);
    this.#gradient = gradient;
    this.#u = gradient.vector();
    this.#slope = gradient.vector();
    this.#end = gradient.vector();
    this.#endSlope = gradient.vector();
    this.#increment = gradient.vector();
    this.#previousIncrement = gradient.vector();
    this.#direction = gradient.vector();
  }

  /** Runs to the goal or the horizon. Returns the reason of a failure, or null. */
  integrate(): string | null {
    const { log1pHorizon, maxRows } = this.#settings;
    this.#start();
    let wasBelow = this.#belowTestGoal();
    let radiusAt = this.gradients;
    let rejections = 0;
    let lastError = 0;
    let lastStep = 0;
    let wanted = Math.sqrt(Control.firstStep / this.#stiffness());
    for (;;) {
      const { h, stages } = this.#chooseStep(wanted);
      const error = this.#tryStep(h, stages);
      if (error <= 1) {
        this.#acceptStep(h);
        if (this.#y >= log1pHorizon || this.#goalReached(wasBelow)) return null;
        if (this.rows.length >= maxRows * COLUMNS) return `the record is full: ${maxRows} steps`;
        wasBelow ||= this.#belowTestGoal();
        wanted = h * growth(error, lastError, h / lastStep, rejections > 0);
        lastError = error;
        lastStep = h;
        rejections = 0;
      } else {
        if (++rejections > Control.maxRejections) return 'the step size fell to zero';
        // An overflow gives NaN: not ≤ 1, and no guide to a better step.
        const factor = Number.isNaN(error) ? 0 : 0.8 / Math.cbrt(error);
        wanted = h * Math.max(Control.maxShrink, factor);
      }
      const due = rejections > 0 ? 1 : Control.radiusInterval;
      if (this.gradients - radiusAt >= due) {
        this.#estimateRadius(Control.powerIterations);
        radiusAt = this.gradients;
      }
    }
  }

  /** The limit t → 0+: slope, training errors of the first infinitesimal step, spectral radius. */
  #start(): void {
    this.#evaluate(this.#u, 0, this.#slope);
    const stats = { ...this.#gradient.stats };
    this.#ySlope = Math.exp(-stats.logMeanResidual);
    const slopeNorm = norm(this.#slope);
    // At u = 0 every z_i is zero. One infinitesimal step later its sign is that of F·g_i − 1.
    const offset = Control.differenceDistance / (1 + slopeNorm);
    for (let j = 0; j < this.#end.length; j++) this.#end[j] = offset * (this.#slope[j] as number);
    this.#evaluate(this.#end, offset, this.#endSlope);
    const errors = this.#gradient.stats.trainErrors;
    this.#direction.set(this.#slope);
    this.#estimateRadius(Control.firstPowerIterations);
    this.#record(slopeNorm, slopeNorm ** 2, Array(ERROR_COUNTS).fill(errors), stats);
  }

  #evaluate(u: Float64Array, clock: number, slope: Float64Array): void {
    this.#gradient.evaluate(u, clock, slope);
    this.gradients++;
    this.onGradient();
  }

  #record(
    uNormSlope: number,
    slopeSquare: number,
    errorCounts: number[],
    stats: Readonly<GradientStats>,
  ): void {
    this.rows.push(
      this.#root * this.#root,
      this.#y,
      stats.logMeanResidual,
      this.#uNorm,
      uNormSlope,
      stats.logTrainLoss,
      this.gradients,
      this.#logTrainLossSlope(slopeSquare, stats),
      ...errorCounts,
    );
    this.#trainErrors = errorCounts[ERROR_COUNTS - 1] as number;
  }

  /**
   * d log L/dθ, L the training loss: dL/dθ = mean(r)·(Σ p_i g_i·F − 1), and F = −σ² Σ p g; without a
   * bias there is no −1.
   */
  #logTrainLossSlope(
    slopeSquare: number,
    { logMeanResidual, logTrainLoss }: Readonly<GradientStats>,
  ): number {
    const motion = slopeSquare / this.#replica.sigma ** 2;
    const bias = this.#replica.dynamics === 'flow' ? 1 : 0;
    return -(bias + motion) * Math.exp(logMeanResidual - logTrainLoss);
  }

  /** Largest rate of the system in θ: that of u, or that of y, whose rate is dy/dθ itself. */
  #stiffness(): number {
    return Math.max(this.#radius, this.#ySlope);
  }

  /** Spectral radius of dF/du by power iterations on differences of F, from the last direction. */
  #estimateRadius(iterations: number): void {
    const v = this.#direction;
    const distance = Control.differenceDistance;
    for (let k = 0; k < iterations; k++) {
      const length = norm(v);
      if (length === 0) break; // F does not depend on u along v: nothing there limits the step
      for (let j = 0; j < v.length; j++) {
        this.#end[j] = (this.#u[j] as number) + (distance / length) * (v[j] as number);
      }
      this.#evaluate(this.#end, this.#root * this.#root, this.#endSlope);
      for (let j = 0; j < v.length; j++) {
        v[j] = ((this.#endSlope[j] as number) - (this.#slope[j] as number)) / distance;
      }
    }
    this.#radius = Control.radiusSafety * norm(v);
  }

  /** Limits a wanted step in τ by the horizon, by t_train and by the most stages allowed. */
  #chooseStep(wanted: number): { h: number; stages: number } {
    const root = this.#root;
    const stiffness = this.#stiffness();
    // A little beyond the horizon, so that the last step is the last.
    let longest = (1.05 * (this.#settings.log1pHorizon - this.#y) + 0.01) / this.#ySlope;
    if (this.#trainErrors > 0 && this.#y > 0) {
      const logTimeSlope = this.#ySlope / -Math.expm1(-this.#y);
      const resolved = Control.maxLogTimeStep / logTimeSlope;
      longest = Math.min(longest, Math.max(resolved, Control.firstStep / stiffness));
    }
    // dθ/dτ = 2τ: the rate in τ is at most 2(τ + h) times that in θ, so h(τ + h) is what is bounded.
    const stable = stabilityLimit(MAX_STAGES) / (2 * stiffness);
    const h = Math.min(
      wanted,
      longest / (Math.sqrt(root * root + longest) + root),
      stable / (Math.sqrt((root * root) / 4 + stable) + root / 2),
    );
    return { h, stages: stagesFor(2 * h * (root + h) * stiffness) };
  }

  /** One RKC2 step of length h in τ; returns its error in units of the tolerance. */
  #tryStep(h: number, stageCount: number): number {
    const u = this.#u;
    const slope = this.#slope;
    const end = this.#end;
    const endSlope = this.#endSlope;
    let increment = this.#increment.fill(0);
    let previous = this.#previousIncrement.fill(0);
    let y = 0;
    let yPrevious = 0;
    let lastSlope = slope;
    let yLastSlope = this.#ySlope;
    const root = this.#root;
    const rate = 2 * root; // dθ/dτ turns slopes in θ into slopes in τ
    let lastRate = rate;
    for (const { mu, nu, muTilde, gammaTilde, c } of stagesOf(stageCount)) {
      const last = h * muTilde * lastRate;
      const first = h * gammaTilde * rate;
      // D_j over D_{j−2}, which nothing needs any more.
      this.#gradient.stage(mu, nu, last, first, increment, previous, lastSlope, slope, u, end);
      [increment, previous] = [previous, increment];
      const yNext = mu * y + nu * yPrevious + last * yLastSlope + first * this.#ySlope;
      yPrevious = y;
      y = yNext;
      const stageRoot = root + c * h;
      this.#evaluate(end, stageRoot * stageRoot, endSlope);
      lastSlope = endSlope;
      lastRate = 2 * stageRoot;
      yLastSlope = Math.exp(-this.#gradient.stats.logMeanResidual - (this.#y + y));
    }
    this.#increment = increment;
    this.#previousIncrement = previous;
    this.#yEnd = this.#y + y;
    this.#yEndSlope = yLastSlope;

    // Embedded error estimate of RKC2: 0.4 h (F_0 + F_s) − 0.8 (Y_s − Y_0).
    const [a, b] = [0.4 * h * rate, 0.4 * h * lastRate];
    this.#sums = this.#gradient.sumUp(a, b, 0.8, slope, endSlope, increment, end);
    this.#endNorm = Math.sqrt(this.#sums.point);
    const yError = a * this.#ySlope + b * yLastSlope - 0.8 * y;
    const uScale = Control.uNormFloor + Math.max(this.#uNorm, this.#endNorm);
    // Early, y ≈ t is small and its relative error counts; later an error of y is one of log t.
    const yScale = Control.timeErrorWeight * Math.min(1, this.#yEnd);
    return (
      Math.max(Math.sqrt(this.#sums.error) / uScale, Math.abs(yError) / yScale) /
      this.#settings.tolerance
    );
  }

  #acceptStep(h: number): void {
    this.#root += h;
    this.#y = this.#yEnd;
    this.#ySlope = this.#yEndSlope;
    this.#u.set(this.#end);
    const errors = this.#gradient.accept();
    this.#slope.set(this.#endSlope);
    this.#uNorm = this.#endNorm;
    const { along, slope } = this.#sums;
    // ‖u‖ stays 0 only where F is 0.
    this.#record(this.#uNorm > 0 ? along / this.#uNorm : 0, slope, errors, this.#gradient.stats);
  }

  #belowTestGoal(): boolean {
    const { goal } = this.#replica;
    if (!goal) return false;
    // At u = 0 the accuracy is that of the first infinitesimal step, Φ(1/‖F‖).
    return this.#uNorm > 0
      ? this.#root * this.#root < goal.testQuantile * this.#uNorm
      : 1 < goal.testQuantile * norm(this.#slope);
  }

  #goalReached(wasBelow: boolean): boolean {
    const { goal } = this.#replica;
    return (
      goal !== null && wasBelow && !this.#belowTestGoal() && this.#trainErrors <= goal.trainErrors
    );
  }
}

/**
 * Factor by which the next step may grow: the predictive controller of the RKC paper, which uses
 * the last two errors once there are two.
 */
function growth(error: number, lastError: number, ratio: number, afterRejection: boolean): number {
  const now = Math.max(error, 1e-10);
  const plain = 0.8 / Math.cbrt(now);
  const predicted = lastError > 0 ? plain * ratio * Math.cbrt(lastError / now) : plain;
  const most = afterRejection ? 1 : Control.maxGrowth;
  return Math.min(most, Math.max(Control.maxShrink, Math.min(plain, predicted)));
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < a.length; j++) sum += (a[j] as number) * (b[j] as number);
  return sum;
}

function norm(a: Float64Array): number {
  return Math.sqrt(dot(a, a));
}

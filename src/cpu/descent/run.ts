import { datasetValues } from '../../model/dataset.ts';
import { GAUSSIAN, scalesOf } from '../../model/distribution.ts';
import { initialWeights } from '../../model/draws.ts';
import { type DescentKind, isDescent, type Training } from '../../model/dynamics.ts';
import type { BytesOf } from '../../model/memory.ts';
import { DIVERGED, divergence, lossOf, NOT_A_NUMBER, nextRecord } from '../../model/record.ts';
import type { Replica, Trajectory } from '../../model/replica.ts';
import { ERROR_COUNTS } from '../../model/trajectory.ts';
import { Batches } from './batches.ts';
import { type DescentObjective, momentsOf, Objective, statsOf } from './objective.ts';
import { Update } from './update.ts';

/**
 * Trains one replica in steps of a fixed learning rate, in float64; twin of `shaders/descent/advance.wgsl`. Rows
 * are recorded at geometrically spaced steps, and at every step at which an accuracy first falls below or
 * rises to a threshold, with the step before it: such a time is exact. On minibatches training errors are
 * counted at the rows only.
 *
 * @param onStep called after every step, for progress
 * @param makeObjective what evaluates the gradients
 */
export function runDescent(
  replica: Replica,
  onStep: () => void = () => {},
  makeObjective: ObjectiveMaker = float64Objective,
): Trajectory {
  const { index } = replica;
  let run: Descent;
  try {
    run = new Descent(replica, onStep, makeObjective);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const failure = `there is no memory for the dataset: ${error.message}`;
    return { index, rows: new Float64Array(), gradients: 0, failure };
  }
  const failure = run.train();
  return { index, rows: Float64Array.from(run.rows), gradients: run.step, failure };
}

/** @throws RangeError if there is no memory for the dataset */
export type ObjectiveMaker = (replica: Replica, data: Float32Array) => DescentObjective;

/** Bytes of a dataset in training: float32 as it is made, and at most float64 as it is used. */
export const descentBytes: BytesOf = (samples, dimensions) => 12 * samples * dimensions;

/** The reference, in TypeScript. */
export const float64Objective: ObjectiveMaker = ({ samples, dimensions, sigma }, data) =>
  new Objective(data, samples, dimensions, sigma);

class Descent {
  readonly rows: number[] = [];
  step = 0;

  readonly #replica: Replica;
  readonly #training: Training;
  readonly #objective: DescentObjective;
  readonly #batches: Batches | undefined;
  readonly #update: Update;
  /** Parameters: S, then b; before the last step; the gradient. */
  readonly #x: Float64Array;
  readonly #before: Float64Array;
  readonly #slope: Float64Array;
  /** Step of the last row, and its training errors. */
  #recorded = 0;
  #errors = 0;
  readonly #startLoss: number;
  readonly #marks: Mark[];
  readonly #scales: Float64Array;

  constructor(
    replica: Replica,
    readonly onStep: () => void,
    makeObjective: ObjectiveMaker,
  ) {
    const { dimensions, dynamics, training } = replica;
    if (training === undefined || !isDescent(dynamics)) {
      throw new Error(`not trained in steps: ${dynamics}`);
    }
    this.#replica = replica;
    this.#training = training;
    this.#objective = makeObjective(replica, datasetValues(replica));
    this.#batches = training.batchSize > 0 ? new Batches(replica, training.batchSize) : undefined;
    this.#update = new Update(dynamics as DescentKind, training, dimensions + 1);
    this.#scales = scalesOf(replica.data ?? GAUSSIAN, dimensions);
    this.#x = new Float64Array(dimensions + 1);
    this.#x.set(initialWeights(replica, training.initialScale));
    this.#startLoss = statsOf(this.#objective.products(this.#x)).loss;
    this.#before = new Float64Array(dimensions + 1);
    this.#slope = new Float64Array(dimensions + 1);
    this.#marks = [
      ...training.testQuantiles.map((quantile) => new Mark({ quantile })),
      ...(this.#batches ? [] : training.trainErrors.map((errors) => new Mark({ errors }))),
    ];
  }

  /** Runs to the goal or the last step. Returns the reason of a failure, or null. */
  train(): string | null {
    const { steps } = this.#training;
    const { z } = this.#objective;
    let due = 1;
    let errors = Number.NaN;
    this.#gradient();
    while (this.step < steps) {
      this.#before.set(this.#x);
      const changed = this.#update.step(this.#x, this.#slope);
      this.step++;
      // Gradient descent that does not change its parameters never will: it has frozen.
      if (!changed && this.#replica.dynamics === 'gd') {
        if (this.#recorded < this.step) this.#record(this.step, this.#x);
        this.step = steps;
      }
      this.onStep();
      this.#gradient();
      if (!this.#batches) {
        errors = 0;
        for (const zi of z) if (!(zi < 0)) errors++;
      }
      const { clock, uNorm } = this.#state(this.#x);
      if (!Number.isFinite(clock + uNorm)) return divergence(NOT_A_NUMBER, this.step);
      let turned = false;
      for (const mark of this.#marks) turned = mark.sees(clock, uNorm, errors) || turned;
      const goal = this.#goalReached(this.#batches ? this.#errors : errors);
      if (turned && this.#recorded < this.step - 1 && this.step > 1) {
        this.#record(this.step - 1, this.#before);
      }
      if (turned || goal || this.step >= due || this.step === steps) {
        const loss = this.#record(this.step, this.#x);
        if (this.step >= due) due = nextRecord(this.step);
        // A step that is too long makes the loss rise at first; it has failed if that is how it ends.
        const most = this.step === steps ? 1 : DIVERGED;
        if (!(loss <= most * this.#startLoss)) {
          return divergence(lossOf(loss), this.step);
        }
        if (goal) return null;
      }
    }
    return null;
  }

  #gradient(): void {
    this.#objective.gradient(this.#x, this.#slope, this.#batches?.rows(this.step));
  }

  #state(x: Float64Array): { clock: number; uNorm: number } {
    return momentsOf(this.#replica, this.#scales, x);
  }

  /** Adds the row of a step; returns its training loss. */
  #record(step: number, x: Float64Array): number {
    const { clock, uNorm } = this.#state(x);
    const { loss, residual, errors } = statsOf(this.#objective.products(x));
    this.rows.push(
      clock,
      Math.log1p(step * this.#training.learningRate),
      Math.log(Math.max(residual, Number.MIN_VALUE)),
      uNorm,
      0,
      Math.log(Math.max(loss, Number.MIN_VALUE)),
      step,
      0,
      ...Array(ERROR_COUNTS - 1).fill(this.#recorded === 0 ? errors : this.#errors),
      errors,
    );
    this.#recorded = step;
    this.#errors = errors;
    return loss;
  }

  /** Whether the largest test threshold has been crossed and is held, and the training threshold met. */
  #goalReached(errors: number): boolean {
    const { goal } = this.#replica;
    if (goal === null || this.step < 2 || errors > goal.trainErrors) return false;
    const { testQuantiles } = this.#training;
    const mark = this.#marks[testQuantiles.length - 1];
    return mark?.crossed === true && !mark.below;
  }
}

/** A threshold: what has been seen of it. */
class Mark {
  below = false;
  crossed = false;
  #seen = false;

  constructor(readonly threshold: { readonly quantile: number } | { readonly errors: number }) {}

  /** Takes in a step; true at the first fall below the threshold and at the first rise to it. */
  sees(clock: number, uNorm: number, errors: number): boolean {
    const below =
      'quantile' in this.threshold
        ? clock - this.threshold.quantile * uNorm < 0
        : errors > this.threshold.errors;
    const turn = this.#seen && below !== this.below && !this.crossed;
    if (turn && !below) this.crossed = true;
    this.below = below;
    this.#seen = true;
    return turn;
  }
}

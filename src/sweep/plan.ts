import { type AxisParameter, axisValues, PARAMETERS, type Parameter } from '../model/axis.ts';
import { isPlain } from '../model/distribution.ts';
import { type Dynamics, isDescent, stepHorizon, trainingOf } from '../model/dynamics.ts';
import { maxTrainErrors, testQuantile } from '../model/observables.ts';
import type { Goal, Replica } from '../model/replica.ts';
import { dimensionsOf, isTraining, type SweepSpec } from '../model/spec.ts';
import { twoPoints } from '../model/theory/one-dimensional.ts';

/** What a cell of the map stands for. */
export interface Cell extends Readonly<Record<Parameter, number>> {
  readonly dimensions: number;
  readonly dynamics: Dynamics;
  /** log10 t_end. */
  readonly horizon: number;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

function isParameter(over: AxisParameter): over is Parameter {
  return (PARAMETERS as readonly AxisParameter[]).includes(over);
}

/**
 * A spec laid out: which replica is where. Cell (ix, iy) holds the replicas
 * (iy·columns + ix)·seedsPerCell + k, k = 0 … seedsPerCell − 1.
 */
export class SweepPlan {
  /** Values along x and y. */
  readonly xs: readonly number[];
  readonly ys: readonly number[];
  /** Replicas in all. */
  readonly size: number;

  constructor(readonly spec: SweepSpec) {
    this.xs = axisValues(spec.x);
    this.ys = axisValues(spec.y);
    this.size = this.xs.length * this.ys.length * spec.seedsPerCell;
  }

  /** Index of the first replica of a cell. */
  firstOf(ix: number, iy: number): number {
    return (iy * this.xs.length + ix) * this.spec.seedsPerCell;
  }

  /** Parameters of a cell. Its `seed` is that of its first replica. Pictures ask for all of them, many times. */
  cell(ix: number, iy: number): Cell {
    const { spec } = this;
    const { lambda, seed, sigma, samples } = spec;
    const cell = {
      lambda,
      seed,
      sigma,
      samples,
      dynamics: spec.dynamics,
      dimensions: 1,
      horizon: 0,
    };
    this.#put(cell, spec.x.over, this.xs[ix]);
    this.#put(cell, spec.y.over, this.ys[iy]);
    if (spec.ensemble !== 'twoPoint') cell.dimensions = dimensionsOf(cell.lambda, cell.samples);
    cell.horizon = isDescent(cell.dynamics.kind) ? stepHorizon(cell.dynamics) : spec.horizon;
    return cell;
  }

  /** Where an axis has a value, it is that and not the spec's. */
  #put(cell: Writable<Cell>, over: AxisParameter, value: number | undefined): void {
    if (value === undefined) return;
    if (isParameter(over)) cell[over] = value;
    else if (over in cell.dynamics) cell.dynamics = { ...cell.dynamics, [over]: value };
  }

  /** Parameters of a replica's cell. */
  cellOf(index: number): Cell {
    const cell = Math.floor(index / this.spec.seedsPerCell);
    return this.cell(cell % this.xs.length, Math.floor(cell / this.xs.length));
  }

  /** What an engine needs to know of a replica. */
  replica(index: number): Replica {
    const { spec } = this;
    const { samples, dimensions, sigma, lambda, seed, dynamics, horizon } = this.cellOf(index);
    const training = isTraining(spec);
    const { test, train } = spec.thresholds;
    return {
      index,
      seed: seed + (index % spec.seedsPerCell),
      samples,
      dimensions,
      sigma,
      ensemble: spec.ensemble,
      ...(spec.ensemble === 'twoPoint' ? { given: twoPoints(lambda) } : {}),
      ...(isPlain(spec.data) ? {} : { data: spec.data }),
      dynamics: dynamics.kind,
      ...(training
        ? {
            training: {
              ...trainingOf(dynamics),
              testQuantiles: test.map(testQuantile),
              trainErrors: train.map((a) => maxTrainErrors(a, samples)),
            },
          }
        : {}),
      tolerance: spec.tolerance,
      horizon,
      goal: goalOf(spec, samples),
    };
  }
}

function goalOf({ until, thresholds }: SweepSpec, samples: number): Goal | null {
  if (until === 'horizon') return null;
  return {
    testQuantile: testQuantile(thresholds.test.at(-1) as number),
    trainErrors: maxTrainErrors(thresholds.train.at(-1) as number, samples),
  };
}

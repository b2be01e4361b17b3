import { axisValues, PARAMETERS, type Parameter } from '../model/axis.ts';
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

  /** Parameters of a cell. Its `seed` is that of its first replica. */
  cell(ix: number, iy: number): Cell {
    const { spec } = this;
    const along = { [spec.x.over]: this.xs[ix], [spec.y.over]: this.ys[iy] };
    const parameters = {} as Record<Parameter, number>;
    for (const name of PARAMETERS) parameters[name] = along[name] ?? spec[name];
    const settings = Object.entries(along).filter(([name]) => name in spec.dynamics);
    const dynamics = { ...spec.dynamics, ...Object.fromEntries(settings) };
    const { lambda, samples } = parameters;
    const dimensions = spec.ensemble === 'twoPoint' ? 1 : dimensionsOf(lambda, samples);
    const horizon = isDescent(dynamics.kind) ? stepHorizon(dynamics) : spec.horizon;
    return { ...parameters, dimensions, dynamics, horizon };
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

import type { DatasetId } from './dataset.ts';
import type { DynamicsKind, Training } from './dynamics.ts';
import { log1pTimeOf, type Rows } from './trajectory.ts';

/** How finely a run is integrated. */
export type Tolerance = 'default' | 'fine';

/** One dataset and one training run: all that an engine needs to know. */
export interface Replica extends DatasetId {
  /** Position in the sweep; comes back with the result. */
  readonly index: number;
  /** σ, standard deviation of a coordinate. */
  readonly sigma: number;
  readonly dynamics: DynamicsKind;
  /** Settings of the dynamics; absent: a flow from S = 0 without decay, which has none. */
  readonly training?: Training;
  readonly tolerance: Tolerance;
  /** log10 t_end. */
  readonly horizon: number;
  /** When a run may end before the horizon; null: never. */
  readonly goal: Goal | null;
}

/** A run has reached its goal at the first row where both hold. */
export interface Goal {
  /** θ/‖u‖ has risen from below to this value: the largest test threshold has been crossed. */
  readonly testQuantile: number;
  /** At most this many training errors. */
  readonly trainErrors: number;
}

/** What a finished run leaves behind. */
export interface Trajectory {
  readonly index: number;
  /** The record; whole up to the failure if the run failed. */
  readonly rows: Rows;
  /** Gradient evaluations, all told. */
  readonly gradients: number;
  /** Why the run failed, in words; null if it did not. */
  readonly failure: string | null;
}

/** Constants of the integrator for one run; every engine takes them from here. */
export interface FlowSettings {
  /** Error per step is held below this times (UNORM_FLOOR + ‖u‖). */
  readonly tolerance: number;
  /** log(1 + t_end). */
  readonly log1pHorizon: number;
  /** Most rows a record may have. */
  readonly maxRows: number;
}

/** Arithmetic of an engine. */
export type Precision = 'float32' | 'float64';

/**
 * Local error tolerances, found by measurement: over the reference runs log10 t_test comes out good
 * to 0.005 by default, and to 0.0005 in float64 and 0.002 in float32 with fine tolerance. A closer
 * one in float32 would ask stiff runs for less than the rounding of their many stages.
 */
const TOLERANCES: Record<Precision, Record<Tolerance, number>> = {
  float64: { default: 2e-4, fine: 2e-6 },
  float32: { default: 2e-4, fine: 2.5e-5 },
};

/**
 * Rows a record may have. Runs take 50 to 150; a run that would need more ends as failed, with its
 * record kept up to there, rather than overwrite it.
 */
export const MAX_ROWS = { default: 1024, fine: 4096 } as const;

/** The integrator's constants for a replica. */
export function flowSettings(replica: Replica, precision: Precision): FlowSettings {
  return {
    tolerance: TOLERANCES[precision][replica.tolerance],
    log1pHorizon: log1pTimeOf(replica.horizon * Math.LN10),
    maxRows: MAX_ROWS[replica.tolerance],
  };
}

/** Constants of the step control of a flow in time that no setting changes. */
export const TimeControl = {
  /** Coefficient of ROS2 that makes it L-stable. */
  gamma: 1 - Math.SQRT1_2,
  /** First step in t, and the longest over 1 + t. */
  firstStep: 1e-4,
  maxStep: 1,
  /** Residual of a linear system over that of v = 0. ROS2 keeps its order with an inexact Jacobian. */
  residual: 1e-6,
  maxIterations: 1000,
  /** A step may grow by this factor, and a rejected one shrink by that. */
  maxGrowth: 2,
  maxShrink: 0.1,
  /** Rejections in a row after which a run has failed. */
  maxRejections: 60,
  /** Distance in log(1 + t) of two rows. */
  rowDistance: 0.1,
} as const;

/** Constants of the step control of a flow in the clock θ that no setting changes. */
export const Control = {
  /** Added to ‖u‖ in the error scale, so that the start, where u = 0, has a scale. */
  uNormFloor: 0.02,
  /** First step in θ, in units of 1/ρ; u is linear in θ up to there. */
  firstStep: 0.03,
  /** Longest step in log t while samples are misclassified, for the sake of t_train. */
  maxLogTimeStep: 0.15 * Math.LN10,
  /** Error of log(1 + t) allowed per step, in units of the tolerance. */
  timeErrorWeight: 10,
  /** Gradients between two estimates of ρ. */
  radiusInterval: 25,
  /** Power iterations at the start, and at each later estimate (warm-started). */
  firstPowerIterations: 6,
  powerIterations: 2,
  /** Safety factor on ρ, since power iterations approach it from below. */
  radiusSafety: 1.1,
  /** Distance in u of the differences that give dF/du: it moves z_i by far less than 1. */
  differenceDistance: 1e-2,
  /** A step may grow by this factor, and a rejected one shrink by that. */
  maxGrowth: 5,
  maxShrink: 0.1,
  /** Rejections in a row after which a run has failed. */
  maxRejections: 30,
} as const;

/** A result of the paper as something that can be run and judged. */
import type { SweepSpec } from '../model/spec.ts';
import type { ChartFigure } from '../results/figure.ts';
import type { ResultTable } from '../results/table.ts';
import type { SweepPlan } from '../sweep/plan.ts';

export type { Series } from '../results/figure.ts';

/** How much to compute. The smallest takes seconds on two processors, the largest wants a GPU. */
export const SIZES = ['small', 'medium', 'large'] as const;
export type Size = (typeof SIZES)[number];

/** One sweep of a claim. */
export interface ClaimSweep {
  readonly spec: SweepSpec;
  /** Whether replicas are trained, … */
  readonly trained: boolean;
  /** … and whether their datasets are certified. */
  readonly certified: boolean;
}

/** A sweep that has been run. */
export interface SweepResult {
  readonly plan: SweepPlan;
  readonly table: ResultTable;
}

/** How a measured value must relate to the predicted one: within the tolerance, or a bound. */
export type Relation = 'near' | 'atLeast' | 'atMost';

/** One measured value against one predicted. */
export interface Verdict {
  /** What is measured, with its symbol. */
  readonly what: string;
  readonly measured: number;
  readonly predicted: number;
  /** Largest |measured − predicted| for `near`; slack of a bound. */
  readonly tolerance: number;
  readonly relation: Relation;
  /** Where the tolerance comes from. */
  readonly because: string;
  readonly passed: boolean;
}

/** A picture of a claim. */
export type Figure =
  | ChartFigure
  | {
      readonly kind: 'map';
      readonly title: string;
      /** Which of the claim's sweeps, and which of its test thresholds. */
      readonly sweep: number;
      readonly threshold: number;
    };

/** A result of the paper. */
export interface Claim {
  readonly id: string;
  readonly title: string;
  /** One paragraph. */
  readonly text: string;
  /** What is run, in order; every picture and verdict comes from it. */
  sweeps(size: Size): readonly ClaimSweep[];
  /** @param results of the sweeps, in their order */
  verdicts(results: readonly SweepResult[]): readonly Verdict[];
  /** Pictures; also while the sweeps are still running. */
  figures(results: readonly SweepResult[]): readonly Figure[];
}

/** Judges a value against its prediction. NaN fails. */
export function verdict(
  what: string,
  measured: number,
  relation: Relation,
  predicted: number,
  tolerance: number,
  because: string,
): Verdict {
  const difference = measured - predicted;
  const passed = {
    near: Math.abs(difference) <= tolerance,
    atLeast: difference >= -tolerance,
    atMost: difference <= tolerance,
  }[relation];
  return { what, measured, predicted, tolerance, relation, because, passed };
}

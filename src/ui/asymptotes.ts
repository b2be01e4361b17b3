/** Where a run tends to, from its dataset's certificate or from theory for N → ∞. */

import type { Separability } from '../model/separability/certifier.ts';
import { followsMargin, type SweepSpec } from '../model/spec.ts';
import { lateClock, separableRates } from '../model/theory/late.ts';
import { CRITICAL_LAMBDA, marginOf } from '../model/theory/margin.ts';
import { limitObjective, limitWeight } from '../model/theory/one-dimensional.ts';
import { saddlePoint } from '../model/theory/saddle.ts';
import { log1pTimeOf } from '../model/trajectory.ts';
import { effectiveLambda, finalAccuracyOf } from '../results/limits.ts';
import type { SweepPlan } from '../sweep/plan.ts';
import { number } from './format.ts';

/** θ = −b and ‖u‖ at late times. */
export interface Asymptotes {
  /** Whose they are, in words. */
  readonly source: string;
  readonly clock: (log10t: number) => number;
  readonly uNorm: (log10t: number) => number;
}

/** Those of the dataset if it is certified, else of N → ∞; undefined on the edge. */
export function asymptotesOf(
  plan: SweepPlan,
  index: number,
  separability: Separability | undefined,
): Asymptotes | undefined {
  // In conformal time nothing tends to log t; Adam and weight decay tend elsewhere.
  const { dynamics } = plan.spec;
  if (dynamics.kind === 'conformal' || !followsMargin(plan.spec)) return undefined;
  const { sigma, dimensions, samples, lambda } = plan.cellOf(index);
  const own = 'Dashed: where this dataset tends to, by its certificate.';
  if (separability?.kind === 'inseparable') {
    return settling(own, separability.norm, separability.objective);
  }
  if (separability?.kind === 'separable') return growing(own, separability.upper, sigma);
  if (separability) return undefined;
  if (plan.spec.ensemble === 'twoPoint') {
    const source = 'Dashed: the closed form for late times.';
    if (lambda > CRITICAL_LAMBDA) return growing(source, 2 * lambda - 1, sigma);
    if (lambda === CRITICAL_LAMBDA) return undefined;
    return settling(source, limitWeight(lambda), limitObjective(lambda));
  }
  const source = 'Dashed: theory for N → ∞; certify the dataset for its own.';
  const ratio = dimensions / samples;
  if (ratio > CRITICAL_LAMBDA) return growing(source, marginOf(ratio), sigma);
  if (ratio > 0.4999 || ratio < 1e-5) return undefined;
  const { norm, objective } = saddlePoint(ratio);
  return settling(source, norm, objective);
}

function settling(source: string, norm: number, objective: number): Asymptotes {
  return {
    source,
    clock: (log10t) => lateClock(log1pTimeOf(log10t * Math.LN10), objective),
    uNorm: () => norm,
  };
}

function growing(source: string, kappa: number, sigma: number): Asymptotes {
  const rates = separableRates(kappa, sigma);
  const logTime = (log10t: number): number => Math.max(0, log10t * Math.LN10);
  return {
    source,
    clock: (log10t) => rates.clock * logTime(log10t),
    uNorm: (log10t) => rates.uNorm * logTime(log10t),
  };
}

/** What a certificate says of a dataset: names and values. Where training tends elsewhere, of the data alone. */
export function separabilityFacts(
  separability: Separability,
  sigma: number,
  spec: SweepSpec,
): [string, string][] {
  const follows = followsMargin(spec);
  const place = effectiveLambda(separability);
  const final = finalAccuracyOf(separability, sigma);
  const common: [string, string][] = follows
    ? [
        ['test accuracy for t → ∞', final === undefined ? '–' : number(final)],
        ['as typical data of λ', place === undefined ? '–' : number(place)],
      ]
    : [];
  switch (separability.kind) {
    case 'separable': {
      const { lower, upper } = separability;
      const gap = (upper - lower) / upper;
      return [
        ['dataset', 'separable'],
        ['margin κ', `${number(upper, 6)}, known to ${gap.toExponential(0)}`],
        ...common,
      ];
    }
    case 'inseparable': {
      const { norm, objective, residual } = separability;
      const settled: [string, string][] = [
        ['‖u∞‖', number(norm, 5)],
        ['E∞', number(objective, 5)],
      ];
      return [
        ['dataset', 'inseparable'],
        ...(follows ? settled : []),
        ['‖Σ p g‖ of the proof', residual.toExponential(0)],
        ...common,
      ];
    }
    case 'undecided':
      return [['dataset', `undecided: ${separability.reason}`]];
  }
}

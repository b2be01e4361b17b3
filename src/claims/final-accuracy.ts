import { normalDensity } from '../model/normal.ts';
import { testAccuracy } from '../model/observables.ts';
import { finalTestAccuracy, marginOf } from '../model/theory/margin.ts';
import { finalAccuracyOf } from '../results/limits.ts';
import { type Claim, type Figure, type SweepResult, type Verdict, verdict } from './claim.ts';
import { MEDIAN_ERROR, median, replicasOf, stateAt } from './measure.ts';
import { overSeeds } from './sweeps.ts';

const SIGMA = 5;
const HORIZON = 100;
const LAMBDAS = [0.55, 0.6, 0.65, 0.7, 0.8];
const SCALE = {
  small: { samples: 300, seeds: 12 },
  medium: { samples: 600, seeds: 24 },
  large: { samples: 1500, seeds: 48 },
} as const;

/** Above the edge test accuracy tends to Φ(1/(σM)). */
export const finalAccuracy: Claim = {
  id: 'final-accuracy',
  title: 'Above the edge, accuracy ends at a value of its own',
  text:
    'A separable dataset is fitted ever better along its direction of maximum margin M, weights and bias ' +
    'grow together, and test accuracy tends to Φ(1/(σM)): not one, and not one half. The approach goes ' +
    'like 1/log t, so no run gets there; the margin itself gives the limit, and runs to t = 10¹⁰⁰ are on ' +
    'their way.',
  sweeps: (size) => [
    overSeeds(LAMBDAS, SCALE[size], { sigma: SIGMA, horizon: HORIZON, until: 'horizon' }),
  ],
  verdicts: ([result]) => (result ? judge(result) : []),
  figures: ([result]) => (result ? [draw(result)] : []),
};

const limits = (result: SweepResult, ix: number): number[] =>
  replicasOf(result, ix).flatMap(({ separability }) => {
    const limit = separability && finalAccuracyOf(separability, SIGMA);
    return limit === undefined ? [] : [limit];
  });

const ends = (result: SweepResult, ix: number): number[] =>
  replicasOf(result, ix).flatMap(({ rows }) => {
    if (!rows) return [];
    const { clock, uNorm } = stateAt(rows, HORIZON);
    return [testAccuracy(clock, uNorm)];
  });

function judge(result: SweepResult): Verdict[] {
  const { samples } = result.plan.spec;
  const seeds = result.plan.ys.length;
  const against = LAMBDAS.map((lambda, ix) => {
    const kappa = marginOf(lambda);
    // dΦ(1/(σ²κ))/dκ times the fluctuation of κ at this N, of a median over seeds, thrice.
    const slope = normalDensity(1 / (SIGMA ** 2 * kappa)) / (SIGMA ** 2 * kappa ** 2);
    const error = (slope * MEDIAN_ERROR) / (1.6 * Math.sqrt(samples * seeds));
    return verdict(
      `limit of test accuracy at λ = ${lambda}, median`,
      median(limits(result, ix)),
      'near',
      finalTestAccuracy(kappa, SIGMA),
      3 * error,
      'three standard errors of κ at this N',
    );
  });
  const approach = LAMBDAS.map((_, ix) => {
    const own = limits(result, ix);
    return median(ends(result, ix).map((end, k) => Math.abs(end - (own[k] as number))));
  });
  return [
    ...against,
    verdict(
      'distance of test accuracy at t = 10¹⁰⁰ from each dataset’s own limit, largest median',
      Math.max(...approach),
      'atMost',
      0.03,
      0,
      'of order 1/log t',
    ),
  ];
}

function draw(result: SweepResult): Figure {
  const grid = Array.from({ length: 61 }, (_, k) => 0.505 + 0.005 * k);
  return {
    kind: 'chart',
    title: 'Final test accuracy against λ',
    xTitle: 'λ = d/N',
    yTitle: 'test accuracy for t → ∞',
    xLogarithmic: false,
    yLogarithmic: false,
    series: [
      {
        label: 'Φ(1/(σM)), N → ∞',
        kind: 'theory',
        x: grid,
        y: grid.map((lambda) => finalTestAccuracy(marginOf(lambda), SIGMA)),
      },
      {
        label: 'from each margin',
        kind: 'points',
        x: LAMBDAS.flatMap((lambda, ix) => limits(result, ix).map(() => lambda)),
        y: LAMBDAS.flatMap((_, ix) => limits(result, ix)),
      },
    ],
  };
}

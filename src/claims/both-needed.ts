import { normalCdf, normalDensity } from '../model/normal.ts';
import { parseSpec } from '../model/spec.ts';
import { Column, entry } from '../model/trajectory.ts';
import { type Claim, type SweepResult, type Verdict, verdict } from './claim.ts';
import { log10Of, median, replicasOf } from './measure.ts';

const ACCURACY = 0.95;
const LAMBDAS = [0.1, 0.2, 0.3, 0.4, 0.44, 0.48];
const SIGMAS = [0.5, 1, 2, 5, 10];
const SCALE = {
  small: { samples: 256, seeds: 5 },
  medium: { samples: 512, seeds: 9 },
  large: { samples: 1000, seeds: 25 },
} as const;

/** It takes both: data near the edge, and a large σ. */
export const bothNeeded: Claim = {
  id: 'both-needed',
  title: 'It takes both σ and λ',
  text:
    'Far below the edge runs generalise about when they memorise, whatever σ is. With small σ they ' +
    'generalise at once, whatever λ is: in the first instant weights and bias move in proportion, test ' +
    'accuracy starts at Φ(1/(σ²‖ḡ‖)) with ‖ḡ‖ ≈ √λ the norm of the mean of the data, and for σ = ½ that is ' +
    'one. Only where σ is large and λ near ½ is there a long wait in between.',
  sweeps: (size) => [
    {
      spec: parseSpec({
        samples: SCALE[size].samples,
        thresholds: { test: [ACCURACY], train: [ACCURACY] },
        x: { over: 'lambda', values: LAMBDAS },
        y: { over: 'sigma', values: SIGMAS },
        seedsPerCell: SCALE[size].seeds,
      }),
      trained: true,
      certified: false,
    },
  ],
  verdicts: ([result]) => (result ? judge(result) : []),
  figures: ([result]) =>
    result
      ? [{ kind: 'map', title: `t_test(${ACCURACY}) over λ and σ`, sweep: 0, threshold: 0 }]
      : [],
};

function judge(result: SweepResult): Verdict[] {
  const { plan, table } = result;
  const seeds = plan.spec.seedsPerCell;
  const at = (lambda: number, sigma: number): ReturnType<typeof replicasOf> =>
    replicasOf(result, LAMBDAS.indexOf(lambda)).filter(({ cell }) => cell.sigma === sigma);
  const delay = (lambda: number, sigma: number): number =>
    median(
      at(lambda, sigma).map(
        ({ index }) => log10Of(table.testTime(index, 0)) - log10Of(table.trainTime(index, 0)),
      ),
    );
  const time = (lambda: number, sigma: number): number =>
    median(at(lambda, sigma).map(({ index }) => log10Of(table.testTime(index, 0))));
  const starts = LAMBDAS.map((lambda) => {
    const accuracies = at(lambda, 1).map(({ rows }) =>
      rows ? normalCdf(1 / entry(rows, 0, Column.uNormSlope)) : Number.NaN,
    );
    const z = 1 / Math.sqrt(lambda);
    // ‖ḡ‖² is λ times a χ² of d over d: relative error √(2/d), of ‖ḡ‖ half of it.
    const scatter = normalDensity(z) * z * Math.sqrt(1 / (2 * lambda * plan.spec.samples * seeds));
    return { lambda, accuracy: median(accuracies), predicted: normalCdf(z), scatter };
  });
  return [
    ...starts
      .filter(({ lambda }) => lambda >= 0.3)
      .map(({ lambda, accuracy, predicted, scatter }) =>
        verdict(
          `test accuracy at the start, σ = 1, λ = ${lambda}, median`,
          accuracy,
          'near',
          predicted,
          4 * scatter,
          'Φ(1/√λ) for N → ∞; four standard errors of ‖ḡ‖',
        ),
      ),
    verdict(
      'share of runs with σ = ½ that have 0.95 from the start',
      LAMBDAS.flatMap((lambda) => at(lambda, 0.5)).filter(
        ({ index }) => table.testTime(index, 0).state === 'fromStart',
      ).length /
        (LAMBDAS.length * seeds),
      'near',
      1,
      0,
      'Φ(4/√λ) is above 0.99999',
    ),
    verdict(
      'log₁₀ of the delay at σ = 5, λ = 0.1, median',
      delay(0.1, 5),
      'atMost',
      0.7,
      0,
      'far below the edge: no wait to speak of',
    ),
    verdict(
      'log₁₀ of the delay at σ = 5, λ = 0.48, median',
      delay(0.48, 5),
      'atLeast',
      2,
      0,
      'both large and near: a hundred times at least',
    ),
    verdict(
      'log₁₀ t_test at σ = 5 less that at σ = 1, λ = 0.48, medians',
      time(0.48, 5) - time(0.48, 1),
      'atLeast',
      1,
      0,
      'at the same λ a larger σ waits longer',
    ),
  ];
}

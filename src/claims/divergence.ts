import { normalQuantile } from '../model/normal.ts';
import { lateTestTime } from '../model/theory/late.ts';
import { divergenceLambda } from '../model/theory/margin.ts';
import { fitDivergence, predictedSlope } from '../results/divergence.ts';
import { neverReaches } from '../results/limits.ts';
import { divergenceColumns } from '../sweep/divergence.ts';
import { type Claim, type Figure, type SweepResult, type Verdict, verdict } from './claim.ts';
import { line, log10Of, median, replicasOf } from './measure.ts';
import { overSeeds } from './sweeps.ts';

const SIGMA = 5;
const ACCURACIES = [0.95, 0.99];
const HORIZON = 60;
const LAMBDAS = [0.3, 0.35, 0.4, 0.43, 0.45, 0.47, 0.49, 0.52, 0.55, 0.6];
const SCALE = {
  small: { samples: 400, seeds: 10 },
  medium: { samples: 800, seeds: 24 },
  large: { samples: 2000, seeds: 48 },
} as const;

/** The grokking time diverges, at the edge for high accuracies and at λ* for each. */
export const timeDivergence: Claim = {
  id: 'time-divergence',
  title: 'The grokking time diverges',
  text:
    'Towards the edge the norm at which the weights settle grows like 1/√(½ − λ), and the bias, which ' +
    'grows only like log t, has to exceed it by Φ⁻¹(a): the time to accuracy a is exponential in the norm. ' +
    'Datasets of one λ scatter widely, but each lies on the same line, ln t_test = Φ⁻¹(a)‖u∞‖ − ln E∞. ' +
    'On the separable side the time goes on growing and is infinite from λ* on, which is ½ only for σ → ∞.',
  sweeps: (size) => [
    overSeeds(LAMBDAS, SCALE[size], {
      sigma: SIGMA,
      horizon: HORIZON,
      thresholds: { test: ACCURACIES, train: [1] },
    }),
  ],
  verdicts: ([result]) => (result ? judge(result) : []),
  figures: ([result]) => (result ? draw(result) : []),
};

/** Norm, time and predicted time of the inseparable datasets that crossed accuracy k. */
function pairs(
  result: SweepResult,
  k: number,
): { norm: number; objective: number; log10t: number; predicted: number }[] {
  return replicasOf(result).flatMap(({ index, separability }) => {
    if (separability?.kind !== 'inseparable') return [];
    const { norm, objective } = separability;
    const log10t = log10Of(result.table.testTime(index, k));
    if (!Number.isFinite(log10t)) return [];
    return [
      {
        norm,
        objective,
        log10t,
        predicted: lateTestTime(ACCURACIES[k] as number, norm, objective),
      },
    ];
  });
}

function judge(result: SweepResult): Verdict[] {
  const { plan } = result;
  const settled = pairs(result, 1).filter(({ norm }) => norm >= 1.5 && norm <= 8);
  const { slope } = line(
    settled.map(({ norm }) => norm),
    settled.map(({ log10t, objective }) => log10t * Math.LN10 + Math.log(objective)),
  );
  const columnMedian = (lambda: number): number =>
    median(
      replicasOf(result, plan.xs.indexOf(lambda)).map(({ index }) =>
        log10Of(result.table.testTime(index, 0)),
      ),
    );
  // Closer to the edge the datasets of one λ lie on either side of it.
  const columns = divergenceColumns({ ...result, accuracy: 0.95 }, 0).filter(
    ({ distance }) => distance > 0.02,
  );
  const above = replicasOf(result).filter(({ lambda }) => lambda > 0.5);
  const proven = above.filter(({ separability }) => neverReaches(separability, SIGMA, 0.95));
  const late = replicasOf(result, plan.xs.indexOf(0.6));
  return [
    verdict(
      'slope of ln(t_test(0.99)·E∞) against ‖u∞‖',
      slope,
      'near',
      normalQuantile(0.99),
      0.15 * normalQuantile(0.99),
      'Φ⁻¹(0.99); ‖u‖ still grows when the latest runs cross, which lowers it by up to 15 %',
    ),
    verdict(
      'log₁₀ t_test(0.99) over its formula, median over datasets',
      median(settled.map(({ log10t, predicted }) => log10t - predicted)),
      'near',
      0,
      0.25,
      'a quarter decade, of up to eight',
    ),
    verdict(
      'log₁₀ t_test(0.95), median at λ = 0.47 less that at 0.3',
      columnMedian(0.47) - columnMedian(0.3),
      'atLeast',
      1,
      0,
      'ten times later at least',
    ),
    verdict(
      'B of ln t_test(0.95) = A + B(½ − λ)^−½, fitted to medians at λ ≤ 0.47',
      fitDivergence(columns, { horizon: HORIZON, free: false }).essential?.slope.value ??
        Number.NaN,
      'near',
      predictedSlope(0.95),
      0.4,
      '0.926 Φ⁻¹(a) for N → ∞ and λ → ½; at these λ corrections are a quarter of it',
    ),
    verdict(
      'share of datasets at λ = 0.6 that never reach 0.95',
      proven.filter(({ cell }) => cell.lambda === 0.6).length / late.length,
      'near',
      1,
      0.1,
      `λ* is ${divergenceLambda(SIGMA, 0.95).toFixed(4)}; at this N all but a few are beyond it`,
    ),
    verdict(
      'runs beyond λ* that cross 0.95 although their margin forbids it',
      proven.filter(({ index }) => result.table.testTime(index, 0).state === 'crossed').length,
      'near',
      0,
      0,
      'none may',
    ),
  ];
}

function draw(result: SweepResult): Figure[] {
  const points = pairs(result, 1).filter(({ norm }) => norm < 20);
  const largest = Math.max(1, ...points.map(({ norm }) => norm));
  return [
    {
      kind: 'chart',
      title: 't_test(0.99) of each dataset against the norm at which its weights settle',
      xTitle: '‖u∞‖',
      yTitle: 't_test · E∞',
      xLogarithmic: false,
      yLogarithmic: true,
      series: [
        {
          label: 'exp(Φ⁻¹(a)‖u∞‖)',
          kind: 'theory',
          x: [0, largest],
          y: [0, (normalQuantile(0.99) * largest) / Math.LN10],
        },
        {
          label: 'datasets',
          kind: 'points',
          x: points.map(({ norm }) => norm),
          y: points.map(({ log10t, objective }) => log10t + Math.log10(objective)),
        },
      ],
    },
    { kind: 'map', title: 't_test(0.95) over λ and seed', sweep: 0, threshold: 0 },
  ];
}

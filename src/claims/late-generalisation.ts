import { lateTestTime } from '../model/theory/late.ts';
import { finalTestAccuracy, marginOf } from '../model/theory/margin.ts';
import { separableProbability } from '../model/theory/wendel.ts';
import { neverReaches } from '../results/limits.ts';
import { type Claim, type Figure, type SweepResult, type Verdict, verdict } from './claim.ts';
import { accuracyCurves } from './figures.ts';
import { log10Of, type Measured, median, replicasOf } from './measure.ts';
import { overSeeds } from './sweeps.ts';

const SIGMA = 5;
const ACCURACY = 0.95;
const HORIZON = 30;
const SCALE = {
  small: { samples: 800, seeds: 8 },
  medium: { samples: 2000, seeds: 12 },
  large: { samples: 4000, seeds: 24 },
} as const;

/** Just below the edge generalisation comes late; just above it, not at all. */
export const lateGeneralisation: Claim = {
  id: 'late-generalisation',
  title: 'Below the edge it generalises late, above it never',
  text:
    'At λ = 0.48 and σ = 5 every training sample is right within t of about ten, while test accuracy ' +
    'lingers near one half and reaches 0.95 thousands of times later. At λ = 0.52 the data can be ' +
    'separated from the origin by a direction of their own, the weights follow it for ever, and most ' +
    'runs end below 0.95 whatever the time. Near the edge one dataset differs from the next by ' +
    'decades, but each keeps to its own prediction: from the norm ‖u∞‖ at which its weights settle ' +
    'follows when it generalises.',
  sweeps: (size) => [
    overSeeds([0.48, 0.52], SCALE[size], {
      sigma: SIGMA,
      horizon: HORIZON,
      until: 'horizon',
      thresholds: { test: [ACCURACY], train: [1] },
    }),
  ],
  verdicts: ([result]) => (result ? judge(result) : []),
  figures: ([result]) => (result ? draw(result) : []),
};

function judge(result: SweepResult): Verdict[] {
  const { table, plan } = result;
  const { samples } = plan.spec;
  const below = replicasOf(result, 0);
  const above = replicasOf(result, 1);
  const time = ({ index }: Measured): number => log10Of(table.testTime(index, 0));
  const settled = below.flatMap((measured) => {
    const { separability } = measured;
    return separability?.kind === 'inseparable' ? [{ ...separability, measured }] : [];
  });
  const late = settled
    .filter(({ norm }) => norm < 8)
    .map(
      ({ measured, norm, objective }) => time(measured) - lateTestTime(ACCURACY, norm, objective),
    );
  const doomed = above.filter((m) => neverReaches(m.separability, SIGMA, ACCURACY));
  const train = [...below, ...above].map(({ index }) => log10Of(table.trainTime(index, 0)));
  const separable = [...below, ...above].filter((m) => m.separability?.kind === 'separable');
  const expected = [...below, ...above].reduce(
    (sum, { cell }) => sum + separableProbability(samples, cell.dimensions),
    0,
  );
  const spread = Math.sqrt(
    [...below, ...above].reduce((sum, { cell }) => {
      const p = separableProbability(samples, cell.dimensions);
      return sum + p * (1 - p);
    }, 0),
  );
  return [
    verdict(
      'log₁₀ t_train(1), median',
      median(train),
      'atMost',
      1.5,
      0,
      'memorising takes t of order ten at every λ',
    ),
    verdict(
      'log₁₀ of the delay t_test/t_train at λ = 0.48, median',
      median(below.map((m) => time(m) - log10Of(table.trainTime(m.index, 0)))),
      'atLeast',
      2,
      0,
      'late means at least a hundred times later',
    ),
    verdict(
      'share of inseparable datasets at λ = 0.48 that generalise',
      settled.filter(({ measured }) => time(measured) < HORIZON).length / settled.length,
      'near',
      1,
      0,
      'all of them do, and by 10³⁰ all with ‖u∞‖ below 40',
    ),
    verdict(
      'log₁₀ of t_test over the formula with the dataset’s own ‖u∞‖ < 8 and E∞, median',
      median(late),
      'near',
      0,
      0.6,
      'the formula holds once ‖u‖ has settled; before, it is too late by up to half a decade',
    ),
    verdict(
      'runs at λ = 0.52 that generalise although their margin forbids it',
      doomed.filter((m) => time(m) < HORIZON).length,
      'near',
      0,
      0,
      'none may: the limit of test accuracy is Φ(1/(σM)) < 0.95',
    ),
    verdict(
      'separable datasets at both λ',
      separable.length,
      'near',
      expected,
      3 * spread,
      'Wendel’s probability, three standard errors',
    ),
    verdict(
      'limit of test accuracy at λ = 0.52, median over datasets',
      median(
        above.map(({ separability: s }) =>
          s?.kind === 'separable' ? finalTestAccuracy(s.upper, SIGMA) : 1,
        ),
      ),
      'near',
      finalTestAccuracy(marginOf(0.52), SIGMA),
      0.12,
      'κ of 0.025 fluctuates by about 1/(1.6√N) from dataset to dataset',
    ),
  ];
}

function draw(result: SweepResult): Figure[] {
  return [
    accuracyCurves(result, 0, 'λ = 0.48: accuracy against time, one line a seed'),
    accuracyCurves(result, 1, 'λ = 0.52'),
  ];
}

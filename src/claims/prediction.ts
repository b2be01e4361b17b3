import type { Rows } from '../model/trajectory.ts';
import { effectiveLambda } from '../results/limits.ts';
import {
  predictFromAccuracy,
  predictFromPlace,
  predictFromRun,
  type Question,
  type Told,
} from '../results/prediction.ts';
import type { Crossing } from '../results/times.ts';
import { type Claim, type Figure, type SweepResult, type Verdict, verdict } from './claim.ts';
import { log10Of, median, replicasOf } from './measure.ts';
import { overSeeds } from './sweeps.ts';

const QUESTION: Question = { sigma: 5, accuracy: 0.95, horizon: 30 };
const LAMBDAS = [0.4, 0.42, 0.44, 0.46, 0.48, 0.5, 0.52, 0.54, 0.56];
const SCALE = {
  small: { samples: 256, seeds: 8 },
  medium: { samples: 512, seeds: 24 },
  large: { samples: 2000, seeds: 24 },
} as const;

/** log10 of the times t₀ at which runs are looked at; the second is judged, on those that go on beyond the last. */
const LOOKS = [1, 2, 3];
const JUDGED = 1;
const LATE = 3;

/** Runs that are looked at for one picture; the others wait for the next, so that the page does not. */
const AT_A_TIME = 3;

/** A factor of two, in decades. */
const FACTOR_OF_TWO = 0.3;

/** What can be told of a dataset from little of its run, held against all of it. */
export const prediction: Claim = {
  id: 'prediction',
  title: 'How early can it be told?',
  text:
    'Long before test accuracy moves, a run tells when it will. At t₀ = 100 the norm of the weights and the rate at ' +
    'which it grows with the bias say at which λ typical data behave like this dataset: its own place, the same that ' +
    'its ‖u∞‖ or its margin gives, which takes a certificate of the dataset to know. From there on the weights settle ' +
    'along one known path, on either side of the edge, and the path says when the bias overtakes them, or that it ' +
    'never will. λ alone cannot tell, since the datasets of one λ differ by decades; nor can the accuracies so far, ' +
    'since a line through them knows nothing of weights that go on growing. “Never” here is told, not proven.',
  sweeps: (size) => [
    overSeeds(LAMBDAS, SCALE[size], {
      sigma: QUESTION.sigma,
      horizon: QUESTION.horizon,
      thresholds: { test: [QUESTION.accuracy], train: [1] },
    }),
  ],
  verdicts: ([result]) => (result && replicasOf(result).length > 0 ? judge(result) : []),
  figures: ([result]) => (result ? draw(result) : []),
};

/** All that is told of one run; kept, since pictures are drawn again and again while others come in. */
interface Foretold {
  /** At each of LOOKS. */
  readonly byRun: readonly (Told | undefined)[];
  readonly byAccuracy: readonly (Crossing | undefined)[];
}

const foretold = new WeakMap<Rows, Foretold>();
const byPlace = new Map<number, Crossing | undefined>();

function foretell(rows: Rows, log10t: number): Foretold {
  let known = foretold.get(rows);
  if (!known) {
    // What has happened by t₀ is not foretold.
    const early = <T>(tell: (look: number) => T): (T | undefined)[] =>
      LOOKS.map((look) => (look < log10t ? tell(look) : undefined));
    known = {
      byRun: early((look) => predictFromRun(rows, look, QUESTION)),
      byAccuracy: early((look) => predictFromAccuracy(rows, look, QUESTION)),
    };
    foretold.set(rows, known);
  }
  return known;
}

function atPlace(lambda: number): Crossing | undefined {
  if (!byPlace.has(lambda)) byPlace.set(lambda, predictFromPlace(lambda, QUESTION));
  return byPlace.get(lambda);
}

/** A run with what was told of it. */
interface Checked extends Foretold {
  readonly log10t: number;
  readonly lambda: number;
  /** Its own λ by its certificate, and the time at it. */
  readonly place: number;
  readonly byCertificate: Crossing | undefined;
  readonly byLambda: Crossing | undefined;
}

/** @param most runs that are looked at for the first time */
function checked(result: SweepResult, most = Infinity): Checked[] {
  let fresh = 0;
  return replicasOf(result).flatMap(({ index, lambda, rows, separability }) => {
    const place = separability && effectiveLambda(separability);
    if (!rows || place === undefined) return [];
    if (!foretold.has(rows) && ++fresh > most) return [];
    const log10t = log10Of(result.table.testTime(index, 0));
    return [
      {
        log10t,
        lambda,
        place,
        byCertificate: atPlace(place),
        byLambda: atPlace(lambda),
        ...foretell(rows, log10t),
      },
    ];
  });
}

/** Errors in decades where both the time told and the measured one are by the horizon. */
function errors(runs: readonly Checked[], told: (run: Checked) => Crossing | undefined): number[] {
  return runs.flatMap((run) => {
    const time = told(run);
    return time?.state === 'crossed' && Number.isFinite(run.log10t)
      ? [time.log10t - run.log10t]
      : [];
  });
}

const typical = (values: readonly number[]): number => median(values.map(Math.abs));

/** Share of runs of which it was told whether they get there by the horizon, and rightly. */
function share(runs: readonly Checked[], told: (run: Checked) => Crossing | undefined): number {
  const asked = runs.flatMap((run) => {
    const time = told(run);
    return time ? [(time.state === 'crossed') === Number.isFinite(run.log10t)] : [];
  });
  return asked.filter(Boolean).length / asked.length;
}

function judge(result: SweepResult): Verdict[] {
  const runs = checked(result);
  const late = runs.filter(({ log10t }) => log10t > LATE);
  const byRun = ({ byRun }: Checked): Crossing | undefined => byRun[JUDGED]?.time;
  const byLambda = typical(errors(late, (run) => run.byLambda));
  const places = runs.flatMap(({ byRun, place }) => {
    const told = byRun[JUDGED];
    return told ? [told.lambda - place] : [];
  });
  const scatter = 1 / (2 * Math.sqrt(result.plan.spec.samples));
  const factor = 'a factor of two either way: enough to know whether to wait';
  return [
    verdict(
      'log₁₀ of the time predicted by the certificate over t_test, median size of the error',
      typical(errors(runs, ({ byCertificate }) => byCertificate)),
      'atMost',
      FACTOR_OF_TWO,
      0,
      factor,
    ),
    verdict(
      'the same predicted by the run at t₀ = 100, of runs that take until 1000 at least',
      typical(errors(late, byRun)),
      'atMost',
      FACTOR_OF_TWO,
      0,
      factor,
    ),
    verdict(
      'that error over the one of λ alone',
      typical(errors(late, byRun)) / byLambda,
      'atMost',
      0.5,
      0,
      'the run knows its dataset, λ does not',
    ),
    verdict(
      'that error over the one of a line through the accuracies by t₀',
      typical(errors(late, byRun)) / typical(errors(late, (run) => run.byAccuracy[JUDGED])),
      'atMost',
      0.5,
      0,
      'the line knows nothing of weights that go on growing',
    ),
    verdict(
      'place predicted by the run at t₀ = 100 less that by the certificate, median size',
      typical(places),
      'atMost',
      scatter / 4,
      0,
      'a quarter of 1/(2√N), by which the datasets of one λ scatter',
    ),
    verdict(
      'share of runs at t₀ = 100 of which it was told rightly whether they get there by 10³⁰',
      share(runs, byRun),
      'atLeast',
      0.9,
      0,
      'times pass from 10¹⁵ to infinite within 0.01 in λ, where fewer than one dataset in ten lie',
    ),
  ];
}

/** What is told against what came, and both against the place of the dataset, where both are times. */
function told(
  runs: readonly Checked[],
  label: string,
  tell: (run: Checked) => Crossing | undefined,
): { readonly label: string; readonly of: { place: number; log10t: number; told: number }[] } {
  const of = runs.flatMap((run) => {
    const time = tell(run);
    const both = time?.state === 'crossed' && Number.isFinite(run.log10t);
    return both ? [{ place: run.place, log10t: run.log10t, told: time.log10t }] : [];
  });
  return { label, of };
}

function draw(result: SweepResult): Figure[] {
  const runs = checked(result, AT_A_TIME);
  const late = runs.filter(({ log10t }) => log10t > LATE);
  const byLambda = told(runs, 'by λ alone', (run) => run.byLambda);
  const byCertificate = told(runs, 'by the certificate', (run) => run.byCertificate);
  const byRun = told(runs, 'by the run at t₀ = 100', (run) => run.byRun[JUDGED]?.time);
  const most = Math.max(2, ...runs.map(({ log10t }) => log10t).filter(Number.isFinite));
  const sizes = (tell: (run: Checked, k: number) => Crossing | undefined): number[] =>
    LOOKS.map((_, k) => typical(errors(late, (run) => tell(run, k))));
  return [
    {
      kind: 'chart',
      title: 'Time told in advance against t_test(0.95)',
      xTitle: 't_test(0.95)',
      yTitle: 'told',
      xLogarithmic: true,
      yLogarithmic: true,
      series: [
        { label: 'as it came', kind: 'theory', x: [0, most], y: [0, most] },
        ...[byLambda, byRun].map(({ label, of }) => ({
          label,
          kind: 'points' as const,
          x: of.map(({ log10t }) => log10t),
          y: of.map((each) => each.told),
        })),
      ],
    },
    {
      kind: 'chart',
      title: 'Error of the time told, by the dataset’s own place',
      xTitle: 'λ of typical data with the same ‖u∞‖ or margin',
      yTitle: 'decades',
      xLogarithmic: false,
      yLogarithmic: false,
      series: [byCertificate, byRun].map(({ label, of }) => ({
        label,
        kind: 'points',
        x: of.map(({ place }) => place),
        y: of.map((each) => each.told - each.log10t),
      })),
    },
    {
      kind: 'chart',
      title: 'Median size of the error by the time of the look, t_test > 1000',
      xTitle: 't₀',
      yTitle: 'decades',
      xLogarithmic: true,
      yLogarithmic: false,
      series: [
        { label: 'run', kind: 'line', x: LOOKS, y: sizes(({ byRun }, k) => byRun[k]?.time) },
        {
          label: 'line through accuracies',
          kind: 'line',
          x: LOOKS,
          y: sizes(({ byAccuracy }, k) => byAccuracy[k]),
        },
      ],
    },
  ];
}

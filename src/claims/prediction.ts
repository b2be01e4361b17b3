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

/** log10 of the times t₀ at which runs are looked at, and of the one that is judged. */
const LOOKS = [1, 1.5, 2, 3, 4];
const LOOK = 2;

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
const byPlace = new Map<number, Crossing>();

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

function atPlace(lambda: number): Crossing {
  const known = byPlace.get(lambda) ?? predictFromPlace(lambda, QUESTION);
  byPlace.set(lambda, known);
  return known;
}

/** A run with what was told of it. */
interface Checked extends Foretold {
  readonly log10t: number;
  readonly lambda: number;
  /** Its own λ by its certificate, and the time at it. */
  readonly place: number;
  readonly byCertificate: Crossing;
  readonly byLambda: Crossing;
}

function checked(result: SweepResult): Checked[] {
  return replicasOf(result).flatMap(({ index, lambda, rows, separability }) => {
    const place = separability && effectiveLambda(separability);
    if (!rows || place === undefined) return [];
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
  const late = runs.filter(({ log10t }) => log10t > LOOK + 1);
  const look = LOOKS.indexOf(LOOK);
  const byRun = ({ byRun }: Checked): Crossing | undefined => byRun[look]?.time;
  const byLambda = typical(errors(late, (run) => run.byLambda));
  const places = runs.flatMap(({ byRun, place }) => {
    const told = byRun[look];
    return told ? [told.lambda - place] : [];
  });
  const scatter = 1 / (2 * Math.sqrt(result.plan.spec.samples));
  const factor = 'a factor of two either way: enough to know whether to wait';
  return [
    verdict(
      'log₁₀ of the time told by the certificate over t_test, median size of the error',
      typical(errors(runs, ({ byCertificate }) => byCertificate)),
      'atMost',
      FACTOR_OF_TWO,
      0,
      factor,
    ),
    verdict(
      'the same told by the run at t₀ = 100, of runs that take until 1000 at least',
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
      typical(errors(late, byRun)) / typical(errors(late, (run) => run.byAccuracy[look])),
      'atMost',
      0.5,
      0,
      'the line knows nothing of weights that go on growing',
    ),
    verdict(
      'place told by the run at t₀ = 100 less that by the certificate, median size',
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
      'times pass from 10¹⁵ to infinite within 0.01 in λ, in which one dataset in ten lies',
    ),
  ];
}

const TIME = 't_test(0.95)';

function draw(result: SweepResult): Figure[] {
  const runs = checked(result);
  const look = LOOKS.indexOf(LOOK);
  const timed = (told: (run: Checked) => Crossing | undefined, label: string) => {
    const shown = runs.flatMap((run) => {
      const time = told(run);
      return time?.state === 'crossed' && Number.isFinite(run.log10t)
        ? [{ place: run.place, log10t: run.log10t, told: time.log10t }]
        : [];
    });
    return { label, kind: 'points' as const, shown };
  };
  const all = [
    timed(({ byLambda }) => byLambda, 'λ alone'),
    timed(({ byCertificate }) => byCertificate, 'certificate'),
    timed(({ byRun }) => byRun[look]?.time, 'run by t₀ = 100'),
  ];
  const most = Math.max(2, ...runs.map(({ log10t }) => log10t).filter(Number.isFinite));
  const sizes = (told: (run: Checked, k: number) => Crossing | undefined): number[] =>
    LOOKS.map((_, k) => typical(errors(runs, (run) => told(run, k))));
  return [
    {
      kind: 'chart',
      title: `Told against measured ${TIME}`,
      xTitle: `measured ${TIME}`,
      yTitle: 'told',
      xLogarithmic: true,
      yLogarithmic: true,
      series: [
        { label: 'as told', kind: 'theory', x: [0, most], y: [0, most] },
        ...all.map(({ label, kind, shown }) => ({
          label,
          kind,
          x: shown.map(({ log10t }) => log10t),
          y: shown.map(({ told }) => told),
        })),
      ],
    },
    {
      kind: 'chart',
      title: 'Error of the time told, by the dataset’s own place',
      xTitle: 'λ of typical data with the same ‖u∞‖ or margin',
      yTitle: 'log₁₀ told − log₁₀ measured',
      xLogarithmic: false,
      yLogarithmic: false,
      series: all.map(({ label, kind, shown }) => ({
        label,
        kind,
        x: shown.map(({ place }) => place),
        y: shown.map(({ told, log10t }) => told - log10t),
      })),
    },
    {
      kind: 'chart',
      title: 'Median size of the error by the time of the look',
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

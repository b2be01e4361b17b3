import { parseSpec, type SweepSpec } from '../model/spec.ts';
import { lateClock, lateTestTime, separableRates } from '../model/theory/late.ts';
import { edgeWeight, limitObjective, limitWeight } from '../model/theory/one-dimensional.ts';
import { Column, entry, log1pTimeOf, rowCount } from '../model/trajectory.ts';
import { type Claim, type Figure, type SweepResult, type Verdict, verdict } from './claim.ts';
import { alongRun } from './figures.ts';
import { log10Of, replicasOf, stateAt } from './measure.ts';

const REGIMES = [0.375, 0.5, 0.75];
const SIGMAS = [1, 2, 5];
const HORIZON = 100;
const ACCURACY = 0.95;

/** Cells along 1 − 2λ and along σ of the map. */
const CELLS = { small: [12, 10], medium: [24, 20], large: [64, 48] } as const;

const regimes: SweepSpec = parseSpec({
  ensemble: 'twoPoint',
  horizon: HORIZON,
  until: 'horizon',
  x: { over: 'lambda', values: REGIMES },
  y: { over: 'sigma', values: SIGMAS },
});

/** λ with 1 − 2λ = 2^−1 … 2^−8, evenly in the logarithm, ascending. */
function mapLambdas(count: number): number[] {
  return Array.from({ length: count }, (_, k) =>
    Number((0.5 * (1 - 2 ** (-1 - (7 * k) / (count - 1)))).toPrecision(5)),
  );
}

/** The one-dimensional model in its three regimes. */
export const oneDimensional: Claim = {
  id: 'one-dimensional',
  title: 'One dimension has it all',
  text:
    'Two points on a line, at −1 and 1 − 2λ, already show the three regimes. With a point on either side ' +
    'of the origin (λ < ½) the weight settles at log(1/(1−2λ))/(2(1−λ)) and the bias grows like log t; with ' +
    'one point at the origin the weight creeps like log log t; with both on one side (λ > ½) weight and bias ' +
    'grow together, in the ratio of the margin. The map shows the grokking time over 1 − 2λ and σ. The two ' +
    'points are rounded to half precision, as all data are, and run through the same engine.',
  sweeps: (size) => [
    { spec: regimes, trained: true, certified: false },
    {
      spec: parseSpec({
        ensemble: 'twoPoint',
        horizon: 30,
        thresholds: { test: [ACCURACY], train: [1] },
        x: { over: 'lambda', values: mapLambdas(CELLS[size][0]) },
        y: { over: 'sigma', from: 1, to: 10, count: CELLS[size][1] },
      }),
      trained: true,
      certified: false,
    },
  ],
  verdicts: ([runs, map]) => (runs && map ? [...judgeRegimes(runs), ...judgeMap(map)] : []),
  figures: ([runs, map]) => [
    ...(runs ? drawRegimes(runs) : []),
    ...(map
      ? [
          {
            kind: 'map' as const,
            title: `t_test(${ACCURACY}) of the two points over λ and σ`,
            sweep: 1,
            threshold: 0,
          },
        ]
      : []),
  ],
};

function judgeRegimes(result: SweepResult): Verdict[] {
  const logTime = HORIZON * Math.LN10;
  const ends = (ix: number): { sigma: number; clock: number; uNorm: number }[] =>
    replicasOf(result, ix).flatMap(({ rows, cell }) =>
      rows ? [{ sigma: cell.sigma, ...stateAt(rows, HORIZON) }] : [],
    );
  const worst = (
    ix: number,
    error: (end: { sigma: number; clock: number; uNorm: number }) => number,
  ): number => Math.max(...ends(ix).map((end) => Math.abs(error(end))));
  const because = `at t = 10¹⁰⁰, the worst of σ = ${SIGMAS.join(', ')}`;
  const weight = limitWeight(0.375);
  const late = lateClock(log1pTimeOf(logTime), limitObjective(0.375));
  return [
    verdict(
      'u/u∞ − 1 at λ = 0.375',
      worst(0, ({ uNorm }) => uNorm / weight - 1),
      'near',
      0,
      0.005,
      `integrator; ${because}`,
    ),
    verdict(
      '−b/log(1 + E∞t) − 1 at λ = 0.375',
      worst(0, ({ clock }) => clock / late - 1),
      'near',
      0,
      0.01,
      `the beginning shifts b by less than 2; ${because}`,
    ),
    verdict(
      '−b/log t − 1 at λ = ½',
      worst(1, ({ clock }) => clock / logTime - 1),
      'near',
      0,
      0.01,
      `E → ½; ${because}`,
    ),
    verdict(
      'u less the solution of eᵘ + u = 1 + σ²θ at λ = ½',
      worst(1, (end) => end.uNorm - edgeWeight(end.clock, end.sigma)),
      'near',
      0,
      0.02,
      `the beginning is logistic; ${because}`,
    ),
    verdict(
      '−b/log t · (1 + M²) − 1 at λ = 0.75',
      worst(2, (end) => end.clock / logTime / separableRates(0.5, end.sigma).clock - 1),
      'near',
      0,
      0.02,
      `of order 1/log t; ${because}`,
    ),
    verdict(
      'u/log t · (1 + M²)/(σM) − 1 at λ = 0.75',
      worst(2, (end) => end.uNorm / logTime / separableRates(0.5, end.sigma).uNorm - 1),
      'near',
      0,
      0.02,
      `of order 1/log t; ${because}`,
    ),
  ];
}

function judgeMap(map: SweepResult): Verdict[] {
  const calm = replicasOf(map).filter(({ cell }) => cell.sigma === 1);
  const differences = replicasOf(map).flatMap(({ index, cell }) => {
    const log10t = log10Of(map.table.testTime(index, 0));
    // λ as the half nearest to 1 − 2λ has it is within 2^−12 of it, relatively.
    const predicted = lateTestTime(ACCURACY, limitWeight(cell.lambda), limitObjective(cell.lambda));
    return Number.isFinite(log10t) && cell.sigma >= 8 && predicted > 2 ? [log10t - predicted] : [];
  });
  return [
    verdict(
      `log₁₀ t_test(${ACCURACY}) over its formula for σ ≥ 8, largest deviation`,
      Math.max(...differences.map(Math.abs)),
      'near',
      0,
      0.15,
      'the beginning delays t of order 100 by a tenth; a weight that has not settled is as much too early',
    ),
    verdict(
      `share of runs with σ = 1 that have ${ACCURACY} from the start`,
      calm.filter(({ index }) => map.table.testTime(index, 0).state === 'fromStart').length /
        calm.length,
      'near',
      1,
      0,
      'Φ(1/(σ²λ)) is 0.977 or more: without a large σ there is no wait',
    ),
  ];
}

function drawRegimes(result: SweepResult): Figure[] {
  const shown = (value: 'clock' | 'uNorm', title: string, yTitle: string): Figure => ({
    kind: 'chart',
    title,
    xTitle: 't',
    yTitle,
    xLogarithmic: true,
    yLogarithmic: false,
    series: REGIMES.flatMap((lambda, ix) =>
      replicasOf(result, ix)
        .filter(({ cell }) => cell.sigma === 1)
        .flatMap(({ rows }) =>
          rows && entry(rows, rowCount(rows) - 1, Column.clock) > 0
            ? [
                {
                  label: `λ = ${lambda}`,
                  kind: 'line' as const,
                  ...alongRun(rows, (p) => p[value]),
                },
              ]
            : [],
        ),
    ),
  });
  return [
    shown('clock', 'Bias against time, σ = 1', '−b'),
    shown('uNorm', 'Weight against time, σ = 1', 'u = σS'),
  ];
}

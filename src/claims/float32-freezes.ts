import { testAccuracy } from '../model/observables.ts';
import { parseSpec } from '../model/spec.ts';
import { Column, entry, type Rows, rowCount } from '../model/trajectory.ts';
import {
  type Claim,
  type ClaimSweep,
  type Figure,
  type Size,
  type SweepResult,
  verdict,
} from './claim.ts';
import { alongRun } from './figures.ts';
import { log10Of, replicasOf, stateAt } from './measure.ts';

const ACCURACY = 0.95;
const RATE = 0.01;

/** Datasets that generalise after some million steps: N, d = 0.45 N, the seed, and the steps that are run. */
const SCALE = {
  small: { samples: 32, seed: 182, steps: 4_000_000 },
  medium: { samples: 64, seed: 43, steps: 6_000_000 },
  large: { samples: 400, seed: 253, steps: 12_000_000 },
} as const;

function sweep(size: Size, more: Readonly<Record<string, unknown>>): ClaimSweep {
  const { samples, seed } = SCALE[size];
  const spec = parseSpec({
    samples,
    sigma: 5,
    x: { over: 'lambda', values: [0.45] },
    y: { over: 'seed', values: [seed] },
    thresholds: { test: [0.9, ACCURACY], train: [1] },
    until: 'horizon',
    ...more,
  });
  return { spec, trained: true, certified: false };
}

/** What is not in the paper, but in the way of everybody who repeats it. */
export const float32Freezes: Claim = {
  id: 'float32-freezes',
  title: 'Plain float32 freezes',
  text:
    'Near the edge the gradient falls like 1/t, and after some two million steps those of gradient descent are ' +
    'shorter than half the spacing of single-precision numbers around the parameters: each is rounded away. The ' +
    'run stands still from there on, at every learning rate, and looks as if it never generalised, or as if it ' +
    'slowed down critically. The same steps with parameters kept in more digits follow gradient flow to the end. ' +
    'Single precision is enough for the gradient itself; it is the sum of the steps that needs more.',
  sweeps: (size) => {
    const { steps } = SCALE[size];
    const descent = { kind: 'gd', learningRate: RATE, steps };
    return [
      sweep(size, { horizon: Math.log10(RATE * steps), tolerance: 'fine' }),
      sweep(size, { dynamics: descent }),
      sweep(size, { dynamics: { ...descent, parameters: 'float32' } }),
    ];
  },
  verdicts: ([flow, exact, plain]) => {
    if (!flow || !exact || !plain) return [];
    const time = log10Of(exact.table.testTime(0, 1));
    const rows = rowsOf(plain);
    const frozen = rows && freezeOf(rows);
    const there = rows ? stateAt(rows, time) : undefined;
    return [
      verdict(
        `t_test(${ACCURACY}) of gradient descent over that of gradient flow`,
        10 ** (time - log10Of(flow.table.testTime(0, 1))),
        'near',
        1,
        0.005,
        'they agree for small η; the flow is good to 0.002 in log₁₀ t',
      ),
      verdict(
        `test accuracy of plain float32 at that time`,
        there ? testAccuracy(there.clock, there.uNorm) : Number.NaN,
        'atMost',
        ACCURACY,
        0,
        'it stands still below the threshold',
      ),
      verdict(
        'steps after which plain float32 changes nothing any more',
        frozen?.step ?? Number.NaN,
        'near',
        2e6,
        1e6,
        'a step of b is 1/k after k steps, and half a spacing 4.8e-7 for 8 ≤ |b| < 16',
      ),
      verdict(
        'its bias from there on',
        frozen?.bias ?? Number.NaN,
        'near',
        -Math.log(2e6 * RATE),
        1.5,
        'b ≈ −log t when it freezes',
      ),
    ];
  },
  figures: ([flow, exact, plain]) => {
    const curves = [
      { label: 'gradient flow', kind: 'theory', rows: rowsOf(flow) },
      { label: 'gradient descent', kind: 'line', rows: rowsOf(exact) },
      { label: 'plain float32', kind: 'line', rows: rowsOf(plain) },
    ] as const;
    const chart = (
      title: string,
      yTitle: string,
      value: (point: { clock: number; uNorm: number }) => number,
    ): Figure => ({
      kind: 'chart',
      title,
      xTitle: 't',
      yTitle,
      xLogarithmic: true,
      yLogarithmic: false,
      series: curves.flatMap(({ label, kind, rows }) =>
        rows && rows.length > 0 ? [{ label, kind, ...alongRun(rows, value) }] : [],
      ),
    });
    return [
      chart('Test accuracy', 'test accuracy', ({ clock, uNorm }) => testAccuracy(clock, uNorm)),
      chart('Bias', '−b', ({ clock }) => clock),
    ];
  },
};

function rowsOf(result: SweepResult | undefined): Rows | undefined {
  return result && replicasOf(result, 0)[0]?.rows;
}

/** The step from which on nothing changes, and b there; undefined if the last row differs from all others. */
function freezeOf(rows: Rows): { readonly step: number; readonly bias: number } | undefined {
  const last = rowCount(rows) - 1;
  const end = entry(rows, last, Column.clock);
  let first = last;
  while (first > 0 && entry(rows, first - 1, Column.clock) === end) first--;
  return first === last ? undefined : { step: entry(rows, first, Column.gradients), bias: -end };
}

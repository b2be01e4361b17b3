import { logConformalTime } from '../model/theory/conformal.ts';
import { Column, entry, type Rows } from '../model/trajectory.ts';
import { type Claim, type Figure, type Series, type SweepResult, verdict } from './claim.ts';
import { alongRun } from './figures.ts';
import { median, replicasOf, stateAt } from './measure.ts';
import { overSeeds } from './sweeps.ts';

const LAMBDAS = [0.4, 0.6];
const SCALE = {
  small: { samples: 256, seeds: 6 },
  medium: { samples: 512, seeds: 12 },
  large: { samples: 1500, seeds: 24 },
} as const;

/** log10 of the conformal times at which the runs are compared, and of the last. */
const COMPARED = [1, 2, 2.7];
const LAST = 2.7;
/** log10 of the end of the runs without bias. */
const END = 2.8;
const TOLERANCES = [0.1, 0.02, 0.01];

/** In conformal time the run with bias follows the run without. */
export const conformalTime: Claim = {
  id: 'conformal-time',
  title: 'In conformal time the bias drops out',
  text:
    'Late in a run every residual is an exponential, and the bias becomes a common factor eᵇ of the ' +
    'gradient. Measured in τ = ∫ eᵇ dt, the weights then follow the gradient flow of (1/N) Σ exp(u·g), in ' +
    'which there is no bias at all. Here the same datasets are trained twice: with bias on the logistic ' +
    'loss, and without bias on the exponential one. Only the beginning differs.',
  sweeps: (size) => [
    // In conformal time θ grows in proportion to τ below the edge: τ = 500 is θ of a few hundred.
    overSeeds(LAMBDAS, SCALE[size], { horizon: 250, until: 'horizon' }, false),
    overSeeds(
      LAMBDAS,
      SCALE[size],
      { horizon: END, until: 'horizon', dynamics: { kind: 'conformal' } },
      false,
    ),
  ],
  verdicts: ([withBias, without]) => {
    if (!withBias || !without) return [];
    return LAMBDAS.flatMap((lambda, ix) =>
      COMPARED.map((log10tau, k) => {
        const reference = replicasOf(without, ix);
        const ratios = replicasOf(withBias, ix).map(({ rows }, at) => {
          const other = reference[at]?.rows;
          if (!rows || !other) return Number.NaN;
          return normAt(rows, log10tau) / stateAt(other, log10tau).uNorm;
        });
        return verdict(
          `‖u‖ with bias over ‖u‖ without, at τ = ${Math.round(10 ** log10tau)}, λ = ${lambda}, median`,
          median(ratios),
          'near',
          1,
          TOLERANCES[k] as number,
          'the logistic beginning shifts τ by a few units: less and less the later',
        );
      }),
    );
  },
  figures: ([withBias, without]) => (withBias && without ? draw(withBias, without) : []),
};

/** ‖u‖ of a run with bias at a conformal time; NaN beyond its end. */
function normAt(rows: Rows, log10tau: number): number {
  const logs = logConformalTime(rows);
  const target = log10tau * Math.LN10;
  const row = logs.findIndex((log) => log >= target) - 1;
  if (row < 0) return Number.NaN;
  const [from, to] = [logs[row] as number, logs[row + 1] as number];
  const s = (target - from) / (to - from);
  const at = (k: number): number => entry(rows, k, Column.uNorm);
  return (1 - s) * at(row) + s * at(row + 1);
}

function draw(withBias: SweepResult, without: SweepResult): Figure[] {
  return LAMBDAS.map((lambda, ix) => {
    const series: Series[] = [];
    const reference = replicasOf(without, ix)[0]?.rows;
    const rows = replicasOf(withBias, ix)[0]?.rows;
    if (reference) {
      const curve = alongRun(reference, ({ uNorm }) => uNorm);
      series.push({ label: 'without bias', kind: 'theory', ...curve });
    }
    if (rows) {
      const logs = [...logConformalTime(rows)].map((log) => log / Math.LN10);
      const shown = logs
        .map((_, k) => k)
        .filter((k) => (logs[k] as number) > -1 && (logs[k] as number) < LAST);
      series.push({
        label: 'with bias',
        kind: 'points',
        x: shown.map((k) => logs[k] as number),
        y: shown.map((k) => entry(rows, k, Column.uNorm)),
      });
    }
    return {
      kind: 'chart',
      title: `λ = ${lambda}: ‖u‖ against conformal time, first seed`,
      xTitle: 'τ',
      yTitle: '‖u‖',
      xLogarithmic: true,
      yLogarithmic: false,
      series,
    };
  });
}

/** What the certificates of a sweep say against λ, with theory: four pictures. */
import { isIsotropic } from '../model/distribution.ts';
import { followsMargin } from '../model/spec.ts';
import {
  divergenceLambda,
  finalTestAccuracy,
  lambdaOfMargin,
  marginOf,
} from '../model/theory/margin.ts';
import { limitWeight } from '../model/theory/one-dimensional.ts';
import { separableProbability } from '../model/theory/wendel.ts';
import type { ChartFigure, Series } from '../results/figure.ts';
import type { View } from '../sweep/cells.ts';
import { type ColumnLimits, columnLimits, type Quartiles } from '../sweep/limits.ts';
import { lambdaOfNorm, lateTimes, saddleCurve } from './overlay.ts';

/** Points of a line of theory. */
const POINTS = 81;

/** Largest ‖u∞‖ drawn: theory goes to infinity at the edge, and some datasets nearly do. */
const LARGEST_NORM = 30;

const THEORY = 'theory, N → ∞';

/** Theory along λ; Gaussian data, or the two points of the one-dimensional model. */
interface Theory {
  readonly norm: Series;
  readonly margin: (lambda: number) => number;
}

/** Replicas in the picture of times, at most: more are a blot. */
const MOST_REPLICAS = 3000;

/**
 * t_test of every replica at its own dataset's place on the λ axis, where theory has its margin or
 * its ‖u∞‖: seeds that scatter over decades at one λ fall on one line. Undefined for given data, for
 * several σ, where training tends elsewhere, and before any dataset is certified.
 */
export function ownPlaceFigure({ plan, table, accuracy }: View): ChartFigure | undefined {
  const { spec } = plan;
  const manySigmas = spec.x.over === 'sigma' || spec.y.over === 'sigma';
  if (spec.ensemble === 'twoPoint' || manySigmas || table.certified === 0) return undefined;
  if (!followsMargin(spec)) return undefined;
  const x: number[] = [];
  const y: number[] = [];
  const stride = Math.ceil(plan.size / MOST_REPLICAS);
  for (let index = 0; index < plan.size; index += stride) {
    const separability = table.separability(index);
    if (!separability || separability.kind === 'undecided') continue;
    if (!table.has(index) || table.failures.has(index)) continue;
    const time = table.testTimeAt(index, accuracy);
    if (time?.state !== 'crossed') continue;
    const inseparable = separability.kind === 'inseparable';
    x.push(inseparable ? lambdaOfNorm(separability.norm) : lambdaOfMargin(separability.upper));
    y.push(time.log10t);
  }
  if (x.length === 0 || accuracy <= 0.5) return undefined;
  const [low, high] = [Math.min(...x), Math.max(...y)];
  const end = divergenceLambda(plan.cell(0, 0).sigma, accuracy);
  const theory = lateTimes(accuracy).filter(
    ({ lambda, log10t }) => lambda >= low && log10t <= high + 1,
  );
  return {
    ...chart(`t_test(${accuracy}) at each dataset’s own place`, 't_test', [
      {
        label: `late-time ${THEORY}`,
        kind: 'theory',
        x: theory.map(({ lambda }) => lambda),
        y: theory.map(({ log10t }) => log10t),
      },
      { label: 'replicas', kind: 'points', x, y },
      {
        label: 'λ*, where it is infinite',
        kind: 'line',
        x: [end, end],
        y: [Math.min(...y), high],
      },
    ]),
    xTitle: 'λ of typical data with the same ‖u∞‖ or margin',
    yLogarithmic: true,
  };
}

/**
 * Fraction separable, κ and, where training follows the margin, final test accuracy and ‖u∞‖ along λ; none
 * where x does not run over λ.
 * @param row of the map whose seeds are summed up, where y does not run over seeds
 */
export function limitFigures(view: View, row: number): ChartFigure[] {
  const { plan } = view;
  const { spec, xs } = plan;
  if (spec.x.over !== 'lambda') return [];
  const columns = columnLimits(view, row);
  const cells = xs.map((_, ix) => plan.cell(ix, row));
  const twoPoint = spec.ensemble === 'twoPoint';
  const lambdas = cells.map(({ lambda, dimensions, samples }) =>
    twoPoint ? lambda : dimensions / samples,
  );
  const { sigma } = cells[0] as (typeof cells)[number];
  const [from, to] = [lambdas[0] as number, lambdas.at(-1) as number];
  const grid = Array.from({ length: POINTS }, (_, k) => from + ((to - from) * k) / (POINTS - 1));
  const theory = twoPoint ? twoPointTheory(grid) : gaussianTheory(from, to);
  const along = (label: string, f: (lambda: number) => number): Series => ({
    label,
    kind: 'theory',
    x: grid,
    y: grid.map(f),
  });
  const fraction = chart('Fraction of datasets that are separable', 'fraction separable', [
    ...(twoPoint || spec.data.shift !== 0
      ? []
      : [
          {
            label: 'Wendel, exact',
            kind: 'theory' as const,
            x: lambdas,
            y: cells.map(({ samples, dimensions }) => separableProbability(samples, dimensions)),
          },
        ]),
    fractions(lambdas, columns),
  ]);
  const margins = chart('Margin of the data', 'κ = M/σ', [
    ...(isIsotropic(spec.data) ? [along(twoPoint ? 'theory' : THEORY, theory.margin)] : []),
    medians(lambdas, columns, ({ margin }) => margin),
  ]);
  if (!followsMargin(spec)) return [fraction, margins];
  return [
    fraction,
    chart('Test accuracy for t → ∞', 'final test accuracy', [
      along(twoPoint ? 'theory' : THEORY, (l) => finalTestAccuracy(theory.margin(l), sigma)),
      medians(lambdas, columns, ({ finalAccuracy }) => finalAccuracy),
    ]),
    chart('Norm at which the weights settle', '‖u∞‖ = σ‖S∞‖', [
      theory.norm,
      medians(lambdas, columns, ({ norm }) => norm, LARGEST_NORM),
    ]),
    margins,
  ];
}

function chart(title: string, yTitle: string, series: readonly Series[]): ChartFigure {
  return {
    kind: 'chart',
    title,
    xTitle: 'λ = d/N',
    yTitle,
    xLogarithmic: false,
    yLogarithmic: false,
    series,
  };
}

function gaussianTheory(from: number, to: number): Theory {
  const shown = saddleCurve().filter(
    ({ lambda, norm }) => lambda >= from && lambda <= to && norm <= LARGEST_NORM,
  );
  const x = shown.map(({ lambda }) => lambda);
  return {
    norm: { label: THEORY, kind: 'theory', x, y: shown.map(({ norm }) => norm) },
    margin: marginOf,
  };
}

function twoPointTheory(grid: readonly number[]): Theory {
  const x = grid.filter((lambda) => lambda < 0.5);
  return {
    norm: { label: 'theory', kind: 'theory', x, y: x.map(limitWeight) },
    margin: (lambda) => Math.max(0, 2 * lambda - 1),
  };
}

/** Fractions with binomial standard errors. */
function fractions(lambdas: readonly number[], columns: readonly ColumnLimits[]): Series {
  const p = columns.map(({ separable, count }) => (count > 0 ? separable / count : Number.NaN));
  return {
    label: 'certified datasets, standard errors',
    kind: 'points',
    x: lambdas,
    y: p,
    error: p.map((each, k) => Math.sqrt((each * (1 - each)) / (columns[k]?.count ?? 1))),
  };
}

/** Medians with quartiles; nothing where the median is infinite. */
function medians(
  lambdas: readonly number[],
  columns: readonly ColumnLimits[],
  quantity: (column: ColumnLimits) => Quartiles | undefined,
  most = Infinity,
): Series {
  const quartiles = columns.map((column) => {
    const each = quantity(column);
    return each && each.median <= most ? each : undefined;
  });
  return {
    label: 'certified datasets, median and quartiles',
    kind: 'points',
    x: lambdas,
    y: quartiles.map((each) => each?.median ?? Number.NaN),
    span: quartiles.map((each) => [each?.lower ?? Number.NaN, each?.upper ?? Number.NaN]),
  };
}

/** What the certificates of a sweep say against theory, as text. */
import { followsMargin } from '../model/spec.ts';
import { finalTestAccuracy, marginOf } from '../model/theory/margin.ts';
import { saddlePoint } from '../model/theory/saddle.ts';
import { separableProbability } from '../model/theory/wendel.ts';
import type { ResultTable } from '../results/table.ts';
import type { View } from '../sweep/cells.ts';
import { columnLimits, type Quartiles, quartiles } from '../sweep/limits.ts';
import { number } from '../ui/format.ts';

/** Where the saddle point is known: see saddlePoint. */
const SMALLEST_LAMBDA = 1e-5;

/** All there is to say about certificates; empty if there are none. */
export function certifiedText(view: View): string {
  if (view.table.certified === 0) return '';
  return [separabilityText(view.table), limitsText(view)].filter(Boolean).join('\n\n');
}

/** How many datasets are separable, of those that were certified. */
function separabilityText(table: ResultTable): string {
  const kinds = { separable: 0, inseparable: 0, undecided: 0 };
  for (let index = 0; index < table.size; index++) {
    const separability = table.separability(index);
    if (separability) kinds[separability.kind]++;
  }
  const { separable, inseparable, undecided } = kinds;
  return `${separable} replicas on separable data, ${inseparable} on inseparable, ${undecided} undecided`;
}

/** Measured medians and N → ∞ theory along λ, where x runs over λ and datasets were certified. */
function limitsText(view: View): string {
  const { plan } = view;
  const { spec, xs, ys } = plan;
  if (spec.x.over !== 'lambda' || spec.ensemble === 'twoPoint') return '';
  const row = Math.floor(ys.length / 2);
  const follows = followsMargin(spec);
  const rows = columnLimits(view, row).flatMap((limits, ix) => {
    const { count, separable, margin, norm, finalAccuracy } = limits;
    if (count === 0) return [];
    const { dimensions, samples, sigma } = plan.cell(ix, row);
    const lambda = dimensions / samples;
    const kappa = marginOf(lambda);
    const below = lambda < 0.4999 && lambda >= SMALLEST_LAMBDA;
    // Theory is that of data alike in all directions, by training that follows their margin.
    const theory = (text: string): string => (follows ? text : '–');
    return [
      [
        String(xs[ix]),
        `${separable}/${count}`,
        spec.data.shift !== 0 ? '–' : number(separableProbability(samples, dimensions), 3),
        medianText(margin),
        theory(number(kappa)),
        medianText(norm),
        theory(below ? number(saddlePoint(lambda).norm) : '–'),
        medianText(endNorm(view, ix, row)),
        medianText(finalAccuracy),
        theory(number(finalTestAccuracy(kappa, sigma))),
      ],
    ];
  });
  const head = [
    'λ',
    'separable',
    'Wendel',
    'κ',
    'N → ∞',
    '‖u∞‖',
    'N → ∞',
    '‖u‖ at t_end',
    'accuracy',
    'N → ∞',
  ];
  const lines = [head, ...rows];
  const widths = head.map((_, k) => Math.max(...lines.map((line) => (line[k] as string).length)));
  const text = lines.map((line) =>
    line.map((cell, k) => cell.padStart(widths[k] as number)).join('  '),
  );
  return `Medians over certified datasets (‖u∞‖ is infinite for separable ones, κ zero for others):\n${text.join('\n')}`;
}

const medianText = (quartiles: Quartiles | undefined): string =>
  quartiles ? number(quartiles.median) : '–';

/** Quartiles of ‖u‖ where the runs of a column ended: of all rows if y runs over seeds, else of one. */
function endNorm({ plan, table }: View, ix: number, row: number): Quartiles | undefined {
  const { spec, ys } = plan;
  const rows = spec.y.over === 'seed' ? ys.map((_, iy) => iy) : [row];
  const ends = rows.flatMap((iy) =>
    Array.from(
      { length: spec.seedsPerCell },
      (_, k) => table.final(plan.firstOf(ix, iy) + k)?.uNorm ?? [],
    ).flat(),
  );
  return quartiles(ends);
}

/** Every picture of the laboratory as a file, from what is shown. */
import type { ChartFigure, Series } from '../results/figure.ts';
import { isLogarithmic, isTimed, type Reading } from '../results/quantities.ts';
import { columnSummaries, type MapView } from '../sweep/cells.ts';
import { asymptotesOf } from './asymptotes.ts';
import { cellText, commonText } from './caption.ts';
import type { ChartContent } from './chart.ts';
import { curvesOf } from './curves.ts';
import { divergenceReport, scalingReport } from './divergence-report.ts';
import { PARAMETER_LABELS } from './format.ts';
import type { LabView } from './lab-view.ts';
import { limitFigures, ownPlaceFigure } from './limit-figures.ts';
import { cellsOf } from './map-window.ts';
import { lateTimes } from './overlay.ts';
import { runsFigure } from './pool-figures.ts';
import { QUANTITY_WORDS } from './quantity.ts';
import { chartsOf } from './run-charts.ts';
import { figureSvg } from './svg-figure.ts';
import { mapSvg } from './svg-map.ts';
import type { Palette } from './theme.ts';

/** A picture that can be made. */
export interface Picture {
  readonly name: string;
  readonly svg: (palette: Palette) => string;
}

/** Pictures of the map, its profile, the selected replica and cells, and theory. */
export function picturesOf(view: MapView, shown: LabView, row: number, engine: string): Picture[] {
  const { plan, table, quantity, accuracy } = view;
  const symbol = QUANTITY_WORDS[quantity].symbol(accuracy);
  const common = `${commonText(plan)}; ${cellText(plan)}. ${engine}. Grokscope.`;
  const chart = (figure: ChartFigure, caption: string): Picture => ({
    name: figure.title,
    svg: (palette) => figureSvg(figure, caption, palette),
  });
  const list: Picture[] = [
    {
      name: `Map of ${symbol}`,
      svg: (palette) =>
        mapSvg(view, shown.colourMap, shown.colourRange, `${symbol}: ${common}`, palette),
    },
  ];
  if (plan.spec.x.over !== 'seed')
    list.push(chart(profileFigure(view, row), `${symbol}: ${common}`));
  if (shown.cell) {
    const index = plan.firstOf(shown.cell.ix, shown.cell.iy) + shown.nth;
    const rows = table.record(index);
    const { samples, dimensions, sigma, seed } = plan.replica(index);
    const caption = `d/N = ${dimensions}/${samples}, σ ${sigma}, seed ${seed}. ${engine}. Grokscope.`;
    if (rows && rows.length > 0) {
      const asymptotes = asymptotesOf(plan, index, table.separability(index));
      const charts = chartsOf(curvesOf(rows, samples), [], asymptotes, plan.spec.thresholds.test);
      for (const { title, content } of charts) list.push(chart(figureOf(title, content), caption));
    }
  }
  if (shown.brush) list.push(chart(runsFigure(view, [...cellsOf(shown.brush)]), common));
  const own = ownPlaceFigure(view);
  const reports = [divergenceReport(view, row), scalingReport(view)];
  const theory = [
    ...(table.certified > 0 ? limitFigures(view, row) : []),
    ...(own ? [own] : []),
    ...reports.flatMap((report) => report?.figures ?? []),
  ];
  return [...list, ...theory.map((figure) => chart(figure, common))];
}

/** Median and quartiles along x; those beyond t_end are left out and said so. */
export function profileFigure(view: MapView, row: number): ChartFigure {
  const { plan, quantity, accuracy } = view;
  const { spec, xs } = plan;
  const summaries = columnSummaries(view, row);
  const of = (reading: Reading, other: number): number =>
    reading.state === 'value' ? reading.value : other;
  const median: Series = {
    label: `median and quartiles${isTimed(quantity) ? '; none where the median is not by t_end' : ''}`,
    kind: 'points',
    x: xs,
    y: summaries.map((summary) => of(summary.median, Number.NaN)),
    span: summaries.map(({ lowerQuartile, upperQuartile }) => [
      of(lowerQuartile, -Infinity),
      of(upperQuartile, Infinity),
    ]),
  };
  const line: Series = { ...median, label: '', kind: 'line', span: [] };
  const { error: _, span: __, ...plain } = line as Series & { error?: unknown };
  const theory =
    quantity === 'testTime' && spec.x.over === 'lambda' && spec.ensemble !== 'twoPoint'
      ? lateTimes(accuracy).filter(
          ({ lambda, log10t }) =>
            lambda >= (xs[0] as number) && lambda <= (xs.at(-1) as number) && log10t < spec.horizon,
        )
      : [];
  const symbol = QUANTITY_WORDS[quantity].symbol(accuracy);
  return {
    kind: 'chart',
    title: `Median of ${symbol} over seeds`,
    xTitle: PARAMETER_LABELS[spec.x.over].title,
    yTitle: symbol,
    xLogarithmic: false,
    yLogarithmic: isLogarithmic(quantity),
    series: [
      median,
      plain,
      ...(theory.length > 0
        ? [
            {
              label: 'late-time theory, N → ∞',
              kind: 'theory' as const,
              x: theory.map(({ lambda }) => lambda),
              y: theory.map(({ log10t }) => log10t),
            },
          ]
        : []),
    ],
  };
}

/** A chart of one run as a figure. */
function figureOf(
  title: string,
  { x, xTitle, xLogarithmic, lines, logarithmic }: ChartContent,
): ChartFigure {
  return {
    kind: 'chart',
    title,
    xTitle,
    yTitle: title,
    xLogarithmic,
    yLogarithmic: logarithmic,
    series: lines.map(({ label, values, dashed }) => ({
      label: label || (dashed ? 'asymptote' : ''),
      kind: dashed ? 'theory' : 'line',
      x,
      y: values.map((y) => y ?? Number.NaN),
    })),
  };
}

import { css, html, nothing, type PropertyValues, svg } from 'lit';
import { property } from 'lit/decorators.js';
import uPlot from 'uplot';
import { barOf, type ChartFigure, type Series } from '../results/figure.ts';
import { drawSeries, type Stroke, strokesOf } from './figure-draw.ts';
import { number, powerOfTen, time } from './format.ts';
import { PlotElement } from './plot-element.ts';
import { decades } from './scale.ts';
import type { TableContent } from './table.ts';
import { CANVAS_FONT, colours, type Palette } from './theme.ts';

const HEIGHT = 260;

/** log10 below which a logarithmic x axis does not begin: nothing happens there. */
const EARLIEST = -3;

/** Room beyond the data on a linear axis, of its length. */
const MARGIN = 0.04;

/** A picture of series over common axes: runs, points and theory, a legend in words, and the numbers in a table. */
export class GrokFigure extends PlotElement {
  static override styles = [
    super.styles,
    css`
      h3 {
        margin: 0 0 4px;
        font-size: 0.9375rem;
        font-weight: 600;
        line-height: 1.3;
      }
      .legend {
        display: flex;
        flex-wrap: wrap;
        gap: 2px 18px;
        margin: 4px 0 0;
        padding: 0;
        list-style: none;
        font-size: 0.8125rem;
        color: var(--muted);
      }
      .legend li {
        display: flex;
        align-items: center;
        gap: 7px;
      }
    `,
  ];

  @property({ attribute: false }) chart: ChartFigure | undefined;

  #content: ChartFigure | undefined;

  protected override updated(changed: PropertyValues<this>): void {
    if (!changed.has('chart')) return;
    const before = this.#content;
    this.#content = this.chart;
    // While a run goes on only its numbers change.
    if (before && this.plot && axesOf(before) === axesOf(this.chart)) {
      this.plot.setData(this.plot.data);
    } else this.rebuild();
  }

  protected override render(): unknown {
    const { chart } = this;
    if (!chart) return nothing;
    return html`
      <h3>${chart.title}</h3>
      <div
        class="plot"
        role="img"
        aria-label="${chart.title}: ${chart.yTitle} against ${chart.xTitle}; the table below has the numbers."
      ></div>
      ${renderLegend(chart.series)}
      <grok-table
        label=${chart.title}
        .content=${() => tableOf(chart)}
      ></grok-table>
    `;
  }

  protected override build(
    target: HTMLElement,
    width: number,
    palette: Palette,
  ): uPlot | undefined {
    const { chart } = this;
    if (!chart) return undefined;
    const shared: uPlot.Axis = {
      font: CANVAS_FONT,
      labelFont: CANVAS_FONT,
      labelSize: 20,
      stroke: palette.muted,
      gap: 4,
    };
    return new uPlot(
      {
        width,
        height: HEIGHT,
        padding: [8, 18, 0, 0],
        legend: { show: false },
        cursor: { show: false },
        scales: {
          x: { time: false, range: () => this.#range('x') },
          y: { range: () => this.#range('y') },
        },
        series: [{}, { paths: () => null, points: { show: false } }],
        axes: [
          {
            ...shared,
            label: chart.xTitle,
            size: 26,
            grid: { show: false },
            ticks: { stroke: palette.line, size: 4 },
            ...(chart.xLogarithmic ? logarithmic(Math.max(3, Math.floor(width / 90))) : {}),
          },
          {
            ...shared,
            label: chart.yTitle,
            size: 48,
            grid: { stroke: palette.line, width: 1 },
            ticks: { show: false },
            ...(chart.yLogarithmic ? logarithmic(5) : {}),
          },
        ],
        hooks: {
          draw: [(plot) => drawSeries(plot, this.chart?.series ?? [], colours(this))],
        },
      },
      // The axes are uPlot's; series have an x each, which it does not know.
      [[0], [null]],
      target,
    );
  }

  #range(axis: 'x' | 'y'): [number, number] {
    const { series, xLogarithmic } = this.chart as ChartFigure;
    const isTime = axis === 'x' && xLogarithmic;
    let [low, high] = [Infinity, -Infinity];
    for (const each of series) {
      for (const [k, at] of each.x.entries()) {
        const height = each.y[k] as number;
        if (!Number.isFinite(at) || !Number.isFinite(height)) continue;
        const values = axis === 'x' ? [at] : [height, ...(barOf(each, k) ?? [])];
        for (const value of values) {
          if (!Number.isFinite(value)) continue;
          if (value < low) low = value;
          if (value > high) high = value;
        }
      }
    }
    if (low > high) return [0, 1];
    if (isTime) return [Math.max(low, EARLIEST), Math.max(high, EARLIEST + 1)];
    const room = MARGIN * (high - low || 1);
    return [low - room, high + room];
  }
}

function logarithmic(most: number): Partial<uPlot.Axis> {
  return {
    splits: (_plot, _axis, low, high) => decades(low, high, most),
    values: (_plot, splits) => splits.map(powerOfTen),
  };
}

/** What the axes are, which a plot is built for. */
function axesOf(chart: ChartFigure | undefined): string {
  if (!chart) return '';
  const { xTitle, yTitle, xLogarithmic, yLogarithmic } = chart;
  return [xTitle, yTitle, xLogarithmic, yLogarithmic].join('\n');
}

function renderLegend(series: readonly Series[]): unknown {
  const strokes = strokesOf(series);
  const named = series.flatMap(({ label, kind }, k) =>
    label === '' ? [] : [{ label, kind, stroke: strokes[k] as Stroke }],
  );
  if (named.length === 0) return nothing;
  return html`<ul class="legend">
    ${named.map(({ label, kind, stroke }) => html`<li>${renderSwatch(kind, stroke)} ${label}</li>`)}
  </ul>`;
}

function renderSwatch(kind: Series['kind'], { colour, dash, open }: Stroke): unknown {
  const ink = `var(--${colour})`;
  return html`<svg width="28" height="10" aria-hidden="true">
    ${
      kind === 'points'
        ? svg`<circle cx="14" cy="5" r="3.5" fill=${open ? 'none' : ink} stroke=${ink}></circle>`
        : svg`<line x1="0" x2="28" y1="5" y2="5" stroke=${ink} stroke-width="2" stroke-dasharray=${dash.join(' ')}></line>`
    }
  </svg>`;
}

/** The points of all series, one after the other; those of a nameless one belong to the name before. */
function tableOf({
  series,
  xTitle,
  yTitle,
  xLogarithmic,
  yLogarithmic,
}: ChartFigure): TableContent {
  const names: string[] = [];
  let [name, nth] = ['', 1];
  const ends: number[] = [];
  for (const { label, x } of series) {
    nth = label === '' ? nth + 1 : 1;
    if (label !== '') name = label;
    names.push(nth === 1 ? name : `${name}, ${nth}`);
    ends.push((ends.at(-1) ?? 0) + x.length);
  }
  const text = (value: number, isLog: boolean): string => {
    if (value === Infinity) return '∞';
    if (!Number.isFinite(value)) return '–';
    return isLog ? time(value) : number(value);
  };
  const bars = series.some(({ error, span }) => error ?? span);
  return {
    head: ['series', xTitle, yTitle, ...(bars ? ['from', 'to'] : [])],
    length: ends.at(-1) ?? 0,
    row: (k) => {
      const at = ends.findIndex((end) => k < end);
      const own = k - (at > 0 ? (ends[at - 1] as number) : 0);
      const each = series[at] as Series;
      const { x, y } = each;
      const bar = barOf(each, own) ?? [Number.NaN, Number.NaN];
      return [
        names[at] as string,
        text(x[own] as number, xLogarithmic),
        text(y[own] as number, yLogarithmic),
        ...(bars ? bar.map((end) => text(end, yLogarithmic)) : []),
      ];
    },
  };
}

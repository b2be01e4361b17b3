import { html, nothing, type PropertyValues } from 'lit';
import { property } from 'lit/decorators.js';
import uPlot from 'uplot';
import { followsMargin } from '../model/spec.ts';
import { divergenceLambda } from '../model/theory/margin.ts';
import { criticalLambdaOf } from '../model/theory/shift.ts';
import {
  isLogarithmic,
  isTimed,
  type Reading,
  type ReadingSummary,
} from '../results/quantities.ts';
import { columnSummaries, type MapView } from '../sweep/cells.ts';
import { endOf, PARAMETER_LABELS, time } from './format.ts';
import { MARGINS, mapAxis, markLine, markX } from './layout.ts';
import type { CellRange, MapWindow } from './map-window.ts';
import { marksStyle, showMarks } from './marks.ts';
import { lateTimes } from './overlay.ts';
import { PlotElement } from './plot-element.ts';
import { QUANTITY_WORDS, readingText, tickText } from './quantity.ts';
import { decades, niceStep, positionOf } from './scale.ts';
import type { TableContent } from './table.ts';
import { CANVAS_FONT, colours, type Palette } from './theme.ts';

const HEIGHT = 210;

/** Room above the plot for medians beyond t_end, as a fraction of its height. */
const HEADROOM = 0.12;

/**
 * Median and quartiles of the map's quantity over seeds against x, on the map's own x axis. Seeds
 * that had not grokked by t_end count as later than all others; where they are the median, it is
 * drawn open, in the band above the plot.
 *
 * @fires column-hover - CustomEvent<number | null>: the column under the pointer
 */
export class GrokProfile extends PlotElement {
  static override styles = [super.styles, marksStyle];

  /** The sweep to show. */
  @property({ attribute: false }) view: MapView | undefined;
  /** Changes whenever the table has. */
  @property({ attribute: false }) revision = 0;
  /** Row of the map whose seeds are summarised, where y does not run over seeds. */
  @property({ attribute: false }) row = 0;

  /** The part of the map shown; undefined: all. */
  @property({ attribute: false }) window: MapWindow | undefined;
  /** A column that another picture points at. */
  @property({ attribute: false }) pointed: number | undefined;
  /** Columns of cells that another picture points at. */
  @property({ attribute: false }) marked: readonly number[] = [];

  #summaries: ReadingSummary[] = [];
  /** What the summaries are of. */
  #of: unknown[] = [];
  #top = 1;
  #bottom = 0;

  protected override willUpdate(): void {
    const of = [this.view, this.revision, this.row];
    if (!this.view || of.every((each, k) => each === this.#of[k])) return;
    this.#of = of;
    this.#summaries = columnSummaries(this.view, this.row);
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('view')) {
      this.rebuild();
      return;
    }
    if (changed.has('revision') || changed.has('row')) this.plot?.setData(this.#data());
    else if (changed.has('window')) {
      const [min, max] = this.#xRange();
      this.plot?.setScale('x', { min, max });
    }
    if (this.plot) this.#showMarks(this.plot);
  }

  /** Columns that another picture points at, over the plot. */
  #showMarks(plot: uPlot): void {
    const { pointed, marked } = this;
    const columns = pointed === undefined ? marked : [pointed];
    const column = (ix: number): CellRange => ({ from: { ix, iy: 0 }, to: { ix, iy: 0 } });
    showMarks(
      plot,
      { x: this.#xRange(), y: [-0.5, 0.5] },
      { selected: [], pointed: [...new Set(columns)].map(column) },
    );
  }

  #xRange(): [number, number] {
    const x = this.window?.x ?? [-0.5, (this.view as MapView).plan.xs.length - 0.5];
    return [x[0], x[1]];
  }

  protected override render(): unknown {
    const { view } = this;
    if (!view) return nothing;
    const { spec } = view.plan;
    const quantity = QUANTITY_WORDS[view.quantity].symbol(view.accuracy);
    const x = PARAMETER_LABELS[spec.x.over].symbol;
    return html`
      <div
        class="plot"
        role="img"
        aria-label="Median and quartiles of ${quantity} over seeds against ${x}; the table below has the numbers."
      ></div>
      <grok-table
        label="Profile"
        .content=${() => this.#table(view)}
        .revision=${this.revision}
      ></grok-table>
    `;
  }

  #table({ plan, quantity }: MapView): TableContent {
    const text = (reading: Reading): string => readingText(reading, quantity, endOf(plan.spec));
    const timed = isTimed(quantity);
    return {
      head: [
        PARAMETER_LABELS[plan.spec.x.over].symbol,
        'lower quartile',
        'median',
        'upper quartile',
        'seeds',
        ...(timed ? ['not by t_end', 'never'] : []),
        ...(quantity === 'testTime' ? ['theory, N → ∞'] : []),
      ],
      length: this.#summaries.length,
      row: (k) => {
        const summary = this.#summaries[k] as ReadingSummary;
        return [
          String(plan.xs[k]),
          text(summary.lowerQuartile),
          text(summary.median),
          text(summary.upperQuartile),
          String(summary.count),
          ...(timed ? [String(summary.notBy), String(summary.never)] : []),
          ...(quantity === 'testTime' ? [this.#theoryText(k)] : []),
        ];
      },
    };
  }

  #theory(): { lambda: number; log10t: number }[] {
    const { plan, quantity, accuracy } = this.view as MapView;
    const { spec } = plan;
    if (spec.x.over !== 'lambda' || spec.ensemble === 'twoPoint') return [];
    if (!followsMargin(spec)) return [];
    return quantity === 'testTime' ? lateTimes(accuracy) : [];
  }

  /** The late-time formula at a column; "never" beyond λ*. */
  #theoryText(k: number): string {
    const { accuracy, plan } = this.view as MapView;
    const { xs } = plan;
    const theory = this.#theory();
    const lambda = xs[k] as number;
    const after = theory.findIndex((point) => point.lambda >= lambda);
    if (theory.length === 0 || after === 0) return '–';
    const { sigma } = plan.cell(k, this.row);
    if (lambda > divergenceLambda(sigma, accuracy)) return 'never';
    const [low, high] = [theory[after - 1], theory[after]];
    if (!low || !high) return '–';
    const s = (lambda - low.lambda) / (high.lambda - low.lambda);
    return time(low.log10t + s * (high.log10t - low.log10t));
  }

  /** Top of the picture, the band beyond t_end included. */
  #ceiling(): number {
    return this.#top + HEADROOM * (this.#top - this.#bottom);
  }

  /** Heights of quantiles: values as they are, those beyond t_end in the band above the plot. */
  #height(reading: Reading): number | null {
    if (reading.state === 'value') return Math.min(reading.value, this.#top);
    if (reading.state === 'notBy' || reading.state === 'never') {
      return (this.#top + this.#ceiling()) / 2;
    }
    return null;
  }

  #data(): uPlot.AlignedData {
    this.#setRange();
    return [
      this.#summaries.map((_, k) => k),
      this.#summaries.map(({ median }) => (median.state === 'value' ? median.value : null)),
      this.#summaries.map(({ upperQuartile }) => this.#height(upperQuartile)),
      this.#summaries.map(({ lowerQuartile, median }) =>
        lowerQuartile.state === 'fromStart' && median.state !== 'none'
          ? this.#bottom
          : this.#height(lowerQuartile),
      ),
    ];
  }

  /** From the lowest quartile to the highest, whole decades of logarithmic quantities. */
  #setRange(): void {
    const { quantity } = this.view as MapView;
    const values = this.#summaries.flatMap(({ lowerQuartile, upperQuartile, median }) =>
      [lowerQuartile, upperQuartile, median].flatMap((q) => (q.state === 'value' ? [q.value] : [])),
    );
    const [low, high] = [Math.min(...values), Math.max(...values)];
    if (isTimed(quantity)) {
      this.#bottom = Math.floor(Math.min(0, ...values));
      this.#top = Math.max(4, Math.ceil(Math.max(0, ...values)));
    } else if (values.length === 0 || quantity === 'separable') [this.#bottom, this.#top] = [0, 1];
    else if (isLogarithmic(quantity)) {
      this.#bottom = Math.floor(low);
      this.#top = Math.max(this.#bottom + 1, Math.ceil(high));
    } else {
      const step = niceStep(Math.max(high - low, 1e-3) / 4);
      this.#bottom = Math.floor(low / step) * step;
      this.#top = Math.max(this.#bottom + step, Math.ceil(high / step) * step);
    }
  }

  protected override build(
    target: HTMLElement,
    width: number,
    palette: Palette,
  ): uPlot | undefined {
    if (!this.view) return undefined;
    const { quantity, accuracy } = this.view;
    const data = this.#data();
    const plot = new uPlot(
      {
        width,
        height: HEIGHT,
        padding: [MARGINS.top, MARGINS.right, 0, 0],
        legend: { show: false },
        cursor: { show: false },
        scales: {
          x: { time: false, range: () => this.#xRange() },
          y: { range: () => [this.#bottom, this.#ceiling()] },
        },
        series: [
          {},
          { stroke: palette.accent, width: 2, points: { show: false } },
          { stroke: 'transparent', points: { show: false } },
          { stroke: 'transparent', points: { show: false } },
        ],
        bands: [{ series: [2, 3], fill: `${palette.accent}33` }],
        axes: [
          mapAxis(this.view.plan, 'x', palette, Math.max(3, Math.floor((width - 140) / 70))),
          {
            label: isTimed(quantity)
              ? quantityName(quantity)
              : QUANTITY_WORDS[quantity].symbol(accuracy),
            labelFont: CANVAS_FONT,
            labelSize: MARGINS.title,
            font: CANVAS_FONT,
            size: MARGINS.left,
            stroke: palette.muted,
            grid: { stroke: palette.line, width: 1 },
            ticks: { show: false },
            gap: 4,
            splits: () =>
              isLogarithmic(quantity)
                ? decades(this.#bottom, this.#top, 5)
                : steps(this.#bottom, this.#top),
            values: (_, splits) => splits.map((value) => tickText(value, quantity)),
          },
        ],
        hooks: { draw: [(chart) => this.#draw(chart)] },
      },
      data,
      target,
    );
    const { over } = plot;
    over.addEventListener('pointermove', (event) => {
      const at = Math.round(plot.posToVal(event.clientX - over.getBoundingClientRect().left, 'x'));
      this.#point(Math.min((this.view as MapView).plan.xs.length - 1, Math.max(0, at)));
    });
    over.addEventListener('pointerleave', () => this.#point(undefined));
    this.#showMarks(plot);
    return plot;
  }

  #point(detail: number | undefined): void {
    if (detail === this.pointed) return;
    this.dispatchEvent(new CustomEvent('column-hover', { detail, bubbles: true, composed: true }));
  }

  /** The band for medians beyond t_end, open marks in it, and the mark of the edge. */
  #draw(chart: uPlot): void {
    const { view } = this;
    if (!view) return;
    const { ctx, bbox } = chart;
    const palette = colours(this);
    const ratio = devicePixelRatio;
    const edge = chart.valToPos(this.#top, 'y', true);
    ctx.save();
    ctx.font = CANVAS_FONT.replace('12', String(12 * ratio));
    ctx.textBaseline = 'middle';
    ctx.textAlign = 'left';
    const beyond = isTimed(view.quantity)
      ? ['not by', endOf(view.plan.spec)]
      : [this.#summaries.some(({ never }) => never > 0) ? QUANTITY_WORDS[view.quantity].never : ''];
    if (beyond[0] !== '') {
      ctx.fillStyle = palette.neutral;
      ctx.globalAlpha = 0.6;
      ctx.fillRect(bbox.left, bbox.top, bbox.width, edge - bbox.top);
      ctx.globalAlpha = 1;
      ctx.fillStyle = palette.muted;
      beyond.forEach((line, k) => {
        const left = bbox.left + bbox.width + 8 * ratio;
        ctx.fillText(line, left, (edge + bbox.top) / 2 + 14 * k * ratio);
      });
    }
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.save();
    ctx.clip();
    this.#drawMedians(chart, (edge + bbox.top) / 2, palette);
    ctx.restore();
    const { plan } = view;
    if (plan.spec.x.over === 'lambda') {
      markX(
        chart,
        plan.xs,
        criticalLambdaOf(plan.spec.data, plan.cell(0, 0).dimensions),
        'λc',
        palette,
      );
      const points = this.#theory().map(({ lambda, log10t }) => {
        const x = positionOf(plan.xs, lambda);
        // Above the plot is the band for times beyond t_end.
        return x === undefined || log10t > this.#top ? undefined : { x, y: log10t };
      });
      markLine(
        chart,
        { label: '', side: 'right', points },
        { ...palette, ink: palette.second },
        [5, 3],
      );
    }
    ctx.restore();
  }

  /** Medians that the line cannot show: beyond t_end, from the start, or alone. */
  #drawMedians(chart: uPlot, beyond: number, palette: Palette): void {
    const { ctx, bbox } = chart;
    const ratio = devicePixelRatio;
    const crossed = (k: number): boolean => this.#summaries[k]?.median.state === 'value';
    ctx.lineWidth = 1.5 * ratio;
    ctx.strokeStyle = palette.accent;
    this.#summaries.forEach(({ median }, k) => {
      const x = chart.valToPos(k, 'x', true);
      ctx.beginPath();
      if (median.state === 'notBy' || median.state === 'never') {
        ctx.arc(x, beyond, 3 * ratio, 0, 2 * Math.PI);
        ctx.fillStyle = palette.ground;
      } else if (median.state === 'value' && !crossed(k - 1) && !crossed(k + 1)) {
        ctx.arc(x, chart.valToPos(median.value, 'y', true), 2.5 * ratio, 0, 2 * Math.PI);
        ctx.fillStyle = palette.accent;
      } else if (median.state === 'fromStart') {
        // In the colour that the map has for it, on the lower edge.
        ctx.rect(x - 3 * ratio, bbox.top + bbox.height - 6 * ratio, 6 * ratio, 6 * ratio);
        ctx.fillStyle = palette.start;
      } else return;
      ctx.fill();
      ctx.stroke();
    });
  }
}

/** The name of a time or delay on an axis; the caption has the accuracy. */
function quantityName(quantity: MapView['quantity']): string {
  return QUANTITY_WORDS[quantity].symbol(0).replace('(0)', '');
}

/** Round values on a linear axis. */
function steps(low: number, high: number): number[] {
  const step = niceStep((high - low) / 5);
  const list: number[] = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; k++)
    list.push(k * step);
  return list;
}

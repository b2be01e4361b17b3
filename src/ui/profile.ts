import { html, nothing, type PropertyValues } from 'lit';
import { property } from 'lit/decorators.js';
import uPlot from 'uplot';
import { followsMargin } from '../model/spec.ts';
import { divergenceLambda } from '../model/theory/margin.ts';
import { criticalLambdaOf } from '../model/theory/shift.ts';
import type { Quantile, Summary } from '../results/summary.ts';
import { columnSummaries, type View } from '../sweep/cells.ts';
import { endOf, PARAMETER_LABELS, powerOfTen, quantileText, time } from './format.ts';
import { MARGINS, mapAxis, markLine, markX } from './layout.ts';
import { lateTimes } from './overlay.ts';
import { PlotElement } from './plot-element.ts';
import { decades, positionOf } from './scale.ts';
import type { TableContent } from './table.ts';
import { CANVAS_FONT, colours, type Palette } from './theme.ts';

const HEIGHT = 210;

/** Room above the horizon for medians that lie beyond it, in decades per decade shown. */
const HEADROOM = 0.12;

/**
 * Median and quartiles of the grokking time over seeds against x, on the map's own x axis. Seeds
 * that had not grokked by t_end count as later than all others; where they are the median, it is
 * drawn open, in the band above the plot.
 */
export class GrokProfile extends PlotElement {
  /** The sweep to show. */
  @property({ attribute: false }) view: View | undefined;
  /** Changes whenever the table has. */
  @property({ attribute: false }) revision = 0;
  /** Row of the map whose seeds are summarised, where y does not run over seeds. */
  @property({ attribute: false }) row = 0;

  #summaries: Summary[] = [];
  #top = 1;

  protected override willUpdate(): void {
    if (this.view) this.#summaries = columnSummaries(this.view, this.row);
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('view')) this.rebuild();
    else this.plot?.setData(this.#data());
  }

  protected override render(): unknown {
    const { view } = this;
    if (!view) return nothing;
    const { spec } = view.plan;
    const a = spec.thresholds.test[view.threshold];
    const x = PARAMETER_LABELS[spec.x.over].symbol;
    return html`
      <div
        class="plot"
        role="img"
        aria-label="Median and quartiles of t_test(${a}) over seeds against ${x}; the table below has the numbers."
      ></div>
      <grok-table
        label="Profile"
        .content=${() => this.#table(view)}
        .revision=${this.revision}
      ></grok-table>
    `;
  }

  #table({ plan }: View): TableContent {
    const text = (quantile: Quantile): string => quantileText(quantile, endOf(plan.spec));
    return {
      head: [
        PARAMETER_LABELS[plan.spec.x.over].symbol,
        'lower quartile',
        'median',
        'upper quartile',
        'seeds',
        'not by t_end',
        'never',
        'theory, N → ∞',
      ],
      length: this.#summaries.length,
      row: (k) => {
        const summary = this.#summaries[k] as Summary;
        return [
          String(plan.xs[k]),
          text(summary.lowerQuartile),
          text(summary.median),
          text(summary.upperQuartile),
          String(summary.count),
          String(summary.censored),
          String(summary.never),
          this.#theoryText(k),
        ];
      },
    };
  }

  #theory(): { lambda: number; log10t: number }[] {
    const { spec } = (this.view as View).plan;
    if (spec.x.over !== 'lambda' || spec.ensemble === 'twoPoint') return [];
    if (!followsMargin(spec)) return [];
    return lateTimes(spec.thresholds.test[(this.view as View).threshold] as number);
  }

  /** The late-time formula at a column; "never" beyond λ*. */
  #theoryText(k: number): string {
    const view = this.view as View;
    const { spec, xs } = view.plan;
    const theory = this.#theory();
    const lambda = xs[k] as number;
    const after = theory.findIndex((point) => point.lambda >= lambda);
    if (theory.length === 0 || after === 0) return '–';
    const accuracy = spec.thresholds.test[view.threshold] as number;
    const { sigma } = view.plan.cell(k, this.row);
    if (lambda > divergenceLambda(sigma, accuracy)) return 'never';
    const [low, high] = [theory[after - 1], theory[after]];
    if (!low || !high) return '–';
    const s = (lambda - low.lambda) / (high.lambda - low.lambda);
    return time(low.log10t + s * (high.log10t - low.log10t));
  }

  /** Heights of quantiles: times as they are, censored ones in the band above the plot. */
  #height(quantile: Quantile): number | null {
    if (quantile.state === 'crossed') return Math.min(quantile.log10t, this.#top);
    if (quantile.state === 'notBy' || quantile.state === 'never') {
      return this.#top * (1 + HEADROOM / 2);
    }
    return null;
  }

  #data(): uPlot.AlignedData {
    const times = this.#summaries.flatMap(({ upperQuartile, median }) =>
      [upperQuartile, median].flatMap((q) => (q.state === 'crossed' ? [q.log10t] : [])),
    );
    this.#top = Math.max(4, Math.ceil(Math.max(0, ...times)));
    return [
      this.#summaries.map((_, k) => k),
      this.#summaries.map(({ median }) => (median.state === 'crossed' ? median.log10t : null)),
      this.#summaries.map(({ upperQuartile }) => this.#height(upperQuartile)),
      this.#summaries.map(({ lowerQuartile, median }) =>
        lowerQuartile.state === 'fromStart' && median.state !== 'none'
          ? this.#bottom()
          : this.#height(lowerQuartile),
      ),
    ];
  }

  #bottom(): number {
    const times = this.#summaries.flatMap(({ lowerQuartile: q }) =>
      q.state === 'crossed' ? [q.log10t] : [],
    );
    return Math.min(0, Math.floor(Math.min(0, ...times)));
  }

  protected override build(
    target: HTMLElement,
    width: number,
    palette: Palette,
  ): uPlot | undefined {
    if (!this.view) return undefined;
    const { xs } = this.view.plan;
    return new uPlot(
      {
        width,
        height: HEIGHT,
        padding: [MARGINS.top, MARGINS.right, 0, 0],
        legend: { show: false },
        cursor: { show: false },
        scales: {
          x: { time: false, range: () => [-0.5, xs.length - 0.5] },
          y: { range: () => [this.#bottom(), this.#top * (1 + HEADROOM)] },
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
            label: 't_test',
            labelFont: CANVAS_FONT,
            labelSize: MARGINS.title,
            font: CANVAS_FONT,
            size: MARGINS.left,
            stroke: palette.muted,
            grid: { stroke: palette.line, width: 1 },
            ticks: { show: false },
            gap: 4,
            splits: () => decades(this.#bottom(), this.#top, 5),
            values: (_, splits) => splits.map(powerOfTen),
          },
        ],
        hooks: { draw: [(chart) => this.#draw(chart)] },
      },
      this.#data(),
      target,
    );
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
    ctx.fillStyle = palette.neutral;
    ctx.globalAlpha = 0.6;
    ctx.fillRect(bbox.left, bbox.top, bbox.width, edge - bbox.top);
    ctx.globalAlpha = 1;
    ctx.fillStyle = palette.muted;
    ctx.font = CANVAS_FONT.replace('12', String(12 * ratio));
    ctx.textBaseline = 'middle';
    ctx.textAlign = 'left';
    ctx.fillText('not by', bbox.left + bbox.width + 8 * ratio, (edge + bbox.top) / 2);
    ctx.fillText(
      endOf(view.plan.spec),
      bbox.left + bbox.width + 8 * ratio,
      (edge + bbox.top) / 2 + 14 * ratio,
    );
    this.#drawMedians(chart, (edge + bbox.top) / 2, palette);
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
    const crossed = (k: number): boolean => this.#summaries[k]?.median.state === 'crossed';
    ctx.lineWidth = 1.5 * ratio;
    ctx.strokeStyle = palette.accent;
    this.#summaries.forEach(({ median }, k) => {
      const x = chart.valToPos(k, 'x', true);
      ctx.beginPath();
      if (median.state === 'notBy' || median.state === 'never') {
        ctx.arc(x, beyond, 3 * ratio, 0, 2 * Math.PI);
        ctx.fillStyle = palette.ground;
      } else if (median.state === 'crossed' && !crossed(k - 1) && !crossed(k + 1)) {
        ctx.arc(x, chart.valToPos(median.log10t, 'y', true), 2.5 * ratio, 0, 2 * Math.PI);
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

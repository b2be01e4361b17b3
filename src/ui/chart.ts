import { html, type PropertyValues } from 'lit';
import { property } from 'lit/decorators.js';
import uPlot from 'uplot';
import { powerOfTen } from './format.ts';
import { PlotElement } from './plot-element.ts';
import { niceStep } from './scale.ts';
import { CANVAS_FONT, colours, type Palette } from './theme.ts';

/** One line of a chart. */
export interface Line {
  readonly label: string;
  readonly colour: 'accent' | 'second';
  readonly values: readonly number[];
}

/** A vertical line of a chart. */
export interface Mark {
  readonly x: number;
  readonly label: string;
}

/** What a chart against log10 t shows. */
export interface ChartContent {
  readonly log10t: readonly number[];
  readonly lines: readonly Line[];
  readonly marks: readonly Mark[];
  /** Whether y values are log10 of what the axis shows. */
  readonly logarithmic: boolean;
  /** Range of y; from the data when not given. */
  readonly range?: readonly [number, number];
}

const HEIGHT = 170;
const LABEL_WIDTH = 44;

/** Lines against log10 t, each labelled at its end. */
export class GrokChart extends PlotElement {
  @property({ attribute: false }) content: ChartContent | undefined;
  /** What the picture says, for those who do not see it. */
  @property() label = '';

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('content')) this.rebuild();
  }

  protected override render(): unknown {
    return html`<div class="plot" role="img" aria-label=${this.label}></div>`;
  }

  protected override build(
    target: HTMLElement,
    width: number,
    palette: Palette,
  ): uPlot | undefined {
    const { content } = this;
    if (!content) return undefined;
    const axis: uPlot.Axis = {
      font: CANVAS_FONT,
      labelFont: CANVAS_FONT,
      labelSize: 18,
      stroke: palette.muted,
      gap: 4,
    };
    const [from, to] = [content.log10t[0] as number, content.log10t.at(-1) as number];
    const left = Math.max(-3, Math.floor(from));
    const decades = (low: number, high: number, most: number): number[] => {
      const step = Math.max(1, niceStep((high - low) / most));
      const list: number[] = [];
      for (let x = Math.ceil(low / step) * step; x <= high + 1e-9; x += step) list.push(x);
      return list;
    };
    return new uPlot(
      {
        width,
        height: HEIGHT,
        padding: [18, LABEL_WIDTH, 0, 0],
        legend: { show: false },
        cursor: { show: false },
        scales: {
          x: { time: false, range: () => [left, to] },
          y: content.range
            ? { range: () => [...(content.range as [number, number])] as [number, number] }
            : {},
        },
        series: [
          {},
          ...content.lines.map(({ colour }) => ({
            stroke: palette[colour],
            width: 1.75,
            points: { show: false },
          })),
        ],
        axes: [
          {
            ...axis,
            label: 't',
            size: 24,
            grid: { show: false },
            ticks: { stroke: palette.line, size: 4 },
            splits: () => decades(left, to, 5),
            values: (_, splits) => splits.map(powerOfTen),
          },
          {
            ...axis,
            size: 44,
            grid: { stroke: palette.line, width: 1 },
            ticks: { show: false },
            ...(content.logarithmic
              ? {
                  splits: (_u: uPlot, _i: number, low: number, high: number) =>
                    decades(low, high, 4),
                  values: (_u: uPlot, splits: number[]) => splits.map(powerOfTen),
                }
              : {}),
          },
        ],
        hooks: { draw: [(chart) => this.#draw(chart, content)] },
      },
      [content.log10t, ...content.lines.map(({ values }) => values)] as uPlot.AlignedData,
      target,
    );
  }

  #draw(chart: uPlot, { lines, marks }: ChartContent): void {
    const { ctx, bbox } = chart;
    const palette = colours(this);
    const ratio = devicePixelRatio;
    ctx.save();
    ctx.font = CANVAS_FONT.replace('12', String(12 * ratio));
    ctx.textBaseline = 'middle';
    ctx.textAlign = 'left';
    // Labels at the ends of the lines, pushed apart where the ends meet.
    const ends = lines
      .map(({ label, colour, values }) => ({
        label,
        colour: palette[colour],
        y: Math.min(
          bbox.top + bbox.height,
          Math.max(bbox.top, chart.valToPos(values.at(-1) as number, 'y', true)),
        ),
      }))
      .sort((a, b) => a.y - b.y);
    const gap = 15 * ratio;
    ends.forEach((end, k) => {
      const before = ends[k - 1];
      if (before && end.y - before.y < gap) {
        const middle = (end.y + before.y) / 2;
        before.y = middle - gap / 2;
        end.y = middle + gap / 2;
      }
    });
    for (const { label, colour, y } of ends) {
      ctx.fillStyle = colour;
      ctx.fillText(label, bbox.left + bbox.width + 6 * ratio, y);
    }
    ctx.setLineDash([3 * ratio, 3 * ratio]);
    ctx.lineWidth = ratio;
    ctx.textBaseline = 'bottom';
    // Labels keep off one another and inside the plot.
    const placed = marks
      .map(({ x, label }) => ({ label, x: chart.valToPos(x, 'x', true) }))
      .filter(({ x }) => x >= bbox.left && x <= bbox.left + bbox.width)
      .sort((a, b) => a.x - b.x);
    const half = 24 * ratio;
    const [one, two] = placed;
    const close = one && two && two.x - one.x < 2 * half;
    for (const [k, { x, label }] of placed.entries()) {
      ctx.strokeStyle = palette.muted;
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
      ctx.fillStyle = palette.muted;
      const offset = close ? (k === 0 ? -3 : 3) * ratio : 0;
      ctx.textAlign = close ? (k === 0 ? 'right' : 'left') : 'center';
      const right = bbox.left + bbox.width - half;
      ctx.fillText(label, close ? x + offset : Math.min(x, right), bbox.top - 3 * ratio);
    }
    ctx.restore();
  }
}

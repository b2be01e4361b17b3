import { html, type PropertyValues } from 'lit';
import { property } from 'lit/decorators.js';
import uPlot from 'uplot';
import { powerOfTen } from './format.ts';
import { PlotElement } from './plot-element.ts';
import { decades } from './scale.ts';
import { CANVAS_FONT, colours, type Palette } from './theme.ts';

/** One line of a chart, labelled where it ends or leaves the plot. */
export interface Line {
  readonly label: string;
  readonly colour: 'accent' | 'second' | 'third' | 'fourth' | 'muted';
  readonly values: readonly (number | null)[];
  /** Theory, not measurement. */
  readonly dashed?: boolean;
}

/** A vertical line of a chart. */
export interface Mark {
  readonly x: number;
  readonly label: string;
}

/** What a chart shows. */
export interface ChartContent {
  /** Ascending. */
  readonly x: readonly number[];
  readonly xTitle: string;
  /** Whether x values are log10 of what the axis shows. */
  readonly xLogarithmic: boolean;
  readonly lines: readonly Line[];
  readonly marks: readonly Mark[];
  /** Whether y values are log10 of what the axis shows. */
  readonly logarithmic: boolean;
  /** Range of y; from the data when not given. */
  readonly range?: readonly [number, number];
}

const HEIGHT = 170;
const LABEL_WIDTH = 44;

/** Lines over a common x, each labelled at its end. */
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
    const { xLogarithmic } = content;
    const [from, to] = [content.x[0] as number, content.x.at(-1) as number];
    // Nothing happens before t = 0.001.
    const left = xLogarithmic ? Math.max(-3, Math.floor(from)) : from;
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
          ...content.lines.map(({ colour, dashed }) => ({
            stroke: palette[colour],
            width: dashed ? 1.25 : 1.75,
            ...(dashed ? { dash: [5, 4] } : {}),
            points: { show: false },
          })),
        ],
        axes: [
          {
            ...axis,
            label: content.xTitle,
            size: 24,
            grid: { show: false },
            ticks: { stroke: palette.line, size: 4 },
            ...(xLogarithmic
              ? {
                  splits: () => decades(left, to, 5),
                  values: (_u: uPlot, splits: number[]) => splits.map(powerOfTen),
                }
              : {}),
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
      [content.x, ...content.lines.map(({ values }) => values)] as uPlot.AlignedData,
      target,
    );
  }

  /** Labels inside the plot, beside the last point of lines that go on beyond it. */
  #labelLeaving(
    { ctx, bbox, valToPos }: uPlot,
    lines: readonly Line[],
    inside: (y: number | null) => boolean,
    palette: Palette,
  ): void {
    const ratio = devicePixelRatio;
    const { x } = this.content as ChartContent;
    ctx.textAlign = 'right';
    for (const [k, { label, colour, values }] of lines.entries()) {
      const last = values.findLastIndex(inside);
      if (last < 0) continue;
      ctx.fillStyle = palette[colour];
      const left = valToPos(x[last] as number, 'x', true);
      ctx.fillText(
        label,
        Math.max(bbox.left + 30 * ratio, left - 5 * ratio),
        bbox.top + (8 + 14 * k) * ratio,
      );
    }
    ctx.textAlign = 'left';
  }

  #draw(chart: uPlot, { lines, marks }: ChartContent): void {
    const { ctx, bbox } = chart;
    const palette = colours(this);
    const ratio = devicePixelRatio;
    ctx.save();
    ctx.font = CANVAS_FONT.replace('12', String(12 * ratio));
    ctx.textBaseline = 'middle';
    ctx.textAlign = 'left';
    const { min = -Infinity, max = Infinity } = chart.scales.y ?? {};
    const inside = (y: number | null): boolean =>
      y !== null && y >= (min as number) && y <= (max as number);
    const leaving = lines.filter(({ values }) => !inside(values.at(-1) ?? null));
    this.#labelLeaving(chart, leaving, inside, palette);
    // Labels at the ends of the lines, pushed apart where the ends meet.
    const ends = lines
      .filter((line) => line.label !== '' && !leaving.includes(line))
      .map(({ label, colour, values }) => ({
        label,
        colour: palette[colour],
        y: chart.valToPos(values.at(-1) as number, 'y', true),
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
    ctx.textAlign = 'center';
    // Labels keep off one another and inside the plot: from right to left, each where there is room for it.
    const placed = marks
      .map(({ x, label }) => ({ label, x: chart.valToPos(x, 'x', true) }))
      .filter(({ x }) => x >= bbox.left && x <= bbox.left + bbox.width)
      .sort((a, b) => b.x - a.x);
    let right = bbox.left + bbox.width;
    for (const { x, label } of placed) {
      ctx.strokeStyle = palette.muted;
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
      ctx.fillStyle = palette.muted;
      const half = ctx.measureText(label).width / 2;
      const middle = Math.min(x, right - half);
      ctx.fillText(label, middle, bbox.top - 3 * ratio);
      right = middle - half - 6 * ratio;
    }
    ctx.restore();
  }
}

import { css, html, type PropertyValues } from 'lit';
import { property } from 'lit/decorators.js';
import uPlot from 'uplot';
import { powerOfTen } from './format.ts';
import { afterFrame } from './frames.ts';
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

/** What of the content an axis or a scale is made for. */
function kindOf({ xTitle, xLogarithmic, logarithmic, range }: ChartContent): string {
  return [xTitle, xLogarithmic, logarithmic, range !== undefined].join();
}

function styleOf(line: Line | undefined): string {
  return line ? `${line.colour} ${line.dashed === true}` : '';
}

function seriesOf({ colour, dashed }: Line, palette: Palette): uPlot.Series {
  return {
    stroke: palette[colour],
    width: dashed ? 1.25 : 1.75,
    ...(dashed ? { dash: [5, 4] } : {}),
    points: { show: false },
  };
}

/** Lines over a common x, each labelled at its end. */
export class GrokChart extends PlotElement {
  static override styles = [
    super.styles,
    css`
      .plot {
        min-height: ${HEIGHT}px;
      }
    `,
  ];

  @property({ attribute: false }) content: ChartContent | undefined;
  /** What the picture says, for those who do not see it. */
  @property() label = '';

  /** What the plot was built for; another kind of content needs another plot. */
  #kind = '';
  /** The lines that its series are. */
  #drawn: readonly Line[] = [];

  /** Whether it waits to be drawn. */
  #waits = false;

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('content')) this.#drawLater();
  }

  protected override resized(): void {
    this.#drawLater();
  }

  #drawLater(): void {
    if (this.#waits) return;
    this.#waits = true;
    afterFrame(() => {
      this.#waits = false;
      const { plot, content } = this;
      const fits = plot?.width === this.clientWidth && content && kindOf(content) === this.#kind;
      if (plot && fits) this.#setContent(plot, content);
      else if (this.isConnected) this.rebuild();
    });
  }

  /** Shows other content of the same kind: a canvas and its axes cost more than the lines on it. */
  #setContent(plot: uPlot, { x, lines }: ChartContent): void {
    const palette = colours(this);
    const kept = lines.findIndex((line, k) => styleOf(line) !== styleOf(this.#drawn[k]));
    const from = kept < 0 ? lines.length : kept;
    for (let k = this.#drawn.length; k > from; k--) plot.delSeries(k);
    for (let k = from; k < lines.length; k++) {
      plot.addSeries(seriesOf(lines[k] as Line, palette), k + 1);
    }
    this.#drawn = lines;
    plot.setData([x, ...lines.map(({ values }) => values)] as uPlot.AlignedData);
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
    this.#kind = kindOf(content);
    this.#drawn = content.lines;
    const shown = (): ChartContent => this.content as ChartContent;
    const axis: uPlot.Axis = {
      font: CANVAS_FONT,
      labelFont: CANVAS_FONT,
      labelSize: 18,
      stroke: palette.muted,
      gap: 4,
    };
    const { xLogarithmic } = content;
    const xRange = (): [number, number] => {
      const { x } = shown();
      const from = x[0] as number;
      // Nothing happens before t = 0.001.
      return [xLogarithmic ? Math.max(-3, Math.floor(from)) : from, x.at(-1) as number];
    };
    return new uPlot(
      {
        width,
        height: HEIGHT,
        padding: [18, LABEL_WIDTH, 0, 0],
        legend: { show: false },
        cursor: { show: false },
        scales: {
          x: { time: false, range: xRange },
          y: content.range
            ? { range: () => [...(shown().range as [number, number])] as [number, number] }
            : {},
        },
        series: [{}, ...content.lines.map((line) => seriesOf(line, palette))],
        axes: [
          {
            ...axis,
            label: content.xTitle,
            size: 24,
            grid: { show: false },
            ticks: { stroke: palette.line, size: 4 },
            ...(xLogarithmic
              ? {
                  splits: () => decades(...xRange(), 5),
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
        hooks: { draw: [(chart) => this.#draw(chart, shown())] },
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

/** How the series of a chart look, on the canvas and in the legend. */
import type uPlot from 'uplot';
import { barOf, type Series } from '../results/figure.ts';
import type { Palette } from './theme.ts';

/** How one series is drawn. */
export interface Stroke {
  readonly colour: 'accent' | 'second' | 'ink' | 'muted';
  /** In CSS pixels. */
  readonly dash: readonly number[];
  /** Whether points are circles, not dots. */
  readonly open?: boolean;
}

/** Lines differ in more than their colour. */
const LINES: readonly Stroke[] = [
  { colour: 'accent', dash: [] },
  { colour: 'second', dash: [9, 4] },
  { colour: 'ink', dash: [2, 3] },
  { colour: 'muted', dash: [9, 3, 2, 3] },
];
const THEORY: Stroke = { colour: 'second', dash: [5, 4] };
const POINTS: readonly Stroke[] = [
  { colour: 'accent', dash: [] },
  { colour: 'accent', dash: [], open: true },
];

const LINE_WIDTH = 1.5;
const RADIUS = 2.75;

/** Pixels below which a step along a line is not drawn: runs have thousands of points. */
const SHORTEST = 0.7;

/** A stroke for each series; one without a name looks like the one before it. */
export function strokesOf(series: readonly Series[]): Stroke[] {
  const named = { line: -1, points: -1, theory: -1 };
  const strokes = { line: LINES, points: POINTS, theory: [THEORY] };
  return series.map(({ kind, label }) => {
    if (label !== '' || named[kind] < 0) named[kind]++;
    return strokes[kind][named[kind] % strokes[kind].length] as Stroke;
  });
}

/** Draws the series over the grid: runs, then points, theory over all. */
export function drawSeries(chart: uPlot, series: readonly Series[], palette: Palette): void {
  const { ctx, bbox } = chart;
  const strokes = strokesOf(series);
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  for (const kind of ['line', 'points', 'theory'] as const) {
    for (const [k, each] of series.entries()) {
      if (each.kind !== kind) continue;
      const { colour, dash, open = false } = strokes[k] as Stroke;
      ctx.strokeStyle = palette[colour];
      ctx.fillStyle = palette[colour];
      ctx.lineWidth = (kind === 'theory' ? 2 : LINE_WIDTH) * devicePixelRatio;
      ctx.setLineDash(dash.map((length) => length * devicePixelRatio));
      if (kind === 'points') drawPoints(chart, each, open);
      else drawLine(chart, each);
      ctx.setLineDash([]);
      drawErrors(chart, each);
    }
  }
  ctx.restore();
}

function drawPoints({ ctx, valToPos }: uPlot, { x, y }: Series, open: boolean): void {
  ctx.globalAlpha = 0.65;
  x.forEach((at, k) => {
    const height = y[k] as number;
    if (!Number.isFinite(at) || !Number.isFinite(height)) return;
    ctx.beginPath();
    const [left, top] = [valToPos(at, 'x', true), valToPos(height, 'y', true)];
    ctx.arc(left, top, RADIUS * devicePixelRatio, 0, 2 * Math.PI);
    if (open) ctx.stroke();
    else ctx.fill();
  });
  ctx.globalAlpha = 1;
}

function drawErrors({ ctx, bbox, valToPos, scales }: uPlot, series: Series): void {
  const { min = 0, max = 1 } = scales.y ?? {};
  const height = (y: number): number => {
    if (y >= (max as number)) return bbox.top;
    return y <= (min as number) ? bbox.top + bbox.height : valToPos(y, 'y', true);
  };
  ctx.beginPath();
  for (const [k, x] of series.x.entries()) {
    const bar = barOf(series, k);
    if (!bar || !Number.isFinite(x)) continue;
    const left = valToPos(x, 'x', true);
    ctx.moveTo(left, height(bar[0]));
    ctx.lineTo(left, height(bar[1]));
  }
  ctx.stroke();
}

function drawLine({ ctx, valToPos }: uPlot, { x, y }: Series): void {
  ctx.beginPath();
  let [left, top] = [Number.NaN, Number.NaN];
  for (const [k, at] of x.entries()) {
    const height = y[k] as number;
    if (!Number.isFinite(at) || !Number.isFinite(height)) {
      left = Number.NaN;
      continue;
    }
    const [toLeft, toTop] = [valToPos(at, 'x', true), valToPos(height, 'y', true)];
    if (Number.isNaN(left)) ctx.moveTo(toLeft, toTop);
    else if (Math.abs(toLeft - left) < SHORTEST && Math.abs(toTop - top) < SHORTEST) continue;
    else ctx.lineTo(toLeft, toTop);
    [left, top] = [toLeft, toTop];
  }
  ctx.stroke();
}

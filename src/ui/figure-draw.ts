/** How the series of a chart look, on the canvas and in the legend. */
import type uPlot from 'uplot';
import type { Series } from '../claims/claim.ts';
import type { Palette } from './theme.ts';

/** Colour of the palette and dashes in CSS pixels. */
export interface Stroke {
  readonly colour: 'accent' | 'second' | 'ink';
  readonly dash: readonly number[];
}

/** Lines differ in more than their colour. */
const LINES: readonly Stroke[] = [
  { colour: 'accent', dash: [] },
  { colour: 'second', dash: [9, 4] },
  { colour: 'ink', dash: [2, 3] },
];
const THEORY: Stroke = { colour: 'second', dash: [5, 4] };
const POINTS: Stroke = { colour: 'accent', dash: [] };

const LINE_WIDTH = 1.5;
const RADIUS = 2.75;

/** Pixels below which a step along a line is not drawn: runs have thousands of points. */
const SHORTEST = 0.7;

/** A stroke for each series; one without a name looks like the one before it. */
export function strokesOf(series: readonly Series[]): Stroke[] {
  let lines = -1;
  return series.map(({ kind, label }) => {
    if (kind === 'theory') return THEORY;
    if (kind === 'points') return POINTS;
    if (label !== '' || lines < 0) lines++;
    return LINES[lines % LINES.length] as Stroke;
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
      const { colour, dash } = strokes[k] as Stroke;
      ctx.strokeStyle = palette[colour];
      ctx.fillStyle = palette[colour];
      ctx.lineWidth = (kind === 'theory' ? 2 : LINE_WIDTH) * devicePixelRatio;
      ctx.setLineDash(dash.map((length) => length * devicePixelRatio));
      if (kind === 'points') drawPoints(chart, each);
      else drawLine(chart, each);
    }
  }
  ctx.restore();
}

function drawPoints({ ctx, valToPos }: uPlot, { x, y }: Series): void {
  ctx.globalAlpha = 0.65;
  x.forEach((at, k) => {
    const height = y[k] as number;
    if (!Number.isFinite(at) || !Number.isFinite(height)) return;
    ctx.beginPath();
    const [left, top] = [valToPos(at, 'x', true), valToPos(height, 'y', true)];
    ctx.arc(left, top, RADIUS * devicePixelRatio, 0, 2 * Math.PI);
    ctx.fill();
  });
  ctx.globalAlpha = 1;
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

/** What the map and the profile under it share, so that their x axes coincide. */
import type uPlot from 'uplot';
import type { SweepPlan } from '../sweep/plan.ts';
import { number, PARAMETER_LABELS } from './format.ts';
import type { MapLine } from './overlay.ts';
import { positionOf, ticks } from './scale.ts';
import { CANVAS_FONT, type Palette } from './theme.ts';

/** Space around the plots in CSS pixels; `left` is for the y labels, `title` for an axis title. */
export const MARGINS = { top: 22, right: 88, left: 38, bottom: 24, title: 22 } as const;

/** An axis of a plan over its cells. With two points, λ is shown as the place of the second one. */
export function mapAxis(
  plan: SweepPlan,
  which: 'x' | 'y',
  { muted, line }: Palette,
  most: number,
): uPlot.Axis {
  const { spec } = plan;
  const { over } = spec[which];
  const secondPoint = spec.ensemble === 'twoPoint' && over === 'lambda';
  const all = which === 'x' ? plan.xs : plan.ys;
  const labels = new Map<number, string>();
  // Of a part of the map, ticks as close as the whole would have on a larger picture.
  const marksIn = (min: number, max: number): number[] => {
    const marks = ticks(all, most * Math.max(1, all.length / (max - min)));
    for (const { position, label } of marks) {
      labels.set(position, secondPoint ? number(1 - 2 * Number(label), 3) : label);
    }
    return marks.map(({ position }) => position).filter((at) => at >= min && at <= max);
  };
  return {
    label: secondPoint ? '1 − 2λ' : PARAMETER_LABELS[over].title,
    labelFont: CANVAS_FONT,
    labelSize: MARGINS.title,
    size: MARGINS.bottom,
    font: CANVAS_FONT,
    stroke: muted,
    grid: { show: false },
    ticks: { stroke: line, size: 4 },
    gap: 4,
    splits: (_plot, _axis, min, max) => marksIn(min, max),
    values: (_plot, splits) => splits.map((at) => labels.get(at) ?? ''),
  };
}

/** A vertical line at a value of x, with its label above the plot. */
export function markX(
  chart: uPlot,
  values: readonly number[],
  value: number,
  label: string,
  palette: Palette,
): void {
  const position = positionOf(values, value);
  if (position === undefined) return;
  const { min = 0, max = 1 } = chart.scales.y ?? {};
  const ends = [min, max].map((y) => ({ x: position, y: y as number }));
  markLine(chart, { label, side: 'left', points: ends }, palette, []);
}

/**
 * A line over the plot in the coordinates of its scales, labelled above the plot where it ends there.
 * A light edge keeps it visible on every colour of the map.
 */
export function markLine(
  { ctx, bbox, valToPos }: uPlot,
  { label, side, points }: MapLine,
  { ink, ground }: Palette,
  dash: readonly number[],
): void {
  const ratio = devicePixelRatio;
  const pixels = points.map((p) => p && [valToPos(p.x, 'x', true), valToPos(p.y, 'y', true)]);
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.beginPath();
  pixels.forEach((pixel, k) => {
    const [x, y] = pixel ?? [];
    if (x === undefined || y === undefined) return;
    if (pixels[k - 1]) ctx.lineTo(x, y);
    else ctx.moveTo(x, y);
  });
  ctx.strokeStyle = ground;
  ctx.lineWidth = 3 * ratio;
  ctx.globalAlpha = 0.6;
  ctx.stroke();
  ctx.globalAlpha = 1;
  ctx.strokeStyle = ink;
  ctx.lineWidth = 1.25 * ratio;
  ctx.setLineDash(dash.map((length) => length * ratio));
  ctx.stroke();
  ctx.restore();
  const top = pixels.at(-1) ?? pixels.findLast((pixel) => pixel !== undefined);
  if (!top) return;
  ctx.save();
  ctx.fillStyle = ink;
  ctx.font = CANVAS_FONT.replace('12', String(12 * ratio));
  ctx.textAlign = side === 'left' ? 'right' : 'left';
  ctx.textBaseline = 'bottom';
  const offset = (side === 'left' ? 2 : -2) * ratio;
  ctx.fillText(label, (top[0] as number) + offset, bbox.top - 4 * ratio);
  ctx.restore();
}

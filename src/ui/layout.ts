/** What the map and the profile under it share, so that their x axes coincide. */
import type uPlot from 'uplot';
import { positionOf, ticks } from './scale.ts';
import { CANVAS_FONT, type Palette } from './theme.ts';

/** Space around the plots in CSS pixels; `left` is for the y labels, `title` for an axis title. */
export const MARGINS = { top: 22, right: 88, left: 38, bottom: 24, title: 22 } as const;

/** An axis over cells. */
export function mapAxis(
  values: readonly number[],
  title: string,
  { muted, line }: Palette,
  most: number,
): uPlot.Axis {
  const marks = ticks(values, most);
  return {
    label: title,
    labelFont: CANVAS_FONT,
    labelSize: MARGINS.title,
    size: MARGINS.bottom,
    font: CANVAS_FONT,
    stroke: muted,
    grid: { show: false },
    ticks: { stroke: line, size: 4 },
    gap: 4,
    splits: () => marks.map(({ position }) => position),
    values: () => marks.map(({ label }) => label),
  };
}

/** A vertical line at a value of x, with its label above the plot. */
export function markX(
  { ctx, bbox, valToPos }: uPlot,
  values: readonly number[],
  value: number,
  label: string,
  { ink, ground }: Palette,
): void {
  const position = positionOf(values, value);
  if (position === undefined) return;
  const x = valToPos(position, 'x', true);
  ctx.save();
  ctx.beginPath();
  ctx.moveTo(x, bbox.top);
  ctx.lineTo(x, bbox.top + bbox.height);
  // A light edge keeps the line visible on every colour of the map.
  ctx.strokeStyle = ground;
  ctx.lineWidth = 3 * devicePixelRatio;
  ctx.globalAlpha = 0.6;
  ctx.stroke();
  ctx.globalAlpha = 1;
  ctx.strokeStyle = ink;
  ctx.lineWidth = 1.25 * devicePixelRatio;
  ctx.stroke();
  ctx.fillStyle = ink;
  ctx.font = CANVAS_FONT.replace('12', String(12 * devicePixelRatio));
  ctx.textAlign = 'center';
  ctx.textBaseline = 'bottom';
  ctx.fillText(label, x, bbox.top - 4 * devicePixelRatio);
  ctx.restore();
}

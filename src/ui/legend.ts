import type uPlot from 'uplot';
import { viridisCss } from './colour.ts';
import { powerOfTen } from './format.ts';
import { hatchTile, type MapImage } from './paint.ts';
import { CANVAS_FONT, type Palette } from './theme.ts';

/** A filling without a time, and what it means. */
interface Swatch {
  readonly lines: readonly string[];
  readonly colour: string;
  readonly hatched: boolean;
}

/** The colour bar with its decades, and what the other fillings mean, right of the map. */
export function drawLegend(
  { ctx, bbox }: uPlot,
  image: MapImage,
  end: string,
  palette: Palette,
): void {
  const ratio = devicePixelRatio;
  const left = bbox.left + bbox.width + 16 * ratio;
  const width = 12 * ratio;
  const has = (state: string): boolean => image.states.some((s) => s.state === state);
  const swatches: Swatch[] = [
    { lines: ['not by', end], colour: palette.neutral, hatched: true },
    ...(has('never') ? [{ lines: ['never'], colour: palette.never, hatched: false }] : []),
    ...(has('failed') ? [{ lines: ['failed'], colour: palette.danger, hatched: true }] : []),
    ...(has('fromStart')
      ? [{ lines: ['from the', 'start'], colour: palette.start, hatched: false }]
      : []),
  ];
  const height = bbox.height - (26 + 36 * swatches.length) * ratio;
  const [low, high] = image.range;
  for (let k = 0; k < height; k++) {
    ctx.fillStyle = viridisCss(1 - k / height);
    ctx.fillRect(left, bbox.top + k, width, 1.5);
  }
  ctx.font = CANVAS_FONT.replace('12', String(12 * ratio));
  ctx.fillStyle = palette.muted;
  ctx.textBaseline = 'middle';
  ctx.textAlign = 'left';
  const step = Math.max(1, Math.ceil(((high - low) * 26 * ratio) / height));
  const above = image.states.some((s) => s.state === 'crossed' && s.log10t > high);
  for (let decade = low; decade <= high; decade += step) {
    const y = bbox.top + height * (1 - (decade - low) / (high - low));
    const clamped = decade === high && above;
    ctx.fillText(`${clamped ? '≥' : ''}${powerOfTen(decade)}`, left + width + 6 * ratio, y);
  }
  swatches.forEach(({ lines, colour, hatched }, k) => {
    const y = bbox.top + height + (26 + 36 * k) * ratio;
    ctx.fillStyle = colour;
    ctx.fillRect(left, y, width, width);
    const pattern = hatched ? ctx.createPattern(hatchTile(palette.hatch), 'repeat') : null;
    if (pattern) {
      ctx.fillStyle = pattern;
      ctx.fillRect(left, y, width, width);
    }
    ctx.fillStyle = palette.muted;
    lines.forEach((line, at) => {
      ctx.fillText(line, left + width + 6 * ratio, y + 14 * at * ratio);
    });
  });
}

import type uPlot from 'uplot';
import { isCertified, isKnown, isLogarithmic, isTimed } from '../results/quantities.ts';
import { colourCss } from './colour.ts';
import { hatchTile, type MapImage } from './paint.ts';
import { differenceText, QUANTITY_WORDS, tickText } from './quantity.ts';
import { decades, niceStep } from './scale.ts';
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
  const { quantity, against, plan } = image.view;
  const difference = against !== undefined;
  const awaited = isCertified(quantity) && isKnown(quantity, plan.spec) && !difference;
  const swatches: Swatch[] = [
    ...(isTimed(quantity) && !difference
      ? [{ lines: ['not by', end], colour: palette.neutral, hatched: true }]
      : []),
    ...(has('never')
      ? [{ lines: [QUANTITY_WORDS[quantity].never], colour: palette.never, hatched: false }]
      : []),
    ...(has('none')
      ? [
          {
            lines: awaited ? ['not', 'certified'] : ['no value'],
            colour: palette.neutral,
            hatched: false,
          },
        ]
      : []),
    ...(has('failed') ? [{ lines: ['✕ failed'], colour: palette.ground, hatched: false }] : []),
    ...(has('fromStart')
      ? [{ lines: ['from the', 'start'], colour: palette.start, hatched: false }]
      : []),
  ];
  const height = bbox.height - (26 + 36 * swatches.length) * ratio;
  const [low, high] = image.range;
  for (let k = 0; k < height; k++) {
    ctx.fillStyle = colourCss(1 - k / height, image.map);
    ctx.fillRect(left, bbox.top + k, width, 1.5);
  }
  ctx.font = CANVAS_FONT.replace('12', String(12 * ratio));
  ctx.fillStyle = palette.muted;
  ctx.textBaseline = 'middle';
  ctx.textAlign = 'left';
  const beyond = (outside: (value: number) => boolean): boolean =>
    image.states.some((s) => s.state === 'value' && outside(s.value));
  const [below, above] = [beyond((value) => value < low), beyond((value) => value > high)];
  const logarithmic = isLogarithmic(quantity) && !difference;
  const text = (tick: number): string =>
    difference ? differenceText(tick, quantity) : tickText(tick, quantity);
  for (const tick of barTicks(low, high, height / (26 * ratio), logarithmic)) {
    const y = bbox.top + height * (1 - (tick - low) / (high - low));
    const sign = tick === high && above ? '≥' : tick === low && below ? '≤' : '';
    ctx.fillText(`${sign}${text(tick)}`, left + width + 6 * ratio, y);
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

/** Round values along the colour bar, at most about `most`; its ends where there are fewer than two. */
function barTicks(low: number, high: number, most: number, logarithmic: boolean): number[] {
  if (logarithmic) {
    // From the lower end, so that the ends of whole decades have their labels.
    const step = Math.max(1, Math.ceil((high - low) / most));
    const list = Number.isInteger(low)
      ? Array.from({ length: Math.floor((high - low) / step + 1e-9) + 1 }, (_, k) => low + k * step)
      : decades(low, high, most);
    return list.length > 1 ? list : [low, high];
  }
  const step = niceStep((high - low) / Math.min(most, 6));
  const list: number[] = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; k++)
    list.push(k * step);
  return list.length > 1 ? list : [low, high];
}

/** Charts as SVG documents, with their legend and a caption: text stays text. */
import { barOf, type ChartFigure, type Series } from '../results/figure.ts';
import { type Stroke, strokesOf } from './figure-draw.ts';
import { number, powerOfTen } from './format.ts';
import { decades, niceStep } from './scale.ts';
import type { Palette } from './theme.ts';

export const SVG_WIDTH = 720;
export const PLOT = { left: 64, top: 40, right: 24, height: 320 } as const;
const LINE = 17;

/** Characters in a line of the caption: of 12 px type in the width of the picture. */
const CAPTION_LENGTH = 108;

/** Text that may stand between tags and in attributes. */
export function escaped(text: string): string {
  return text
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;');
}

/** A number of pixels: tenths are enough. */
export const px = (value: number): string => String(Math.round(value * 10) / 10);

export function text(
  x: number,
  y: number,
  content: string,
  attributes: Readonly<Record<string, string | number>> = {},
): string {
  const more = Object.entries(attributes).map(([name, value]) => ` ${name}="${value}"`);
  return `<text x="${px(x)}" y="${px(y)}"${more.join('')}>${escaped(content)}</text>`;
}

/** The caption in lines, under a picture of some height; and the height with it. */
export function captionOf(
  caption: string,
  top: number,
  { muted }: Palette,
): { readonly svg: string; readonly bottom: number } {
  const lines: string[] = [''];
  for (const word of caption.split(' ')) {
    const last = lines.at(-1) as string;
    if (last.length + word.length + 1 > CAPTION_LENGTH) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  const svg = lines
    .map((line, k) => text(PLOT.left, top + LINE * (k + 1), line, { fill: muted }))
    .join('\n');
  return { svg, bottom: top + LINE * (lines.length + 1) };
}

/** A document around a picture. */
export function documentOf(height: number, body: string, title: string, palette: Palette): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${SVG_WIDTH}" height="${px(height)}" viewBox="0 0 ${SVG_WIDTH} ${px(height)}" font-family="system-ui, -apple-system, Segoe UI, Roboto, sans-serif" font-size="12">
<title>${escaped(title)}</title>
<rect width="100%" height="100%" fill="${palette.ground}"/>
${text(PLOT.left, 22, title, { fill: palette.ink, 'font-size': 15, 'font-weight': 600 })}
${body}
</svg>
`;
}

/** A chart with its axes, its legend and a caption. */
export function figureSvg(figure: ChartFigure, caption: string, palette: Palette): string {
  const width = SVG_WIDTH - PLOT.left - PLOT.right;
  const [x0, x1] = rangeOf(figure, 'x');
  const [y0, y1] = rangeOf(figure, 'y');
  const bottom = PLOT.top + PLOT.height;
  const atX = (x: number): number => PLOT.left + (width * (x - x0)) / (x1 - x0);
  const atY = (y: number): number => bottom - (PLOT.height * (y - y0)) / (y1 - y0);
  const label = (value: number, logarithmic: boolean): string =>
    logarithmic ? powerOfTen(value) : number(value, 4);
  const xs = ticks(x0, x1, figure.xLogarithmic, 8).map(
    (x) =>
      `<line x1="${px(atX(x))}" x2="${px(atX(x))}" y1="${bottom}" y2="${bottom + 4}" stroke="${palette.line}"/>` +
      text(atX(x), bottom + 18, label(x, figure.xLogarithmic), {
        fill: palette.muted,
        'text-anchor': 'middle',
      }),
  );
  const ys = ticks(y0, y1, figure.yLogarithmic, 6).map(
    (y) =>
      `<line x1="${PLOT.left}" x2="${SVG_WIDTH - PLOT.right}" y1="${px(atY(y))}" y2="${px(atY(y))}" stroke="${palette.line}"/>` +
      text(PLOT.left - 6, atY(y) + 4, label(y, figure.yLogarithmic), {
        fill: palette.muted,
        'text-anchor': 'end',
      }),
  );
  const titles =
    text(PLOT.left + width / 2, bottom + 36, figure.xTitle, {
      fill: palette.muted,
      'text-anchor': 'middle',
    }) +
    text(0, 0, figure.yTitle, {
      fill: palette.muted,
      'text-anchor': 'middle',
      transform: `translate(16 ${PLOT.top + PLOT.height / 2}) rotate(-90)`,
    });
  const strokes = strokesOf(figure.series);
  const drawn = figure.series.map((series, k) =>
    seriesSvg(series, strokes[k] as Stroke, atX, atY, palette),
  );
  const { svg: legend, bottom: under } = legendSvg(figure.series, strokes, bottom + 56, palette);
  const below = captionOf(caption, under, palette);
  return documentOf(
    below.bottom,
    `${ys.join('\n')}
${xs.join('\n')}
${titles}
<clipPath id="plot"><rect x="${PLOT.left}" y="${PLOT.top}" width="${width}" height="${PLOT.height}"/></clipPath>
<g clip-path="url(#plot)" fill="none">
${drawn.join('\n')}
</g>
${legend}
${below.svg}`,
    figure.title,
    palette,
  );
}

function seriesSvg(
  series: Series,
  { colour, dash, open }: Stroke,
  atX: (x: number) => number,
  atY: (y: number) => number,
  palette: Palette,
): string {
  const ink = palette[colour];
  const bars = series.x.flatMap((x, k) => {
    const bar = barOf(series, k);
    if (!bar || !Number.isFinite(x)) return [];
    const [low, high] = bar.map((y) => px(atY(Math.max(-1e6, Math.min(1e6, y)))));
    return `M${px(atX(x))} ${low}V${high}`;
  });
  const errors = bars.length > 0 ? `<path d="${bars.join('')}" stroke="${ink}"/>` : '';
  const finite = (k: number): boolean =>
    Number.isFinite(series.x[k]) && Number.isFinite(series.y[k]);
  const point = (k: number): string =>
    `${px(atX(series.x[k] as number))} ${px(atY(series.y[k] as number))}`;
  if (series.kind === 'points') {
    const dots = series.x.flatMap((_, k) => {
      if (!finite(k)) return [];
      const [x, y] = point(k).split(' ');
      return `<circle cx="${x}" cy="${y}" r="2.75" fill="${open ? 'none' : ink}" stroke="${ink}"/>`;
    });
    return errors + dots.join('');
  }
  let path = '';
  for (let k = 0; k < series.x.length; k++) {
    if (finite(k)) path += `${path !== '' && finite(k - 1) ? 'L' : 'M'}${point(k)}`;
  }
  const dashes = dash.length > 0 ? ` stroke-dasharray="${dash.join(' ')}"` : '';
  return `<path d="${path}" stroke="${ink}" stroke-width="${series.kind === 'theory' ? 2 : 1.5}"${dashes}/>${errors}`;
}

function legendSvg(
  series: readonly Series[],
  strokes: readonly Stroke[],
  top: number,
  palette: Palette,
): { readonly svg: string; readonly bottom: number } {
  let [x, y] = [PLOT.left, top];
  const items = series.flatMap(({ label, kind }, k) => {
    if (label === '') return [];
    const { colour, dash, open } = strokes[k] as Stroke;
    const ink = palette[colour];
    const length = 44 + 6.6 * label.length;
    if (x + length > SVG_WIDTH - PLOT.right && x > PLOT.left) [x, y] = [PLOT.left, y + LINE];
    const swatch =
      kind === 'points'
        ? `<circle cx="${px(x + 14)}" cy="${px(y - 4)}" r="3.5" fill="${open ? 'none' : ink}" stroke="${ink}"/>`
        : `<line x1="${px(x)}" x2="${px(x + 28)}" y1="${px(y - 4)}" y2="${px(y - 4)}" stroke="${ink}" stroke-width="2" stroke-dasharray="${dash.join(' ') || 'none'}"/>`;
    const item = swatch + text(x + 34, y, label, { fill: palette.muted });
    x += length;
    return item;
  });
  return { svg: items.join('\n'), bottom: items.length > 0 ? y + 10 : top - 12 };
}

/** Where the series are, with some room; error bars count as far as they are finite. */
function rangeOf({ series }: ChartFigure, axis: 'x' | 'y'): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const each of series) {
    each.x.forEach((x, k) => {
      const y = each.y[k] as number;
      if (!Number.isFinite(x) || !Number.isFinite(y)) return;
      for (const value of axis === 'x' ? [x] : [y, ...(barOf(each, k) ?? [])]) {
        if (!Number.isFinite(value)) continue;
        low = Math.min(low, value);
        high = Math.max(high, value);
      }
    });
  }
  if (low > high) return [0, 1];
  const room = 0.03 * (high - low || 1);
  return [low - room, high + room];
}

function ticks(low: number, high: number, logarithmic: boolean, most: number): number[] {
  if (logarithmic) return decades(low, high, most);
  const step = niceStep((high - low) / most);
  const list: number[] = [];
  for (let k = Math.ceil(low / step); k * step <= high; k++) list.push(k * step);
  return list;
}

/** The map as an SVG document. */
import { isLogarithmic } from '../results/quantities.ts';
import { type CellState, cellState, colourRange, type MapView } from '../sweep/cells.ts';
import { type ColourMap, colourAt } from './colour.ts';
import { PARAMETER_LABELS, powerOfTen } from './format.ts';
import { QUANTITY_WORDS, tickText } from './quantity.ts';
import { ticks } from './scale.ts';
import { captionOf, documentOf, PLOT, px, SVG_WIDTH, text } from './svg-figure.ts';
import type { Palette } from './theme.ts';

const LEGEND = 110;

/** What the map is of, its colour bar and what its other fillings mean. */
export function mapSvg(
  view: MapView,
  map: ColourMap,
  fixedRange: readonly [number, number] | undefined,
  caption: string,
  palette: Palette,
): string {
  const { plan, quantity, accuracy } = view;
  const { xs, ys, spec } = plan;
  const states = ys.map((_, iy) => xs.map((_, ix) => cellState(view, ix, iy)));
  const range = fixedRange ?? colourRange(states.flat(), quantity);
  const width = SVG_WIDTH - PLOT.left - LEGEND;
  const bottom = PLOT.top + PLOT.height;
  const [cellWidth, cellHeight] = [width / xs.length, PLOT.height / ys.length];
  const fill = (state: CellState): string => fillOf(state, range, map, palette);
  const cells: string[] = [];
  for (const [iy, row] of states.entries()) {
    // Neighbours of one colour are one rectangle.
    for (let ix = 0; ix < row.length; ) {
      const colour = fill(row[ix] as CellState);
      let end = ix + 1;
      while (end < row.length && fill(row[end] as CellState) === colour) end++;
      if (colour !== 'none') {
        cells.push(
          `<rect x="${px(PLOT.left + ix * cellWidth)}" y="${px(bottom - (iy + 1) * cellHeight)}" width="${px((end - ix) * cellWidth + 0.3)}" height="${px(cellHeight + 0.3)}" fill="${colour}"/>`,
        );
      }
      ix = end;
    }
  }
  const muted = { fill: palette.muted };
  const axes = [
    ...ticks(xs, 8).map(({ position, label }) =>
      text(PLOT.left + (position + 0.5) * cellWidth, bottom + 18, label, {
        ...muted,
        'text-anchor': 'middle',
      }),
    ),
    ...ticks(ys, 9).map(({ position, label }) =>
      text(PLOT.left - 6, bottom - (position + 0.5) * cellHeight + 4, label, {
        ...muted,
        'text-anchor': 'end',
      }),
    ),
    text(PLOT.left + width / 2, bottom + 36, PARAMETER_LABELS[spec.x.over].title, {
      ...muted,
      'text-anchor': 'middle',
    }),
    text(0, 0, PARAMETER_LABELS[spec.y.over].title, {
      ...muted,
      'text-anchor': 'middle',
      transform: `translate(16 ${PLOT.top + PLOT.height / 2}) rotate(-90)`,
    }),
  ];
  const present = new Set(states.flat().map(({ state }) => state));
  const { bar, swatches } = legendOf(view, range, map, present, palette);
  const below = captionOf(caption, bottom + 48, palette);
  return documentOf(
    below.bottom,
    `<defs><pattern id="hatch" width="8" height="8" patternUnits="userSpaceOnUse"><rect width="8" height="8" fill="${palette.neutral}"/><path d="M-2 2L2 -2M0 8L8 0M6 10L10 6" stroke="${palette.hatch}"/></pattern></defs>
<g shape-rendering="crispEdges">
${cells.join('\n')}
</g>
<rect x="${PLOT.left}" y="${PLOT.top}" width="${width}" height="${PLOT.height}" fill="none" stroke="${palette.line}"/>
${axes.join('\n')}
${bar}
${swatches}
${below.svg}`,
    QUANTITY_WORDS[quantity].symbol(accuracy),
    palette,
  );
}

function fillOf(
  state: CellState,
  [low, high]: readonly [number, number],
  map: ColourMap,
  palette: Palette,
): string {
  switch (state.state) {
    case 'value':
      return `rgb(${colourAt((state.value - low) / (high - low), map).join(',')})`;
    case 'notBy':
      return 'url(#hatch)';
    case 'never':
      return palette.never;
    case 'fromStart':
      return palette.start;
    case 'none':
      return palette.neutral;
    case 'failed':
      return palette.danger;
    case 'pending':
      return 'none';
  }
}

function legendOf(
  { quantity, plan }: MapView,
  [low, high]: readonly [number, number],
  map: ColourMap,
  present: ReadonlySet<CellState['state']>,
  palette: Palette,
): { readonly bar: string; readonly swatches: string } {
  const left = SVG_WIDTH - LEGEND + 16;
  const height = 190;
  const steps = 64;
  const colours = Array.from({ length: steps }, (_, k) => {
    const y = PLOT.top + (height * k) / steps;
    return `<rect x="${left}" y="${px(y)}" width="12" height="${px(height / steps + 0.3)}" fill="rgb(${colourAt(1 - k / (steps - 1), map).join(',')})"/>`;
  });
  const parts = isLogarithmic(quantity) ? Math.max(1, Math.min(6, Math.round(high - low))) : 4;
  const labels = Array.from({ length: parts + 1 }, (_, k) => {
    const value = low + ((high - low) * k) / parts;
    const shown = isLogarithmic(quantity) && parts > 1 ? Math.round(value) : value;
    const y = PLOT.top + height * (1 - (shown - low) / (high - low));
    return text(left + 18, y + 4, tickText(shown, quantity), { fill: palette.muted });
  });
  const others: [CellState['state'], string, string][] = [
    ['notBy', 'url(#hatch)', `not by ${powerOfTen(plan.spec.horizon)}`],
    ['never', palette.never, QUANTITY_WORDS[quantity].never],
    ['fromStart', palette.start, 'from start'],
    ['none', palette.neutral, 'no value'],
    ['failed', palette.danger, 'failed'],
  ];
  const swatches = others
    .filter(([state]) => present.has(state))
    .map(([, fill, label], k) => {
      const y = PLOT.top + height + 22 + 22 * k;
      return `<rect x="${left}" y="${y}" width="12" height="12" fill="${fill}"/>${text(left + 18, y + 10, label, { fill: palette.muted, 'font-size': 11 })}`;
    });
  return { bar: [...colours, ...labels].join('\n'), swatches: swatches.join('\n') };
}

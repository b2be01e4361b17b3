/** The map of a sweep as text. */
import {
  type CellState,
  cellState,
  colourRange,
  columnSummaries,
  type MapView,
} from '../sweep/cells.ts';
import { colourAt } from '../ui/colour.ts';
import { endOf, PARAMETER_LABELS, powerOfTen } from '../ui/format.ts';
import { readingText } from '../ui/quantity.ts';

/** From early to late. */
const SHADES = '·:-=+*%#';

/** Columns of the table under the map, at most. */
const PROFILE_COLUMNS = 9;

/** How a terminal shows things. */
export interface TextOptions {
  /** Characters in a line. */
  readonly width: number;
  readonly colour: boolean;
}

/** Title, map, legend and medians, in lines. */
export function mapText(view: MapView, options: TextOptions): string {
  const { xs, ys, spec } = view.plan;
  const states = ys.map((_, iy) => xs.map((_, ix) => cellState(view, ix, iy)));
  const range = colourRange(states.flat(), view.quantity);
  const labels = ys.map(String);
  const margin = Math.max(...labels.map(({ length }) => length), 2) + 1;
  const stride = Math.ceil(xs.length / Math.max(1, options.width - margin - 1));
  const columns = xs.map((_, ix) => ix).filter((ix) => ix % stride === 0);
  const [x, y] = [PARAMETER_LABELS[spec.x.over], PARAMETER_LABELS[spec.y.over]];
  const lines = [`log10 t_test(${view.accuracy}), ${y.symbol} over ${x.title}`];
  for (let iy = ys.length - 1; iy >= 0; iy--) {
    const cells = columns.map((ix) =>
      cellText(states[iy]?.[ix] as CellState, range, options.colour),
    );
    lines.push(`${(labels[iy] as string).padStart(margin - 1)} ${cells.join('')}`);
  }
  const [first, last] = [String(xs[0]), String(xs.at(-1))];
  lines.push(
    ' '.repeat(margin) +
      first +
      last.padStart(Math.max(last.length + 1, columns.length - first.length)),
  );
  if (stride > 1) lines.push(`(one column in ${stride} is shown)`);
  lines.push(legend(range, endOf(spec), options.colour), '', profileText(view));
  return `${lines.join('\n')}\n`;
}

function cellText(state: CellState, [low, high]: [number, number], colour: boolean): string {
  switch (state.state) {
    case 'value': {
      const s = Math.min(1, Math.max(0, (state.value - low) / (high - low)));
      if (colour) return `\x1b[48;2;${colourAt(s).join(';')}m \x1b[0m`;
      return SHADES[Math.min(SHADES.length - 1, Math.floor(s * SHADES.length))] as string;
    }
    case 'notBy':
      return '/';
    case 'never':
      return '∞';
    case 'fromStart':
      return 'o';
    case 'failed':
      return 'X';
    default:
      return ' ';
  }
}

function legend([low, high]: [number, number], end: string, colour: boolean): string {
  const shades = [...SHADES].map((shade, k) =>
    colour ? cellText({ state: 'value', value: k }, [0, SHADES.length - 1], true) : shade,
  );
  return `${powerOfTen(low)} ${shades.join('')} ${powerOfTen(high)} and later   / not by ${end}   ∞ never   o from the start   X failed`;
}

/** Medians along x: over all rows if y runs over seeds, else in the middle row. */
function profileText(view: MapView): string {
  const { xs, ys, spec } = view.plan;
  const row = Math.floor(ys.length / 2);
  const summaries = columnSummaries(view, row);
  const stride = Math.ceil(xs.length / PROFILE_COLUMNS);
  const { symbol } = PARAMETER_LABELS[spec.x.over];
  const where =
    spec.y.over === 'seed' ? '' : ` at ${PARAMETER_LABELS[spec.y.over].symbol} ${ys[row]}`;
  const cells = xs.flatMap((x, ix) => {
    const summary = summaries[ix];
    return ix % stride === 0 && summary
      ? [
          [
            String(x),
            readingText(summary.median, view.quantity, endOf(spec)),
            `${summary.notBy}/${summary.count}`,
          ],
        ]
      : [];
  });
  const head = [symbol, `median t_test${where}`, 'not by t_end'];
  const widths = head.map((text, k) =>
    Math.max(text.length, ...cells.map((c) => (c[k] as string).length)),
  );
  return [head, ...cells]
    .map((c) => c.map((text, k) => text.padStart(widths[k] as number)).join('   '))
    .join('\n');
}

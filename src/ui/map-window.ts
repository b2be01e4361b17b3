/** The part of a map that is shown, and ranges of its cells. */

/** Which cell. */
export interface CellPosition {
  readonly ix: number;
  readonly iy: number;
}

/** A rectangle of cells, both corners in it. */
export interface CellRange {
  readonly from: CellPosition;
  readonly to: CellPosition;
}

/** From where to where, in cells counted from 0: cell k is from k − ½ to k + ½. */
export interface MapWindow {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

/** Fewest cells across a window. */
const FEWEST = 3;

/** As links have it. */
const rounded = (x: number): number => Math.round(x * 1000) / 1000;

export function wholeWindow(columns: number, rows: number): MapWindow {
  return { x: [-0.5, columns - 0.5], y: [-0.5, rows - 0.5] };
}

/** The window moved inside the map and made large enough; undefined if it is all of the map. */
export function clampWindow(
  window: MapWindow,
  columns: number,
  rows: number,
): MapWindow | undefined {
  const along = ([from, to]: readonly [number, number], count: number): [number, number] => {
    const length = Math.min(count, Math.max(to - from, Math.min(FEWEST, count)));
    const middle = (from + to) / 2;
    const start = Math.min(count - 0.5 - length, Math.max(-0.5, middle - length / 2));
    return [rounded(start), rounded(start + length)];
  };
  const clamped = { x: along(window.x, columns), y: along(window.y, rows) };
  const whole =
    clamped.x[1] - clamped.x[0] >= columns - 1e-6 && clamped.y[1] - clamped.y[0] >= rows - 1e-6;
  return whole ? undefined : clamped;
}

/** The window made `factor` times as long, `about` staying where it is. */
export function zoomed(
  { x, y }: MapWindow,
  factor: number,
  about: { readonly x: number; readonly y: number },
): MapWindow {
  const along = ([from, to]: readonly [number, number], at: number): [number, number] => [
    at - (at - from) * factor,
    at + (to - at) * factor,
  ];
  return { x: along(x, about.x), y: along(y, about.y) };
}

export function moved({ x, y }: MapWindow, dx: number, dy: number): MapWindow {
  return { x: [x[0] + dx, x[1] + dx], y: [y[0] + dy, y[1] + dy] };
}

/** The window moved just so far that a cell is in it. */
export function movedTo(window: MapWindow, { ix, iy }: CellPosition): MapWindow {
  const shift = ([from, to]: readonly [number, number], at: number): number =>
    Math.min(0, at - 0.5 - from) + Math.max(0, at + 0.5 - to);
  return moved(window, shift(window.x, ix), shift(window.y, iy));
}

/** The range with two corners, whichever they are. */
export function rangeOf(a: CellPosition, b: CellPosition): CellRange {
  return {
    from: { ix: Math.min(a.ix, b.ix), iy: Math.min(a.iy, b.iy) },
    to: { ix: Math.max(a.ix, b.ix), iy: Math.max(a.iy, b.iy) },
  };
}

/** Cells of a range, row by row. */
export function* cellsOf({ from, to }: CellRange): Generator<CellPosition> {
  for (let iy = from.iy; iy <= to.iy; iy++) {
    for (let ix = from.ix; ix <= to.ix; ix++) yield { ix, iy };
  }
}

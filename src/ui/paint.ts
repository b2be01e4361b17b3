/** Painting the map: one small image, scaled up without smoothing, and stripes of hatch over it. */
import type { CellState, MapView } from '../sweep/cells.ts';
import { cellState, colourRange } from '../sweep/cells.ts';
import { type ColourMap, colourAt, type Rgb } from './colour.ts';

/** Colours of the states that have no time, as CSS. */
export interface StateColours {
  readonly neutral: string;
  readonly never: string;
  readonly start: string;
  readonly hatch: string;
}

/** A rectangle in device pixels. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Opacity of a cell that borrows the colour of a coarser one while it waits for its own. */
const BORROWED = 90;

const PENDING: CellState = { state: 'pending' };

/** The map as pictures of one pixel a cell, row 0 at the top of the image being the last of y. */
export class MapImage {
  readonly states: CellState[];
  range: [number, number] = [0, 1];
  readonly #columns: number;
  readonly #rows: number;
  /** Replicas of a cell that had come in when it was last looked at, as `states` is ordered. */
  readonly #seen: Uint16Array;
  #certified = 0;
  // Canvases are made once: making them costs more than painting them.
  readonly #image: Layer;
  #stripes: readonly Stripe[] = [];

  constructor(
    readonly view: MapView,
    readonly palette: StateColours,
    /** Colours of the values, and their range where it is not that of the values. */
    readonly map: ColourMap = 'viridis',
    readonly fixedRange?: readonly [number, number],
  ) {
    this.#columns = view.plan.xs.length;
    this.#rows = view.plan.ys.length;
    this.states = new Array(this.#columns * this.#rows).fill(PENDING);
    this.#seen = new Uint16Array(this.states.length);
    this.#image = layer(this.#columns, this.#rows);
    this.update();
  }

  /** Takes in what has come into the table since; everything anew if certificates have. */
  update(): void {
    if (this.#certified !== this.view.table.certified) {
      this.#certified = this.view.table.certified;
      this.#seen.fill(0);
    }
    const { plan, table } = this.view;
    const { seedsPerCell } = plan.spec;
    for (let cell = 0, iy = 0; iy < this.#rows; iy++) {
      for (let ix = 0; ix < this.#columns; ix++, cell++) {
        if (this.#seen[cell] === seedsPerCell) continue;
        const first = plan.firstOf(ix, iy);
        let present = 0;
        for (let k = 0; k < seedsPerCell; k++) if (table.has(first + k)) present++;
        if (this.#seen[cell] === present) continue;
        this.#seen[cell] = present;
        this.states[cell] = cellState(this.view, ix, iy);
      }
    }
    this.range = this.fixedRange
      ? [...this.fixedRange]
      : colourRange(this.states, this.view.quantity, this.view.against !== undefined);
    this.#fill();
  }

  state(ix: number, iy: number): CellState {
    return this.states[iy * this.#columns + ix] as CellState;
  }

  /** Where a value lies in the colour range, 0 … 1 inside it. */
  shade(value: number): number {
    const [low, high] = this.range;
    return (value - low) / (high - low);
  }

  /** Paints the part of the map that lies in `plot`; `whole` is where all of it would be. */
  draw(ctx: CanvasRenderingContext2D, plot: Box, whole: Box): void {
    ctx.save();
    ctx.beginPath();
    ctx.rect(plot.left, plot.top, plot.width, plot.height);
    ctx.clip();
    ctx.imageSmoothingEnabled = false;
    ctx.drawImage(this.#image.canvas, whole.left, whole.top, whole.width, whole.height);
    this.#drawHatch(ctx, whole);
    ctx.restore();
  }

  #fill(): void {
    // What a cell shows: its own state, or while it waits that of the nearest coarser cell.
    const lent: CellState[] = [PENDING];
    const image = new ImageData(this.#columns, this.#rows);
    const stripes: Stripe[] = [];
    const neutral = rgb(this.palette.neutral);
    const start = rgb(this.palette.start);
    const never = rgb(this.palette.never);
    const paint = (at: number, [red, green, blue]: Rgb, alpha: number): void => {
      image.data[at] = red;
      image.data[at + 1] = green;
      image.data[at + 2] = blue;
      image.data[at + 3] = alpha;
    };
    for (let iy = 0; iy < this.#rows; iy++) {
      for (let ix = 0; ix < this.#columns; ix++) {
        const at = 4 * ((this.#rows - 1 - iy) * this.#columns + ix);
        const cell = iy * this.#columns + ix;
        const own = this.states[cell] as CellState;
        const pending = own.state === 'pending';
        const shown = pending ? (lent[this.#coarser(ix, iy)] as CellState) : own;
        lent[cell] = shown;
        const alpha = pending ? BORROWED : 255;
        if (shown.state === 'value') {
          paint(at, colourAt(this.shade(shown.value), this.map), alpha);
        }
        if (shown.state === 'none') paint(at, neutral, alpha);
        if (shown.state === 'fromStart') paint(at, start, alpha);
        if (shown.state === 'never') paint(at, never, alpha);
        if (shown.state === 'notBy') {
          paint(at, neutral, alpha);
          const last = stripes.at(-1);
          if (last?.iy === iy && last.to === ix && last.alpha === alpha) last.to++;
          else stripes.push({ iy, from: ix, to: ix + 1, alpha });
        }
      }
    }
    this.#image.ctx.putImageData(image, 0, 0);
    this.#stripes = stripes;
  }

  /** Place of the same corner in the next coarser grid that does not have this cell itself. */
  #coarser(ix: number, iy: number): number {
    const finest = (ix | iy) & -(ix | iy);
    const inside = 2 * finest - 1;
    return (iy & ~inside) * this.#columns + (ix & ~inside);
  }

  /** Fills the stripes, of whole pixels as those of the image are. */
  #drawHatch(ctx: CanvasRenderingContext2D, { left, top, width, height }: Box): void {
    const x = (column: number): number => Math.round(left + (width * column) / this.#columns);
    const y = (row: number): number => Math.round(top + (height * row) / this.#rows);
    ctx.fillStyle = ctx.createPattern(hatchTile(this.palette.hatch), 'repeat') ?? 'gray';
    for (const { iy, from, to, alpha } of this.#stripes) {
      const row = this.#rows - 1 - iy;
      ctx.globalAlpha = alpha / 255;
      ctx.fillRect(x(from), y(row), x(to) - x(from), y(row + 1) - y(row));
    }
  }
}

/** Hatched cells side by side in a row, up to the column before `to`. */
interface Stripe {
  readonly iy: number;
  readonly from: number;
  to: number;
  readonly alpha: number;
}

/** A canvas off the page. */
interface Layer {
  readonly canvas: HTMLCanvasElement;
  readonly ctx: CanvasRenderingContext2D;
}

function layer(width: number, height: number): Layer {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const ctx = canvas.getContext('2d');
  if (!ctx) throw new Error('This browser draws no canvases.');
  return { canvas, ctx };
}

const tiles = new Map<string, HTMLCanvasElement>();

/** A tile of the hatch: one thin diagonal. */
export function hatchTile(colour: string): HTMLCanvasElement {
  const size = Math.round(8 * devicePixelRatio);
  const key = `${colour} ${size}`;
  const known = tiles.get(key);
  if (known) return known;
  const { canvas, ctx } = layer(size, size);
  ctx.strokeStyle = colour;
  ctx.lineWidth = devicePixelRatio;
  for (const shift of [-size, 0, size]) {
    ctx.beginPath();
    ctx.moveTo(shift, size);
    ctx.lineTo(shift + size, 0);
    ctx.stroke();
  }
  tiles.set(key, canvas);
  return canvas;
}

let probe: CanvasRenderingContext2D | undefined;

/** Channels of an opaque colour, however CSS writes it: a canvas gives it back as #rrggbb. */
function rgb(colour: string): Rgb {
  probe ??= layer(1, 1).ctx;
  probe.fillStyle = colour;
  const value = Number.parseInt(String(probe.fillStyle).slice(1), 16);
  return [(value >> 16) & 0xff, (value >> 8) & 0xff, value & 0xff];
}

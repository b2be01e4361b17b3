/** Painting the map: one small image, scaled up without smoothing, and a mask for the hatch. */
import type { CellState, View } from '../sweep/cells.ts';
import { cellState, decadeRange } from '../sweep/cells.ts';
import { viridis } from './colour.ts';

/** Colours of the states that have no time, as CSS. */
export interface StateColours {
  readonly neutral: string;
  readonly start: string;
  readonly hatch: string;
}

/** Opacity of a cell that borrows the colour of a coarser one while it waits for its own. */
const BORROWED = 90;

/** The map as pictures of one pixel a cell, row 0 at the top of the image being the last of y. */
export class MapImage {
  readonly states: CellState[];
  readonly range: [number, number];
  readonly #columns: number;
  readonly #rows: number;
  readonly #image: HTMLCanvasElement;
  readonly #mask: HTMLCanvasElement;

  constructor(
    view: View,
    readonly palette: StateColours,
  ) {
    const { plan } = view;
    this.#columns = plan.xs.length;
    this.#rows = plan.ys.length;
    this.states = [];
    for (let iy = 0; iy < this.#rows; iy++) {
      for (let ix = 0; ix < this.#columns; ix++) this.states.push(cellState(view, ix, iy));
    }
    this.range = decadeRange(this.states);
    this.#image = document.createElement('canvas');
    this.#mask = document.createElement('canvas');
    for (const canvas of [this.#image, this.#mask]) {
      canvas.width = this.#columns;
      canvas.height = this.#rows;
    }
    this.#fill();
  }

  state(ix: number, iy: number): CellState {
    return this.states[iy * this.#columns + ix] as CellState;
  }

  /** Where a time lies in the colour range, 0 … 1. */
  shade(log10t: number): number {
    const [low, high] = this.range;
    return (log10t - low) / (high - low);
  }

  /** Paints the map into a rectangle of device pixels. */
  draw(ctx: CanvasRenderingContext2D, x: number, y: number, width: number, height: number): void {
    ctx.save();
    ctx.imageSmoothingEnabled = false;
    ctx.drawImage(this.#image, x, y, width, height);
    ctx.drawImage(this.#hatched(width, height), x, y);
    ctx.restore();
  }

  #fill(): void {
    const image = new ImageData(this.#columns, this.#rows);
    const mask = new ImageData(this.#columns, this.#rows);
    const neutral = rgb(this.palette.neutral);
    const start = rgb(this.palette.start);
    for (let iy = 0; iy < this.#rows; iy++) {
      for (let ix = 0; ix < this.#columns; ix++) {
        const at = 4 * ((this.#rows - 1 - iy) * this.#columns + ix);
        const own = this.state(ix, iy);
        const shown = own.state === 'pending' ? this.#coarser(ix, iy) : own;
        const alpha = own.state === 'pending' ? BORROWED : 255;
        if (shown.state === 'crossed')
          image.data.set([...viridis(this.shade(shown.log10t)), alpha], at);
        if (shown.state === 'fromStart') image.data.set([...start, alpha], at);
        if (shown.state === 'notBy') {
          image.data.set([...neutral, alpha], at);
          mask.data[at + 3] = alpha;
        }
      }
    }
    this.#image.getContext('2d')?.putImageData(image, 0, 0);
    this.#mask.getContext('2d')?.putImageData(mask, 0, 0);
  }

  /** State of the nearest cell of a coarser grid that has one. */
  #coarser(ix: number, iy: number): CellState {
    for (let stride = 2; stride <= 2 * Math.max(this.#columns, this.#rows); stride *= 2) {
      const state = this.state(ix - (ix % stride), iy - (iy % stride));
      if (state.state !== 'pending') return state;
    }
    return { state: 'pending' };
  }

  /** The mask at full size, its cells filled with diagonal lines. */
  #hatched(width: number, height: number): HTMLCanvasElement {
    const canvas = document.createElement('canvas');
    canvas.width = Math.max(1, Math.round(width));
    canvas.height = Math.max(1, Math.round(height));
    const ctx = canvas.getContext('2d');
    if (!ctx) return canvas;
    ctx.imageSmoothingEnabled = false;
    ctx.drawImage(this.#mask, 0, 0, canvas.width, canvas.height);
    ctx.globalCompositeOperation = 'source-in';
    const pattern = ctx.createPattern(hatchTile(this.palette.hatch), 'repeat');
    if (pattern) {
      ctx.fillStyle = pattern;
      ctx.fillRect(0, 0, canvas.width, canvas.height);
    }
    return canvas;
  }
}

/** A tile of the hatch: one thin diagonal. */
export function hatchTile(colour: string): HTMLCanvasElement {
  const size = Math.round(8 * devicePixelRatio);
  const tile = document.createElement('canvas');
  tile.width = size;
  tile.height = size;
  const ctx = tile.getContext('2d');
  if (!ctx) return tile;
  ctx.strokeStyle = colour;
  ctx.lineWidth = devicePixelRatio;
  for (const shift of [-size, 0, size]) {
    ctx.beginPath();
    ctx.moveTo(shift, size);
    ctx.lineTo(shift + size, 0);
    ctx.stroke();
  }
  return tile;
}

/** Channels of a colour written as #rrggbb. */
function rgb(colour: string): [number, number, number] {
  const value = Number.parseInt(colour.slice(1), 16);
  return [(value >> 16) & 0xff, (value >> 8) & 0xff, value & 0xff];
}

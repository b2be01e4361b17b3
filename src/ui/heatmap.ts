import { css, html, nothing, type PropertyValues } from 'lit';
import { property, state } from 'lit/decorators.js';
import uPlot from 'uplot';
import { CRITICAL_LAMBDA } from '../model/theory/margin.ts';
import { criticalLambdaOf } from '../model/theory/shift.ts';
import { isTimed } from '../results/quantities.ts';
import { type CellState, type MapView, readingsOf } from '../sweep/cells.ts';
import type { ColourMap } from './colour.ts';
import { quietButtonStyle } from './controls-style.ts';
import { endOf, number, PARAMETER_LABELS } from './format.ts';
import { MARGINS, mapAxis, markLine, markX } from './layout.ts';
import { drawLegend } from './legend.ts';
import { type DragTool, listen } from './map-gestures.ts';
import {
  type CellPosition,
  type CellRange,
  clampWindow,
  type MapWindow,
  movedTo,
  rangeOf,
  wholeWindow,
  zoomed,
} from './map-window.ts';
import { marksStyle, showMarks } from './marks.ts';
import { divergenceLine } from './overlay.ts';
import { type Box, MapImage } from './paint.ts';
import { pictureOf } from './picture.ts';
import { PlotElement } from './plot-element.ts';
import { differenceText, QUANTITY_WORDS, readingText } from './quantity.ts';
import type { TableContent } from './table.ts';
import { colours, type Palette } from './theme.ts';

/** What needs another picture, and what needs the picture drawn anew. */
const COLOURED = ['view', 'colourMap', 'colourRange'] as const;
const PAINTED = [...COLOURED, 'revision'] as const;

/** How much closer a button or a key zooms. */
const ZOOM_STEP = 1.6;

/**
 * The map of a quantity over two axes.
 *
 * @fires cell-select - CustomEvent<CellPosition> when a cell is clicked or chosen with Enter
 * @fires cell-hover - CustomEvent<CellPosition | null>: the cell under the pointer or the keys
 * @fires cells-brush - CustomEvent<CellRange | null> when cells are selected by dragging or Shift
 * @fires window-change - CustomEvent<MapWindow | null> when the reader zooms or moves
 */
export class GrokHeatmap extends PlotElement {
  static override styles = [
    super.styles,
    quietButtonStyle,
    marksStyle,
    css`
      .map {
        position: relative;
        touch-action: pan-y;
      }
      .map.held {
        touch-action: none;
      }
      .tools {
        display: flex;
        flex-wrap: wrap;
        gap: 6px;
        margin: 6px 0 0;
      }
      .tools button {
        min-height: 32px;
        min-width: 32px;
        padding: 0 10px;
        font-size: 0.8125rem;
      }
      .tools button[aria-pressed='true'] {
        border-color: var(--accent);
        color: var(--accent);
        font-weight: 600;
      }
      .tools .gap {
        flex: 1;
      }
      @media (max-width: 720px) {
        .tools button {
          min-height: 44px;
          min-width: 44px;
        }
      }
      .map:focus-visible {
        outline-offset: 4px;
      }
      .u-over {
        cursor: crosshair;
      }
      .tip {
        position: absolute;
        z-index: 2;
        pointer-events: none;
        background: var(--ground);
        border: 1px solid var(--line);
        border-radius: 6px;
        padding: 6px 10px;
        font-size: 0.8125rem;
        box-shadow: 0 2px 10px rgb(0 0 0 / 15%);
        width: max-content;
      }
      .tip strong {
        display: block;
      }
    `,
  ];

  /** The sweep to show. */
  @property({ attribute: false }) view: MapView | undefined;
  /** Changes whenever the table has; the map is painted anew. */
  @property({ attribute: false }) revision = 0;
  /** Whether cells can be selected. */
  @property({ attribute: false }) selectable = true;
  /** Whether the reader can zoom, move and select ranges of cells. */
  @property({ attribute: false }) explorable = false;
  /** Names its table, where a page has several maps. */
  @property() label = 'Map';
  /** The selected cell. */
  @property({ attribute: false }) selected: CellPosition | undefined;
  /** The range of selected cells. */
  @property({ attribute: false }) brush: CellRange | undefined;
  /** The part shown; undefined: all. */
  @property({ attribute: false }) window: MapWindow | undefined;
  /** A column that another picture points at. */
  @property({ attribute: false }) pointed: number | undefined;
  /** Cells that another picture points at. */
  @property({ attribute: false }) marked: readonly CellPosition[] = [];
  @property({ attribute: false }) colourMap: ColourMap = 'viridis';
  /** Values at the ends of the colours; undefined: those of the map. */
  @property({ attribute: false }) colourRange: readonly [number, number] | undefined;

  @state() private cursor: CellPosition | undefined;
  @state() private tool: DragTool = 'look';
  /** Where a range began that Shift and the arrows extend. */
  #anchor: CellPosition | undefined;

  #image: MapImage | undefined;

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('view') && changed.get('view')?.plan !== this.view?.plan)
      this.cursor = undefined;
    if (COLOURED.some((name) => changed.has(name)))
      this.#paint(this.plot ? colours(this) : undefined);
    else if (changed.has('revision')) this.#image?.update();
  }

  /** A picture anew, for another quantity or other colours. */
  #paint(palette: Palette | undefined): void {
    if (!this.view || !palette) return;
    this.#image = new MapImage(this.view, palette, this.colourMap, this.colourRange);
  }

  protected override updated(changed: PropertyValues<this>): void {
    const { plot } = this;
    if (changed.has('view') && changed.get('view')?.plan !== this.view?.plan) {
      this.rebuild();
      return;
    }
    if (plot && changed.has('window')) {
      const { x, y } = this.#shown();
      plot.batch(() => {
        plot.setScale('x', { min: x[0], max: x[1] });
        plot.setScale('y', { min: y[0], max: y[1] });
      });
    } else if (PAINTED.some((name) => changed.has(name))) plot?.redraw(false);
    if (plot) this.#showMarks(plot);
  }

  #shown(): MapWindow {
    const { xs, ys } = (this.view as MapView).plan;
    return this.window ?? wholeWindow(xs.length, ys.length);
  }

  protected override render(): unknown {
    const { view } = this;
    if (!view) return nothing;
    const { spec } = view.plan;
    const names = `${PARAMETER_LABELS[spec.x.over].symbol} and ${PARAMETER_LABELS[spec.y.over].symbol}`;
    const held = this.tool !== 'look';
    return html`
      <div
        class="map ${held ? 'held' : ''}"
        part="map"
        tabindex="0"
        role="application"
        aria-roledescription="map"
        aria-label="Map of ${QUANTITY_WORDS[view.quantity].name} over ${names}. Arrow keys move${this.selectable ? ', Enter selects a cell' : ''}${this.explorable ? ', Shift with arrows selects several, plus and minus zoom, 0 shows all' : ''}."
        @keydown=${this.#onKey}
        @focus=${() => {
          if (!this.cursor) this.#point(this.selected ?? { ix: 0, iy: 0 });
        }}
        @blur=${() => this.#point(undefined)}
      >
        <div class="plot"></div>
        ${this.cursor ? this.#renderTip(view, this.cursor) : nothing}
      </div>
      <div class="spoken" aria-live="polite">
        ${this.cursor ? this.#lines(view, this.cursor).join(', ') : nothing}
      </div>
      ${this.explorable ? this.#renderTools() : nothing}
      <grok-table
        label=${this.label}
        .content=${() => this.#table(view)}
        .revision=${this.revision}
      ></grok-table>
    `;
  }

  #renderTools(): unknown {
    const toggle = (tool: DragTool, name: string, about: string): unknown => html`<button
      aria-pressed=${this.tool === tool}
      title=${about}
      @click=${() => {
        this.tool = this.tool === tool ? 'look' : tool;
      }}
    >
      ${name}
    </button>`;
    const { x, y } = this.#shown();
    const middle = { x: (x[0] + x[1]) / 2, y: (y[0] + y[1]) / 2 };
    return html`<div class="tools" role="group" aria-label="Map tools">
      ${toggle('select', 'Select cells', 'Drag over cells to pool their seeds; with a mouse, always')}
      ${toggle('move', 'Move', 'Drag moves the map')}
      ${
        this.brush
          ? html`<button @click=${() => this.#fire('cells-brush', undefined)}>Clear selection</button>`
          : nothing
      }
      <span class="gap"></span>
      <button aria-label="Zoom in" title="Zoom in: +, or Ctrl and the wheel" @click=${() => this.#zoom(1 / ZOOM_STEP, middle)}>+</button>
      <button aria-label="Zoom out" title="Zoom out: −" ?disabled=${!this.window} @click=${() => this.#zoom(ZOOM_STEP, middle)}>−</button>
      <button ?disabled=${!this.window} title="The whole map: 0" @click=${() => this.#show(undefined)}>All</button>
    </div>`;
  }

  #lines(view: MapView, { ix, iy }: CellPosition): string[] {
    const { plan, table, quantity } = view;
    const { spec } = plan;
    const cell = plan.cell(ix, iy);
    const name = QUANTITY_WORDS[quantity].symbol(view.accuracy);
    const symbol = view.against ? `${name} differs by` : name;
    const image = this.#image;
    const own = image ? image.state(ix, iy) : { state: 'pending' as const };
    const { length } = readingsOf(view, ix, iy);
    const seeds =
      spec.seedsPerCell > 1
        ? `median of ${length} of ${spec.seedsPerCell} seeds`
        : `seed ${cell.seed}`;
    const first = plan.firstOf(ix, iy);
    const reason = own.state === 'failed' ? `: ${table.failures.get(first) ?? ''}` : '';
    return [
      `λ ${number(cell.lambda, 6)}: ${symbol} ${stateText(own, view)}${reason}`,
      `d/N = ${cell.dimensions}/${cell.samples} = ${number(cell.dimensions / cell.samples)}, σ ${cell.sigma}`,
      seeds,
    ];
  }

  #renderTip(view: MapView, cursor: CellPosition): unknown {
    const chart = this.plot;
    if (!chart) return nothing;
    // As the plot has it, since asking the browser would have it lay out the page.
    const { bbox } = chart;
    const left = bbox.left / devicePixelRatio + chart.valToPos(cursor.ix, 'x');
    const top = bbox.top / devicePixelRatio + chart.valToPos(cursor.iy, 'y');
    const [first, ...rest] = this.#lines(view, cursor);
    const rightHalf = left > chart.width / 2;
    const [side, at] = rightHalf ? ['right', chart.width - left + 14] : ['left', left + 14];
    const place = `${side}:${at}px;max-width:${chart.width - at}px;top:${Math.max(0, top - 70)}px`;
    return html`<div class="tip" style=${place}>
      <strong>${first}</strong>${rest.map((line) => html`<div>${line}</div>`)}
    </div>`;
  }

  #table(view: MapView): TableContent {
    const { plan } = view;
    const { x, y } = plan.spec;
    return {
      head: [
        PARAMETER_LABELS[y.over].symbol,
        ...plan.xs.map((value) => `${PARAMETER_LABELS[x.over].symbol} ${value}`),
      ],
      length: plan.ys.length,
      row: (iy) => [
        String(plan.ys[iy]),
        ...plan.xs.map((_, ix) => stateText(this.#image?.state(ix, iy), view)),
      ],
    };
  }

  #onKey(event: KeyboardEvent): void {
    const { view } = this;
    if (!view) return;
    const { ix, iy } = this.cursor ?? this.selected ?? { ix: 0, iy: 0 };
    const [columns, rows] = [view.plan.xs.length, view.plan.ys.length];
    const moves: Record<string, CellPosition> = {
      ArrowLeft: { ix: ix - 1, iy },
      ArrowRight: { ix: ix + 1, iy },
      ArrowUp: { ix, iy: iy + 1 },
      ArrowDown: { ix, iy: iy - 1 },
      PageUp: { ix, iy: iy + 10 },
      PageDown: { ix, iy: iy - 10 },
      Home: { ix: 0, iy },
      End: { ix: columns - 1, iy },
    };
    const to = moves[event.key];
    const zooms: Record<string, number> = {
      '+': 1 / ZOOM_STEP,
      '=': 1 / ZOOM_STEP,
      '-': ZOOM_STEP,
    };
    const factor = zooms[event.key];
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey)
      return;
    if (to) {
      const clamp = (v: number, n: number): number => Math.min(n - 1, Math.max(0, v));
      this.#walk(
        { ix, iy },
        { ix: clamp(to.ix, columns), iy: clamp(to.iy, rows) },
        event.shiftKey && this.explorable,
      );
    } else if (this.selectable && (event.key === 'Enter' || event.key === ' '))
      this.#select({ ix, iy });
    else if (event.key === 'Escape') {
      if (this.brush) this.#fire('cells-brush', undefined);
      else this.#point(undefined);
    } else if (this.explorable && factor) this.#zoom(factor, { x: ix, y: iy });
    else if (this.explorable && event.key === '0') this.#show(undefined);
    else return;
    event.preventDefault();
  }

  /** Moves the cursor, the window after it, and with Shift a corner of the range. */
  #walk(from: CellPosition, to: CellPosition, extends_: boolean): void {
    this.#point(to);
    if (this.window) this.#show(movedTo(this.window, to));
    if (extends_) {
      this.#anchor ??= from;
      this.#fire('cells-brush', rangeOf(this.#anchor, to));
    } else this.#anchor = undefined;
  }

  #zoom(factor: number, about: { readonly x: number; readonly y: number }): void {
    this.#show(zoomed(this.#shown(), factor, about));
  }

  #show(window: MapWindow | undefined): void {
    const { xs, ys } = (this.view as MapView).plan;
    this.#fire('window-change', window && clampWindow(window, xs.length, ys.length));
  }

  #select(detail: CellPosition): void {
    this.#fire('cell-select', detail);
  }

  #point(cell: CellPosition | undefined): void {
    if (cell?.ix === this.cursor?.ix && cell?.iy === this.cursor?.iy) return;
    this.cursor = cell;
    this.#fire('cell-hover', cell);
  }

  #fire(name: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }

  protected override build(
    target: HTMLElement,
    width: number,
    palette: Palette,
  ): uPlot | undefined {
    const { view } = this;
    if (!view) return undefined;
    this.#paint(palette);
    const { xs } = view.plan;
    const height = Math.round(Math.min(460, Math.max(260, 0.62 * width)));
    const plot = new uPlot(
      {
        width,
        height,
        padding: [MARGINS.top, MARGINS.right, 0, 0],
        legend: { show: false },
        cursor: { show: false },
        scales: {
          x: { time: false, range: () => [...this.#shown().x] },
          y: { range: () => [...this.#shown().y] },
        },
        series: [{}, { show: true, paths: () => null, points: { show: false } }],
        axes: [
          mapAxis(view.plan, 'x', palette, Math.max(3, Math.floor((width - 140) / 70))),
          {
            ...mapAxis(view.plan, 'y', palette, Math.floor(height / 36)),
            size: MARGINS.left,
          },
        ],
        hooks: { draw: [(chart) => this.#draw(chart)] },
      },
      [xs.map((_, k) => k), xs.map(() => null)],
      target,
    );
    listen(plot, () => this.#gestureHost());
    this.#showMarks(plot);
    return plot;
  }

  #gestureHost(): Parameters<typeof listen>[1] extends () => infer Host ? Host : never {
    const { xs, ys } = (this.view as MapView).plan;
    return {
      columns: xs.length,
      rows: ys.length,
      explorable: this.explorable,
      tool: this.tool,
      window: this.#shown(),
      hover: (cell) => this.#point(cell),
      select: (cell) => {
        if (this.selectable) this.#select(cell);
      },
      brush: (range) => {
        this.#anchor = undefined;
        this.#fire('cells-brush', range);
      },
      show: (window) => this.#show(window),
    };
  }

  /**
   * The map as it is drawn, with lines of text under it.
   * @throws Error while there is none
   */
  toBlob(caption: readonly string[]): Promise<Blob> {
    if (!this.plot) throw new Error('There is nothing to show yet.');
    return pictureOf(this.plot, caption, colours(this));
  }

  #draw(chart: uPlot): void {
    const { view } = this;
    const image = this.#image;
    if (!view || !image) return;
    const { ctx, bbox } = chart;
    const palette = colours(this);
    const { xs, ys, spec } = view.plan;
    const whole = boxOf(chart, { ix: 0, iy: 0 }, { ix: xs.length - 1, iy: ys.length - 1 });
    image.draw(ctx, bbox, whole);
    ctx.save();
    ctx.lineWidth = devicePixelRatio;
    ctx.strokeStyle = palette.line;
    ctx.strokeRect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    this.#drawFailed(chart, image, palette);
    ctx.restore();
    if (spec.x.over === 'lambda') {
      const edge = criticalLambdaOf(spec.data, view.plan.cell(0, 0).dimensions);
      markX(chart, xs, edge, edge === CRITICAL_LAMBDA ? 'λc = ½' : 'λc', palette);
    }
    if (isTimed(view.quantity) && !view.against) {
      for (const line of divergenceLine(view.plan, view.accuracy)) {
        markLine(chart, line, palette, [5, 3]);
      }
    }
    drawLegend(chart, image, spec.dynamics.steps ? 'the end' : endOf(spec), palette);
    ctx.restore();
  }

  #drawFailed(chart: uPlot, image: MapImage, palette: Palette): void {
    const { ctx } = chart;
    const columns = (this.view as MapView).plan.xs.length;
    ctx.strokeStyle = palette.danger;
    for (const [k, state] of image.states.entries()) {
      if (state.state !== 'failed') continue;
      const cell = { ix: k % columns, iy: Math.floor(k / columns) };
      const { left, top, width, height } = boxOf(chart, cell, cell);
      ctx.beginPath();
      ctx.moveTo(left, top);
      ctx.lineTo(left + width, top + height);
      ctx.moveTo(left + width, top);
      ctx.lineTo(left, top + height);
      ctx.stroke();
    }
  }

  /** What is pointed at and what is selected, over the picture. */
  #showMarks(plot: uPlot): void {
    const { view, cursor, pointed } = this;
    if (!view) return;
    const last = view.plan.ys.length - 1;
    const cell = (each: CellPosition): CellRange => ({ from: each, to: each });
    const column = (ix: number): CellRange => ({ from: { ix, iy: 0 }, to: { ix, iy: last } });
    showMarks(plot, this.#shown(), {
      selected: [
        ...(this.brush ? [this.brush] : []),
        ...(this.selected ? [cell(this.selected)] : []),
      ],
      pointed: [
        ...(cursor ? [cell(cursor)] : pointed === undefined ? [] : [column(pointed)]),
        ...this.marked.map(cell),
      ],
    });
  }
}

/** Where a range of cells is, in device pixels. */
function boxOf({ valToPos }: uPlot, from: CellPosition, to: CellPosition): Box {
  const left = valToPos(from.ix - 0.5, 'x', true);
  const top = valToPos(to.iy + 0.5, 'y', true);
  return {
    left,
    top,
    width: valToPos(to.ix + 0.5, 'x', true) - left,
    height: valToPos(from.iy - 0.5, 'y', true) - top,
  };
}

function stateText(state: CellState | undefined, { quantity, plan, against }: MapView): string {
  if (!state || state.state === 'pending') return 'not computed yet';
  if (state.state === 'failed') return 'failed';
  if (against && state.state === 'value') return differenceText(state.value, quantity);
  return readingText(state, quantity, endOf(plan.spec));
}

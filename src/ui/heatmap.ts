import { css, html, nothing, type PropertyValues } from 'lit';
import { property, state } from 'lit/decorators.js';
import uPlot from 'uplot';
import { CRITICAL_LAMBDA } from '../model/theory/margin.ts';
import { type CellState, crossingsOf, type View } from '../sweep/cells.ts';
import { endOf, number, PARAMETER_LABELS, quantileText } from './format.ts';
import { MARGINS, mapAxis, markLine, markX } from './layout.ts';
import { drawLegend } from './legend.ts';
import { divergenceLine } from './overlay.ts';
import { MapImage } from './paint.ts';
import { PlotElement } from './plot-element.ts';
import type { TableContent } from './table.ts';
import { colours, type Palette } from './theme.ts';

/** Which cell; the detail of `cell-select`. */
export interface CellPosition {
  readonly ix: number;
  readonly iy: number;
}

/**
 * The map of grokking times over two axes.
 *
 * @fires cell-select - CustomEvent<CellPosition> when a cell is clicked or chosen with Enter
 */
export class GrokHeatmap extends PlotElement {
  static override styles = [
    super.styles,
    css`
      .map {
        position: relative;
        touch-action: pan-y;
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
        white-space: nowrap;
      }
      .tip strong {
        display: block;
      }
    `,
  ];

  /** The sweep to show. */
  @property({ attribute: false }) view: View | undefined;
  /** Changes whenever the table has; the map is painted anew. */
  @property({ attribute: false }) revision = 0;
  /** Whether cells can be selected. */
  @property({ attribute: false }) selectable = true;
  /** Names its table, where a page has several maps. */
  @property() label = 'Map';
  /** The selected cell. */
  @property({ attribute: false }) selected: CellPosition | undefined;

  @state() private cursor: CellPosition | undefined;

  #image: MapImage | undefined;

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('view')) this.cursor = undefined;
    if (!changed.has('view') && changed.has('revision')) this.#image?.update();
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('view')) this.rebuild();
    else this.plot?.redraw(false);
  }

  protected override render(): unknown {
    const { view } = this;
    if (!view) return nothing;
    const { spec } = view.plan;
    const names = `${PARAMETER_LABELS[spec.x.over].symbol} and ${PARAMETER_LABELS[spec.y.over].symbol}`;
    return html`
      <div
        class="map"
        part="map"
        tabindex="0"
        role="application"
        aria-roledescription="map"
        aria-label="Map of grokking times over ${names}. Arrow keys move${this.selectable ? ', Enter selects a cell' : ''}."
        @keydown=${this.#onKey}
        @focus=${() => {
          this.cursor ??= this.selected ?? { ix: 0, iy: 0 };
        }}
        @blur=${() => {
          this.cursor = undefined;
        }}
      >
        <div class="plot"></div>
        ${this.cursor ? this.#renderTip(view, this.cursor) : nothing}
      </div>
      <div class="spoken" aria-live="polite">
        ${this.cursor ? this.#lines(view, this.cursor).join(', ') : nothing}
      </div>
      <grok-table
        label=${this.label}
        .content=${() => this.#table(view)}
        .revision=${this.revision}
      ></grok-table>
    `;
  }

  #lines(view: View, { ix, iy }: CellPosition): string[] {
    const { plan, table, threshold } = view;
    const { spec } = plan;
    const cell = plan.cell(ix, iy);
    const a = spec.thresholds.test[threshold];
    const image = this.#image;
    const own = image ? image.state(ix, iy) : { state: 'pending' as const };
    const { length } = crossingsOf(view, ix, iy);
    const seeds =
      spec.seedsPerCell > 1
        ? `median of ${length} of ${spec.seedsPerCell} seeds`
        : `seed ${cell.seed}`;
    const first = plan.firstOf(ix, iy);
    const reason = own.state === 'failed' ? `: ${table.failures.get(first) ?? ''}` : '';
    return [
      `λ ${cell.lambda}: t_test(${a}) ${stateText(own, endOf(spec))}${reason}`,
      `d/N = ${cell.dimensions}/${cell.samples} = ${number(cell.dimensions / cell.samples)}, σ ${cell.sigma}`,
      seeds,
    ];
  }

  #renderTip(view: View, cursor: CellPosition): unknown {
    const chart = this.plot;
    if (!chart) return nothing;
    const left = chart.over.offsetLeft + chart.valToPos(cursor.ix, 'x');
    const top = chart.over.offsetTop + chart.valToPos(cursor.iy, 'y');
    const [first, ...rest] = this.#lines(view, cursor);
    const rightHalf = left > chart.width / 2;
    const x = rightHalf ? `right:${chart.width - left + 14}px` : `left:${left + 14}px`;
    return html`<div class="tip" style="${x};top:${Math.max(0, top - 70)}px">
      <strong>${first}</strong>${rest.map((line) => html`<div>${line}</div>`)}
    </div>`;
  }

  #table({ plan }: View): TableContent {
    const { x, y } = plan.spec;
    return {
      head: [
        PARAMETER_LABELS[y.over].symbol,
        ...plan.xs.map((value) => `${PARAMETER_LABELS[x.over].symbol} ${value}`),
      ],
      length: plan.ys.length,
      row: (iy) => [
        String(plan.ys[iy]),
        ...plan.xs.map((_, ix) => stateText(this.#image?.state(ix, iy), endOf(plan.spec))),
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
    if (to) {
      const clamp = (v: number, n: number): number => Math.min(n - 1, Math.max(0, v));
      this.cursor = { ix: clamp(to.ix, columns), iy: clamp(to.iy, rows) };
    } else if (this.selectable && (event.key === 'Enter' || event.key === ' '))
      this.#select({ ix, iy });
    else if (event.key === 'Escape') this.cursor = undefined;
    else return;
    event.preventDefault();
  }

  #select(detail: CellPosition): void {
    this.dispatchEvent(new CustomEvent('cell-select', { detail, bubbles: true, composed: true }));
  }

  protected override build(
    target: HTMLElement,
    width: number,
    palette: Palette,
  ): uPlot | undefined {
    const { view } = this;
    if (!view) return undefined;
    this.#image = new MapImage(view, palette);
    const { xs, ys } = view.plan;
    const height = Math.round(Math.min(460, Math.max(260, 0.62 * width)));
    const centred = (n: number) => (): [number, number] => [-0.5, n - 0.5];
    const plot = new uPlot(
      {
        width,
        height,
        padding: [MARGINS.top, MARGINS.right, 0, 0],
        legend: { show: false },
        cursor: { show: false },
        scales: {
          x: { time: false, range: centred(xs.length) },
          y: { range: centred(ys.length) },
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
    this.#listen(plot);
    return plot;
  }

  #listen(chart: uPlot): void {
    const cellAt = (event: PointerEvent | MouseEvent): CellPosition => {
      const box = chart.over.getBoundingClientRect();
      const { plan } = this.view as View;
      const within = (v: number, n: number): number => Math.min(n - 1, Math.max(0, Math.round(v)));
      return {
        ix: within(chart.posToVal(event.clientX - box.left, 'x'), plan.xs.length),
        iy: within(chart.posToVal(event.clientY - box.top, 'y'), plan.ys.length),
      };
    };
    chart.over.addEventListener('pointermove', (event) => {
      const at = cellAt(event);
      if (at.ix !== this.cursor?.ix || at.iy !== this.cursor.iy) this.cursor = at;
    });
    chart.over.addEventListener('pointerleave', () => {
      this.cursor = undefined;
    });
    chart.over.addEventListener('click', (event) => {
      if (this.selectable) this.#select(cellAt(event));
    });
  }

  #draw(chart: uPlot): void {
    const { view } = this;
    const image = this.#image;
    if (!view || !image) return;
    const { ctx, bbox } = chart;
    const palette = colours(this);
    image.draw(ctx, bbox.left, bbox.top, bbox.width, bbox.height);
    const { xs, ys, spec } = view.plan;
    const cell = { width: bbox.width / xs.length, height: bbox.height / ys.length };
    ctx.save();
    ctx.lineWidth = devicePixelRatio;
    ctx.strokeStyle = palette.line;
    ctx.strokeRect(bbox.left, bbox.top, bbox.width, bbox.height);
    const corner = ({ ix, iy }: CellPosition): [number, number] => [
      bbox.left + ix * cell.width,
      bbox.top + (ys.length - 1 - iy) * cell.height,
    ];
    ctx.strokeStyle = palette.danger;
    for (const [k, state] of image.states.entries()) {
      if (state.state !== 'failed') continue;
      const [x, y] = corner({ ix: k % xs.length, iy: Math.floor(k / xs.length) });
      ctx.beginPath();
      ctx.moveTo(x, y);
      ctx.lineTo(x + cell.width, y + cell.height);
      ctx.moveTo(x + cell.width, y);
      ctx.lineTo(x, y + cell.height);
      ctx.stroke();
    }
    for (const [at, colour] of [
      [this.selected, palette.ink],
      [this.cursor, palette.accent],
    ] as const) {
      if (!at) continue;
      const [x, y] = corner(at);
      const ratio = devicePixelRatio;
      ctx.strokeStyle = palette.ground;
      ctx.lineWidth = 4 * ratio;
      ctx.strokeRect(x, y, cell.width, cell.height);
      ctx.strokeStyle = colour;
      ctx.lineWidth = 2 * ratio;
      ctx.strokeRect(x, y, cell.width, cell.height);
    }
    if (spec.x.over === 'lambda') markX(chart, xs, CRITICAL_LAMBDA, 'λc = ½', palette);
    const accuracy = spec.thresholds.test[view.threshold] as number;
    for (const line of divergenceLine(view.plan, accuracy)) {
      markLine(chart, line, palette, [5, 3]);
    }
    drawLegend(chart, image, spec.dynamics.steps ? 'the end' : endOf(spec), palette);
    ctx.restore();
  }
}

function stateText(state: CellState | undefined, end: string): string {
  if (!state || state.state === 'pending') return 'not computed yet';
  if (state.state === 'failed') return 'failed';
  return quantileText(state, end);
}

import { css, html, LitElement, nothing } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { MapView } from '../sweep/cells.ts';
import { type Bin, binsOf, sameCell } from './bins.ts';
import { count } from './format.ts';
import type { CellPosition } from './map-window.ts';
import { QUANTITY_WORDS, tickText } from './quantity.ts';
import { niceStep } from './scale.ts';
import type { TableContent } from './table.ts';
import { theme } from './theme.ts';

/** Labels under the bars, at most. */
const MOST_LABELS = 7;

/**
 * How many replicas of the map have which value. Bars and cells mark each other.
 *
 * @fires bin-hover - CustomEvent<readonly CellPosition[] | null>: the cells of the bar that is pointed at
 */
export class GrokHistogram extends LitElement {
  static override styles = [
    theme,
    css`
      :host {
        display: block;
      }
      .bars {
        display: flex;
        height: 120px;
        margin-top: 6px;
        border-bottom: 1px solid var(--line);
        touch-action: pan-y;
      }
      .column {
        flex: 1 1 0;
        min-width: 0;
        position: relative;
        cursor: crosshair;
      }
      .notBy,
      .never {
        margin-left: 4px;
      }
      .fromStart {
        margin-right: 4px;
      }
      .bar {
        position: absolute;
        inset: auto 1px 0;
        background: color-mix(in srgb, var(--accent) 55%, var(--ground));
      }
      .fromStart .bar {
        background: var(--start);
      }
      .notBy .bar {
        background: repeating-linear-gradient(
          135deg,
          var(--neutral) 0 4px,
          var(--hatch) 4px 5px
        );
      }
      .never .bar {
        background: var(--never);
      }
      .marked .bar {
        background: var(--accent);
        outline: 2px solid var(--accent);
      }
      .marked {
        background: var(--raised);
      }
      .labels {
        display: flex;
        height: 20px;
        font-size: 0.75rem;
        color: var(--muted);
      }
      .label {
        flex: 1 1 0;
        min-width: 0;
        white-space: nowrap;
      }
      .key {
        white-space: nowrap;
      }
      .key .bar {
        display: inline-block;
        position: static;
        width: 12px;
        height: 12px;
        margin-right: 4px;
      }
      .read {
        min-height: 1.45em;
      }
      @media (forced-colors: active) {
        .bar {
          background: CanvasText;
        }
        .marked .bar {
          background: Highlight;
        }
      }
    `,
  ];

  @property({ attribute: false }) view: MapView | undefined;
  /** Changes whenever the table has. */
  @property({ attribute: false }) revision = 0;
  /** The cell that another picture points at. */
  @property({ attribute: false }) hovered: CellPosition | undefined;

  @state() private cursor: number | undefined;
  #bins: readonly Bin[] = [];
  #of: unknown[] = [];

  protected override willUpdate(): void {
    const of = [this.view, this.revision];
    if (!this.view || of.every((each, k) => each === this.#of[k])) return;
    this.#of = of;
    this.#bins = binsOf(this.view);
    if (this.cursor !== undefined && this.cursor >= this.#bins.length) this.#point(undefined);
  }

  protected override render(): unknown {
    const { view, hovered } = this;
    const bins = this.#bins;
    const total = bins.reduce((sum, each) => sum + each.count, 0);
    if (!view || total === 0) return nothing;
    const most = Math.max(...bins.map((bin) => bin.count));
    const name = QUANTITY_WORDS[view.quantity].symbol(view.accuracy);
    const holds = ({ cells }: Bin): boolean =>
      hovered !== undefined && cells.some((cell) => sameCell(cell, hovered));
    const marked = bins.map((bin, k) =>
      this.cursor === undefined ? holds(bin) : this.cursor === k,
    );
    return html`
      <p class="muted">
        How many of ${count(total)} replicas have which ${name}; the highest bar has ${count(most)}.
        ${bins
          .filter(({ state }) => state !== 'value')
          .map(
            (bin) => html`<span class="key ${bin.state}"
              ><span class="bar"></span>${bin.label}: ${count(bin.count)}</span
            > `,
          )}
      </p>
      <div
        class="plot"
        tabindex="0"
        role="application"
        aria-roledescription="histogram"
        aria-label="Histogram of ${name} of ${count(total)} replicas. Arrow keys move from bar to bar and mark its cells on the map."
        @keydown=${this.#onKey}
        @focus=${(event: FocusEvent) => {
          const { target } = event;
          if ((target as Element).matches(':focus-visible')) this.#point(this.cursor ?? 0);
        }}
        @blur=${() => this.#point(undefined)}
      >
        <div
          class="bars"
          @pointerleave=${({ pointerType }: PointerEvent) => {
            if (pointerType === 'mouse') this.#point(undefined);
          }}
        >
          ${bins.map(
            (bin, k) => html`<div
              class="column ${bin.state} ${marked[k] ? 'marked' : ''}"
              @pointerenter=${() => this.#point(k)}
            >
              <div class="bar" style="height:${(100 * bin.count) / most}%"></div>
            </div>`,
          )}
        </div>
        <div class="labels" aria-hidden="true">
          ${bins.map(
            (bin) => html`<div class="label ${bin.state}">${this.#labelOf(view, bin)}</div>`,
          )}
        </div>
      </div>
      <p class="muted read" aria-live=${this.cursor === undefined ? 'off' : 'polite'}>
        ${textOf(bins.find((_, k) => marked[k]))}
      </p>
      <grok-table
        label="Histogram"
        .content=${() => tableOf(bins)}
        .revision=${this.revision}
      ></grok-table>
    `;
  }

  /** The value where a bar begins, at round ones. */
  #labelOf({ quantity }: MapView, { state, from, to }: Bin): string {
    if (state !== 'value') return '';
    const apart = niceStep(((to - from) * this.#bins.length) / MOST_LABELS);
    const multiple = Math.round(from / apart);
    return Math.abs(from / apart - multiple) < 1e-6 ? tickText(multiple * apart, quantity) : '';
  }

  #onKey(event: KeyboardEvent): void {
    const last = this.#bins.length - 1;
    const at = this.cursor ?? 0;
    const moves: Record<string, number> = {
      ArrowLeft: at - 1,
      ArrowRight: at + 1,
      Home: 0,
      End: last,
    };
    const to = moves[event.key];
    if (to !== undefined) this.#point(Math.min(last, Math.max(0, to)));
    else if (event.key === 'Escape') this.#point(undefined);
    else return;
    event.preventDefault();
  }

  #point(bin: number | undefined): void {
    if (bin === this.cursor) return;
    this.cursor = bin;
    const detail = bin === undefined ? undefined : this.#bins[bin]?.cells;
    this.dispatchEvent(new CustomEvent('bin-hover', { detail }));
  }
}

function textOf(bin: Bin | undefined): string {
  if (!bin) return 'Point at a bar to see its cells on the map, or at a cell to see its bar.';
  return `${bin.label}: ${count(bin.count)} replicas in ${count(bin.cells.length)} cells`;
}

function tableOf(bins: readonly Bin[]): TableContent {
  return {
    head: ['value', 'replicas', 'cells'],
    length: bins.length,
    row: (k) => {
      const { label, count: replicas, cells } = bins[k] as Bin;
      return [label, count(replicas), count(cells.length)];
    },
  };
}

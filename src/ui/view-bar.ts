import { css, html, LitElement, nothing } from 'lit';
import { property } from 'lit/decorators.js';
import {
  isKnown,
  isLogarithmic,
  isTimed,
  QUANTITIES,
  type Quantity,
} from '../results/quantities.ts';
import type { MapView } from '../sweep/cells.ts';
import { COLOUR_MAPS, type ColourMap } from './colour.ts';
import { accuracyLimits, type LabView } from './lab-view.ts';
import { QUANTITY_WORDS } from './quantity.ts';
import { theme } from './theme.ts';

/** Steps of the slider of accuracies, which runs over −log10(1 − a). */
const STEP = 0.01;

/** Where an accuracy is on the slider. */
export const nines = (accuracy: number): number => -Math.log10(1 - accuracy);

/** The accuracy at a place of the slider: 1 − a of two digits, or a threshold of the spec beside it. */
export function accuracyAt(place: number, thresholds: readonly number[]): number {
  const near = thresholds.find((a) => Math.abs(nines(a) - place) < 0.6 * STEP);
  return near ?? Number((1 - Number((10 ** -place).toPrecision(2))).toPrecision(8));
}

/**
 * What the map shows: the quantity, the accuracy whose time is taken, the colours.
 *
 * @fires view-change - CustomEvent<Partial<LabView>>
 */
export class GrokViewBar extends LitElement {
  static override styles = [
    theme,
    css`
      :host {
        display: block;
        font-size: 0.875rem;
      }
      .bar {
        display: flex;
        flex-wrap: wrap;
        align-items: end;
        gap: 8px 18px;
        margin: 8px 0;
      }
      label,
      .label {
        display: block;
        color: var(--muted);
        font-size: 0.8125rem;
        margin-bottom: 2px;
      }
      select,
      input[type='text'] {
        min-height: 34px;
        border: 1px solid color-mix(in srgb, var(--muted) 60%, transparent);
        border-radius: 7px;
        background: var(--ground);
        padding: 2px 7px;
      }
      input[type='text'] {
        width: 72px;
      }
      .slider {
        display: flex;
        align-items: center;
        gap: 10px;
        min-height: 34px;
      }
      input[type='range'] {
        width: 150px;
        accent-color: var(--accent);
      }
      output {
        font-weight: 600;
        min-width: 4.5ch;
      }
      summary {
        min-height: 34px;
        line-height: 34px;
        color: var(--muted);
        cursor: pointer;
      }
      details[open] {
        flex-basis: 100%;
      }
      @media (max-width: 720px) {
        select,
        input[type='text'],
        .slider,
        summary {
          min-height: 44px;
          line-height: 40px;
        }
      }
    `,
  ];

  @property({ attribute: false }) view: MapView | undefined;
  @property({ attribute: false }) shown: LabView | undefined;
  /** Changes whenever the table has. */
  @property({ attribute: false }) revision = 0;

  protected override render(): unknown {
    const { view, shown } = this;
    if (!view || !shown) return nothing;
    return html`<div class="bar">
      <div>
        <label for="quantity">Shown</label>
        <select
          id="quantity"
          @change=${(event: Event) =>
            this.#change({
              quantity: (event.target as HTMLSelectElement).value as Quantity,
              colourRange: undefined,
            })}
        >
          ${QUANTITIES.filter(
            (each) => each === view.quantity || isKnown(each, view.plan.spec),
          ).map(
            (quantity) => html`<option value=${quantity} .selected=${quantity === view.quantity}>
              ${QUANTITY_WORDS[quantity].name}
            </option>`,
          )}
        </select>
      </div>
      ${isTimed(view.quantity) ? this.#renderAccuracy(view) : nothing}
      <slot></slot>
      <details>
        <summary>Colours</summary>
        ${this.#renderColours(view, shown)}
      </details>
    </div>`;
  }

  /** Any accuracy where there are records; those of the spec where there are none. */
  #renderAccuracy({ plan, table, accuracy }: MapView): unknown {
    const { thresholds } = plan.spec;
    if (table.recorded < table.done) {
      return html`<div>
        <label for="accuracy">Accuracy a, in this file</label>
        <select
          id="accuracy"
          @change=${(event: Event) =>
            this.#change({ accuracy: Number((event.target as HTMLSelectElement).value) })}
        >
          ${thresholds.test.map((a) => html`<option .selected=${a === accuracy}>${a}</option>`)}
        </select>
      </div>`;
    }
    const [min, max] = accuracyLimits(plan.spec).map(nines) as [number, number];
    return html`<div>
      <label for="accuracy">Accuracy a</label>
      <div class="slider">
        <input
          id="accuracy"
          type="range"
          min=${min}
          max=${max + STEP / 2}
          step=${STEP}
          .value=${String(nines(accuracy))}
          aria-valuetext=${accuracy}
          @input=${(event: Event) => {
            const place = Number((event.target as HTMLInputElement).value);
            const at = Math.min(max, accuracyAt(place, thresholds.test) === 1 ? max : place);
            this.#change({
              accuracy: Math.min(
                accuracyLimits(plan.spec)[1],
                Math.max(0.5, accuracyAt(at, thresholds.test)),
              ),
            });
          }}
        />
        <output for="accuracy">${accuracy}</output>
      </div>
    </div>`;
  }

  #renderColours({ quantity }: MapView, { colourMap, colourRange }: LabView): unknown {
    const unit = isLogarithmic(quantity) ? 'log₁₀ ' : '';
    return html`<div class="bar">
      <div>
        <label for="map">Map</label>
        <select
          id="map"
          @change=${(event: Event) =>
            this.#change({ colourMap: (event.target as HTMLSelectElement).value as ColourMap })}
        >
          ${COLOUR_MAPS.map(
            (map) => html`<option value=${map} .selected=${map === colourMap}>${map}</option>`,
          )}
        </select>
      </div>
      ${(['from', 'to'] as const).map(
        (end, k) => html`<div>
          <label for=${end}>${unit}${end}</label>
          <input
            id=${end}
            type="text"
            inputmode="decimal"
            autocomplete="off"
            placeholder="auto"
            .value=${colourRange ? String(colourRange[k]) : ''}
            @change=${() => this.#clamp()}
          />
        </div>`,
      )}
    </div>`;
  }

  /** The colours are clamped once both ends are numbers, and free again once either is empty. */
  #clamp(): void {
    const ends = ['from', 'to'].map((id) => {
      const { value } = this.renderRoot.querySelector(`#${id}`) as HTMLInputElement;
      const text = value.trim().replace('−', '-');
      return text === '' ? Number.NaN : Number(text);
    });
    const [low, high] = ends as [number, number];
    this.#change({ colourRange: low < high ? [low, high] : undefined });
  }

  #change(detail: Partial<LabView>): void {
    this.dispatchEvent(new CustomEvent('view-change', { detail, bubbles: true, composed: true }));
  }
}

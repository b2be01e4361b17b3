import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { property } from 'lit/decorators.js';
import { ENGINE_NAMES } from '../model/engine.ts';
import { isLogarithmic } from '../results/quantities.ts';
import type { ResultTable } from '../results/table.ts';
import type { RunInfo } from '../store/runs.ts';
import type { MapView } from '../sweep/cells.ts';
import { SweepPlan } from '../sweep/plan.ts';
import { commonText } from './caption.ts';
import { quietButtonStyle } from './controls-style.ts';
import type { LabView } from './lab-view.ts';
import { theme } from './theme.ts';

/** Another kept run over the same grid. */
export interface OtherRun {
  readonly run: RunInfo;
  readonly table: ResultTable;
}

/**
 * The map of another run, and how much the present one differs from it.
 *
 * @fires comparison-end - the reader has seen enough
 */
export class GrokCompared extends LitElement {
  static override styles = [
    theme,
    quietButtonStyle,
    css`
      :host {
        display: block;
        margin-top: 18px;
      }
      .pair {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 340px), 1fr));
        gap: 12px 20px;
        margin-top: 8px;
      }
    `,
  ];

  /** The present run. */
  @property({ attribute: false }) view: MapView | undefined;
  @property({ attribute: false }) other: OtherRun | undefined;
  @property({ attribute: false }) colourMap: LabView['colourMap'] | undefined;
  @property({ attribute: false }) colourRange: LabView['colourRange'];
  /** The column under the pointer. */
  @property({ attribute: false }) pointed: number | undefined;
  /** Changes whenever the table has. */
  @property({ attribute: false }) revision = 0;

  /** Of the other run, and the present one less that: made anew only when one of them is another. */
  #against: MapView | undefined;
  #difference: MapView | undefined;

  protected override willUpdate(changed: PropertyValues<this>): void {
    const { view, other } = this;
    if (!view || !other || !(changed.has('view') || changed.has('other'))) return;
    const { quantity, accuracy } = view;
    const plan = new SweepPlan(other.table.spec);
    this.#against = { plan, table: other.table, quantity, accuracy };
    this.#difference = { ...view, against: this.#against };
  }

  protected override render(): unknown {
    const { other, revision, pointed } = this;
    const [against, difference] = [this.#against, this.#difference];
    if (!other || !against || !difference) return nothing;
    const name = other.run.name || 'the other run';
    return html`
      <h2>Compared with ${name}</h2>
      <p class="muted">
        ${commonText(against.plan)}; ${ENGINE_NAMES[other.run.engine.kind]}. Left, ${name}; right, this run
        ${isLogarithmic(against.quantity) ? 'over' : 'minus'} that one.
        <button @click=${() => this.dispatchEvent(new CustomEvent('comparison-end'))}>End comparison</button>
      </p>
      <div class="pair">
        <grok-heatmap
          .view=${against}
          .revision=${revision}
          .selectable=${false}
          .colourMap=${this.colourMap}
          .colourRange=${this.colourRange}
          .pointed=${pointed}
          label="Map of ${name}"
        ></grok-heatmap>
        <grok-heatmap
          .view=${difference}
          .revision=${revision}
          .selectable=${false}
          .colourMap=${'difference'}
          .pointed=${pointed}
          label="Difference"
        ></grok-heatmap>
      </div>
    `;
  }
}

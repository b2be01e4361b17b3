import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { property } from 'lit/decorators.js';
import { quietButtonStyle } from './controls-style.ts';
import { theme } from './theme.ts';
import { TOUR } from './tour-steps.ts';

/**
 * A step of the tour, above the map.
 *
 * @fires tour-step - CustomEvent<number | null>: the step that is wanted, from 1; null ends the tour
 */
export class GrokTour extends LitElement {
  static override styles = [
    theme,
    quietButtonStyle,
    css`
      :host {
        display: block;
      }
      section {
        border-left: 3px solid var(--accent);
        padding: 4px 0 4px 14px;
        margin-bottom: 16px;
        max-width: 72ch;
      }
      .buttons {
        display: flex;
        flex-wrap: wrap;
        gap: 8px;
        margin-top: 8px;
        align-items: center;
      }
      @media (max-width: 720px) {
        button {
          min-height: 44px;
        }
      }
    `,
  ];

  /** From 1. */
  @property({ attribute: false }) step = 1;

  protected override updated(changed: PropertyValues<this>): void {
    // Whoever pressed Next reads on here; not at the start, where the link may be to elsewhere.
    if (changed.get('step') !== undefined) this.renderRoot.querySelector('h2')?.focus();
  }

  protected override render(): unknown {
    const step = TOUR[this.step - 1];
    if (!step) return nothing;
    return html`<section aria-label="Tour">
      <h2 tabindex="-1">${this.step} of ${TOUR.length}: ${step.title}</h2>
      <p>${step.text}</p>
      <div class="buttons">
        <button ?disabled=${this.step === 1} @click=${() => this.#fire(this.step - 1)}>Back</button>
        <button ?disabled=${this.step === TOUR.length} @click=${() => this.#fire(this.step + 1)}>
          Next
        </button>
        <button @click=${() => this.#fire(null)}>End the tour</button>
      </div>
    </section>`;
  }

  #fire(detail: number | null): void {
    this.dispatchEvent(new CustomEvent('tour-step', { detail }));
  }
}

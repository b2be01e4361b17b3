import { css, html, LitElement, nothing } from 'lit';
import { property } from 'lit/decorators.js';
import type { ChartFigure } from '../results/figure.ts';
import type { View } from '../sweep/cells.ts';
import type { Certification } from '../sweep/certification.ts';
import { progressStyle } from './controls-style.ts';
import { count, duration } from './format.ts';
import { afterFrame } from './frames.ts';
import { limitFigures, ownPlaceFigure } from './limit-figures.ts';
import { theme } from './theme.ts';

/** Replicas whose datasets are to be certified; undefined: all of the sweep. */
export type CertifyRequest = readonly number[] | undefined;

/**
 * Whether the datasets of a sweep are separable: certificates on demand, and what they say against
 * theory.
 *
 * @fires certify - CustomEvent<CertifyRequest>: the reader wants all datasets of the sweep certified
 * @fires certify-stop - … no more
 */
export class GrokCertificates extends LitElement {
  static override styles = [
    theme,
    progressStyle,
    css`
      :host {
        display: block;
        margin-top: 18px;
      }
      p {
        max-width: 72ch;
        margin-top: 2px;
      }
      .run {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 8px 14px;
        margin: 10px 0;
        font-size: 0.875rem;
      }
      button {
        min-height: 36px;
        padding: 0 14px;
        border: 1px solid var(--accent);
        border-radius: 7px;
        background: transparent;
        color: var(--accent);
        cursor: pointer;
      }
      progress {
        width: 160px;
      }
      .figures {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 300px), 1fr));
        gap: 18px 24px;
        margin-top: 10px;
      }
      @media (max-width: 720px) {
        button {
          min-height: 44px;
        }
      }
    `,
  ];

  @property({ attribute: false }) view: View | undefined;
  /** Changes whenever the table has. */
  @property({ attribute: false }) revision = 0;
  @property({ attribute: false }) row = 0;
  /** The certification that goes on or was the last. */
  @property({ attribute: false }) certification: Certification | undefined;

  #figures: readonly ChartFigure[] = [];
  #ownPlace: ChartFigure | undefined;
  /** What they are of. */
  #view: View | undefined;
  #of = '';

  /** The figures, made anew only when certificates have come in: theory takes longer than a frame. */
  protected override willUpdate(): void {
    const { view, row } = this;
    if (!view) return;
    const { certified, done } = view.table;
    const of = [certified, certified > 0 ? done : 0, row].join(' ');
    if (this.#view === view && this.#of === of) return;
    this.#view = view;
    this.#of = of;
    afterFrame(() => {
      if (this.view !== view) return;
      this.#figures = limitFigures(view, row);
      this.#ownPlace = ownPlaceFigure(view);
      this.requestUpdate();
    });
  }

  protected override render(): unknown {
    const { view } = this;
    if (!view) return nothing;
    const figures = this.#figures;
    return html`
      <h2>Separable or not?</h2>
      <p class="muted">
        A certificate decides it for each dataset: the margin, with bounds from both sides, or a
        positive combination of the samples that vanishes. It turns “not by t_end” into “never” where
        that is proven, and gives the end of a run without waiting for it.
      </p>
      ${this.#renderRun(view)}
      ${this.#ownPlace ? html`<grok-figure .chart=${this.#ownPlace}></grok-figure>` : nothing}
      ${
        figures.length > 0
          ? html`<div class="figures">
            ${figures.map((chart) => html`<grok-figure .chart=${chart}></grok-figure>`)}
          </div>`
          : nothing
      }
    `;
  }

  #renderRun({ table }: View): unknown {
    const { certification } = this;
    const running = certification?.state === 'running';
    const left = table.size - table.certified;
    return html`<div class="run">
      ${
        running
          ? html`<button @click=${() => this.#fire('certify-stop')}>Stop certifying</button>
              <progress
                aria-label="Datasets certified"
                max=${certification.total}
                .value=${certification.done}
              ></progress>`
          : left > 0
            ? html`<button @click=${() => this.#fire('certify')}>Certify all datasets</button>`
            : nothing
      }
      <span role="status">${this.#status(table)}</span>
    </div>`;
  }

  #status(table: View['table']): string {
    const { certification } = this;
    if (certification?.state === 'failed') return certification.message;
    if (certification?.state === 'running') {
      const { done, total, secondsLeft } = certification;
      const left = secondsLeft === undefined ? '' : ` · ${duration(secondsLeft)} left`;
      return `${count(done)} of ${count(total)} datasets certified${left}`;
    }
    if (table.certified === 0) return '';
    const kinds = { separable: 0, inseparable: 0, undecided: 0 };
    for (let index = 0; index < table.size; index++) {
      const separability = table.separability(index);
      if (separability) kinds[separability.kind]++;
    }
    const text = `${count(kinds.separable)} replicas on separable data, ${count(kinds.inseparable)} on inseparable`;
    return kinds.undecided > 0 ? `${text}, ${count(kinds.undecided)} undecided` : text;
  }

  #fire(name: 'certify' | 'certify-stop'): void {
    this.dispatchEvent(new CustomEvent(name, { bubbles: true, composed: true }));
  }
}

import { css, html, LitElement, nothing } from 'lit';
import { property } from 'lit/decorators.js';
import type { View } from '../sweep/cells.ts';
import { divergenceReport, type Report, scalingReport } from './divergence-report.ts';
import { theme } from './theme.ts';

/** Milliseconds in which nothing has changed before fits are made. */
const PAUSE = 100;

/**
 * How the grokking time of a sweep diverges at the edge, and how the edge sharpens with N: fits with
 * their intervals, in words and as pictures.
 */
export class GrokDivergence extends LitElement {
  static override styles = [
    theme,
    css`
      :host {
        display: block;
      }
      h2 {
        margin-top: 18px;
      }
      p {
        margin-top: 6px;
        max-width: 72ch;
        font-size: 0.9375rem;
      }
      grok-figure {
        margin-top: 14px;
      }
    `,
  ];

  @property({ attribute: false }) view: View | undefined;
  /** Changes whenever the table has. */
  @property({ attribute: false }) revision = 0;
  /** Row of the map whose seeds are fitted, where y does not run over seeds. */
  @property({ attribute: false }) row = 0;
  /** Whether replicas still come in: fits wait for them. */
  @property({ type: Boolean }) running = false;

  #timer: ReturnType<typeof setTimeout> | undefined;
  #reports: readonly [string, Report | undefined][] = [];
  #of = '';
  #view: View | undefined;

  protected override willUpdate(): void {
    const { view, row } = this;
    if (this.running) clearTimeout(this.#timer);
    if (!view || this.running) return;
    const of = [view.table.done, view.table.certified, row].join(' ');
    if (view === this.#view && of === this.#of) return;
    // A bootstrap takes longer than a frame, and whoever changed the row waits for the rest of the page.
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#view = view;
      this.#of = of;
      this.#reports = [
        ['How does the time diverge?', divergenceReport(view, row)],
        ['How does the edge sharpen with N?', scalingReport(view)],
      ];
      this.requestUpdate();
    }, PAUSE);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.requestUpdate();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
  }

  protected override render(): unknown {
    if (!this.view || this.view !== this.#view) return nothing;
    return this.#reports.map(([title, report]) => (report ? renderReport(title, report) : nothing));
  }
}

function renderReport(title: string, { paragraphs, figures }: Report): unknown {
  return html`
    <h2>${title}</h2>
    ${paragraphs.map((text) => html`<p>${text}</p>`)}
    ${figures.map((chart) => html`<grok-figure .chart=${chart}></grok-figure>`)}
  `;
}

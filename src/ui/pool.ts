import { css, html, LitElement, nothing } from 'lit';
import { property } from 'lit/decorators.js';
import type { ChartFigure } from '../results/figure.ts';
import { isTimed, summariseReadings } from '../results/quantities.ts';
import { type MapView, readingsOf } from '../sweep/cells.ts';
import { count, endOf } from './format.ts';
import { type CellRange, cellsOf } from './map-window.ts';
import { distributionFigure, runsFigure } from './pool-figures.ts';
import { QUANTITY_WORDS, readingText } from './quantity.ts';
import { theme } from './theme.ts';

/** The selected cells of a map: their replicas as one sample, and their curves over one another. */
export class GrokPool extends LitElement {
  static override styles = [
    theme,
    css`
      :host {
        display: block;
      }
      h2 {
        margin-top: 18px;
      }
      .figures {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 300px), 1fr));
        gap: 18px 24px;
        margin-top: 10px;
      }
    `,
  ];

  @property({ attribute: false }) view: MapView | undefined;
  /** Changes whenever the table has. */
  @property({ attribute: false }) revision = 0;
  @property({ attribute: false }) brush: CellRange | undefined;

  #figures: readonly ChartFigure[] = [];
  #of: unknown[] = [];
  #text = '';

  protected override willUpdate(): void {
    const { view, brush, revision } = this;
    const of = [view, revision, JSON.stringify(brush)];
    if (!view || !brush || of.every((each, k) => each === this.#of[k])) return;
    this.#of = of;
    const cells = [...cellsOf(brush)];
    const readings = cells.flatMap(({ ix, iy }) => readingsOf(view, ix, iy));
    const summary = summariseReadings(readings, view.quantity);
    const end = endOf(view.plan.spec);
    const words = (reading: typeof summary.median): string =>
      readingText(reading, view.quantity, end);
    const { symbol, never } = QUANTITY_WORDS[view.quantity];
    this.#text =
      `${count(cells.length)} cells, ${count(summary.count)} replicas: ${symbol(view.accuracy)} median ` +
      `${words(summary.median)}, quartiles ${words(summary.lowerQuartile)} and ${words(summary.upperQuartile)}` +
      (isTimed(view.quantity) ? `; ${count(summary.notBy)} not by t_end` : '') +
      (summary.never > 0 ? `, ${count(summary.never)} ${never}` : '') +
      '.';
    this.#figures = [
      ...(summary.count > 1 ? [distributionFigure(view, readings)] : []),
      runsFigure(view, cells),
    ].filter((figure) => figure.series.length > 0);
  }

  protected override render(): unknown {
    if (!this.view || !this.brush) return nothing;
    return html`
      <h2>Selected cells</h2>
      <p class="muted" role="status">${this.#text}</p>
      <div class="figures">
        ${this.#figures.map((chart) => html`<grok-figure .chart=${chart}></grok-figure>`)}
      </div>
    `;
  }
}

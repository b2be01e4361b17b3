import { css, html, LitElement, nothing } from 'lit';
import { property, state } from 'lit/decorators.js';
import { theme } from './theme.ts';

/** What a table says: the first cell of a row names it. */
export interface TableContent {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** What the table leaves out, in words. */
  readonly note?: string;
}

/** The numbers behind a picture, folded away until somebody wants them. */
export class GrokTable extends LitElement {
  static override styles = [
    theme,
    css`
      summary {
        cursor: pointer;
        color: var(--muted);
        font-size: 0.875rem;
        padding: 6px 0;
        width: fit-content;
      }
      .scroll {
        overflow: auto;
        max-height: 320px;
      }
      table {
        border-collapse: collapse;
        font-size: 0.8125rem;
      }
      th,
      td {
        padding: 3px 10px 3px 0;
        text-align: right;
        border-bottom: 1px solid var(--line);
        white-space: nowrap;
      }
      th:first-child {
        text-align: left;
      }
    `,
  ];

  /** Name of the picture. */
  @property() label = '';
  /** Makes the content; called only while the table is open. */
  @property({ attribute: false }) content: () => TableContent = () => ({ head: [], rows: [] });
  /** Changes whenever the content has. */
  @property({ attribute: false }) revision = 0;

  @state() private open = false;

  protected override render(): unknown {
    return html`<details
      @toggle=${(event: Event) => {
        this.open = (event.target as HTMLDetailsElement).open;
      }}
    >
      <summary>${this.label} as a table</summary>
      ${this.open ? this.#renderTable(this.content()) : nothing}
    </details>`;
  }

  #renderTable({ head, rows, note }: TableContent): unknown {
    return html`<div class="scroll" tabindex="0" role="region" aria-label="${this.label} as a table">
      <table>
        <thead>
          <tr>${head.map((name) => html`<th scope="col">${name}</th>`)}</tr>
        </thead>
        <tbody>
          ${rows.map(
            ([name, ...cells]) => html`<tr>
              <th scope="row">${name}</th>
              ${cells.map((cell) => html`<td>${cell}</td>`)}
            </tr>`,
          )}
        </tbody>
      </table>
      ${note ? html`<p class="muted">${note}</p>` : nothing}
    </div>`;
  }
}

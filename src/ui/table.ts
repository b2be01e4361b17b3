import { css, html, LitElement, nothing } from 'lit';
import { property, state } from 'lit/decorators.js';
import { quietButtonStyle } from './controls-style.ts';
import { theme } from './theme.ts';

/** What a table says: the first cell of a row names it. */
export interface TableContent {
  readonly head: readonly string[];
  /** Number of rows, and row k: only those on show are asked for. */
  readonly length: number;
  readonly row: (k: number) => readonly string[];
}

/** Cells rendered at once: more would hold up the page, and a map may have a million. */
const CELLS_PER_PAGE = 2000;

/** The numbers behind a picture, folded away until somebody wants them. */
export class GrokTable extends LitElement {
  static override styles = [
    theme,
    quietButtonStyle,
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
      .pages {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 8px;
        padding-top: 8px;
        font-size: 0.8125rem;
        color: var(--muted);
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
  @property({ attribute: false }) content: () => TableContent = () => ({
    head: [],
    length: 0,
    row: () => [],
  });
  /** Changes whenever the content has. */
  @property({ attribute: false }) revision = 0;

  @state() private open = false;
  @state() private page = 0;

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

  #renderTable({ head, length, row }: TableContent): unknown {
    const size = Math.max(1, Math.floor(CELLS_PER_PAGE / Math.max(1, head.length)));
    const pages = Math.max(1, Math.ceil(length / size));
    // A later content may be shorter.
    const page = Math.min(this.page, pages - 1);
    const first = page * size;
    const shown = Math.min(size, length - first);
    return html`<div class="scroll" tabindex="0" role="region" aria-label="${this.label} as a table">
        <table>
          <thead>
            <tr>${head.map((name) => html`<th scope="col">${name}</th>`)}</tr>
          </thead>
          <tbody>
            ${Array.from({ length: shown }, (_, k) => {
              const [name, ...cells] = row(first + k);
              return html`<tr>
                <th scope="row">${name}</th>
                ${cells.map((cell) => html`<td>${cell}</td>`)}
              </tr>`;
            })}
          </tbody>
        </table>
      </div>
      ${
        pages > 1
          ? html`<div class="pages">
              ${this.#renderTurn('Previous rows', page - 1, pages)}
              ${this.#renderTurn('Next rows', page + 1, pages)}
              <span aria-live="polite">rows ${first + 1} to ${first + shown} of ${length}</span>
            </div>`
          : nothing
      }`;
  }

  #renderTurn(name: string, to: number, pages: number): unknown {
    return html`<button
      ?disabled=${to < 0 || to >= pages}
      @click=${() => {
        this.page = to;
      }}
    >
      ${name}
    </button>`;
  }
}

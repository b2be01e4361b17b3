import { css, html, LitElement, nothing } from 'lit';
import { property, state } from 'lit/decorators.js';
import { GLOSSARY, type Term } from './glossary.ts';
import { theme } from './theme.ts';

/** A word of the glossary, explained under the pointer, on focus and on touch; Escape puts it away. */
export class GrokTerm extends LitElement {
  static override styles = [
    theme,
    css`
      :host {
        position: relative;
        display: inline-block;
        font: inherit;
      }
      button {
        border: 0;
        border-bottom: 1px dotted currentcolor;
        padding: 0;
        background: none;
        font: inherit;
        color: inherit;
        cursor: help;
      }
      .tip {
        position: absolute;
        z-index: 4;
        top: 100%;
        left: 0;
        width: max-content;
        max-width: min(280px, 70vw);
        padding: 8px 12px;
        border: 1px solid var(--line);
        border-radius: 7px;
        background: var(--ground);
        box-shadow: 0 4px 14px rgb(0 0 0 / 18%);
        font-size: 0.8125rem;
        font-weight: 400;
        line-height: 1.4;
        color: var(--ink);
      }
      .tip.left {
        left: auto;
        right: 0;
      }
    `,
  ];

  @property() name: Term = 'grokking';

  @state() private shown = false;
  @state() private left = false;

  protected override render(): unknown {
    const [word, meaning] = GLOSSARY[this.name];
    const show = (): void => {
      // On the right half of the page it opens to the left.
      this.left = this.getBoundingClientRect().left > innerWidth / 2;
      this.shown = true;
    };
    const hide = (): void => {
      this.shown = false;
    };
    return html`<span @pointerenter=${show} @pointerleave=${hide}
      ><button
        aria-describedby="tip"
        @focus=${show}
        @blur=${hide}
        @click=${show}
        @keydown=${(event: KeyboardEvent) => {
          if (event.key === 'Escape') hide();
        }}
      >
        ${word}</button
      >${
        this.shown
          ? html`<span id="tip" role="tooltip" class="tip ${this.left ? 'left' : ''}">${meaning}</span>`
          : nothing
      }</span
    >`;
  }
}

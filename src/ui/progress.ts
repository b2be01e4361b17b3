import { css, html, LitElement, nothing } from 'lit';
import { property } from 'lit/decorators.js';
import type { Sweep } from '../sweep/sweep.ts';
import { progressStyle } from './controls-style.ts';
import { count, duration } from './format.ts';
import { theme } from './theme.ts';

/**
 * How far a sweep has come, and its pause, resume and stop.
 *
 * @fires sweep-continue - a sweep that was stopped or failed shall go on
 */
export class GrokProgress extends LitElement {
  static override styles = [
    theme,
    progressStyle,
    css`
      :host {
        display: block;
      }
      .buttons {
        display: flex;
        gap: 8px;
        margin: 8px 0;
      }
      button {
        min-height: 44px;
        flex: 1;
        border: 1px solid color-mix(in srgb, var(--muted) 60%, transparent);
        border-radius: 8px;
        background: var(--ground);
        cursor: pointer;
      }
      summary {
        min-height: 32px;
        line-height: 32px;
        width: fit-content;
        color: var(--muted);
        font-size: 0.875rem;
        cursor: pointer;
      }
      ul {
        margin: 4px 0 0;
        padding-left: 18px;
        font-size: 0.875rem;
      }
      /* Above the map of a phone nothing may move when a run begins, goes on and ends. */
      @media (max-width: 720px) {
        :host {
          min-height: 116px;
        }
        .now {
          display: flex;
          flex-direction: row-reverse;
          align-items: flex-start;
          gap: 12px;
          min-height: 62px;
        }
        .status {
          flex: 1;
        }
        .buttons {
          margin: 0;
        }
        button {
          flex: none;
          padding: 0 12px;
        }
      }
      .message {
        color: var(--danger);
        font-size: 0.875rem;
        margin-top: 6px;
      }
    `,
  ];

  @property({ attribute: false }) sweep: Sweep | undefined;
  /** Changes whenever the sweep has. */
  @property({ attribute: false }) revision = 0;

  protected override render(): unknown {
    const { sweep } = this;
    if (!sweep) return nothing;
    const { done, total } = sweep.progress;
    const active = sweep.state === 'running' || sweep.state === 'paused';
    return html`
      <progress max=${total} value=${done} aria-label="Replicas done"></progress>
      <div class="now">${
        active
          ? html`<div class="buttons">
              ${
                sweep.state === 'running'
                  ? html`<button @click=${() => sweep.pause()}>Pause</button>`
                  : html`<button @click=${() => sweep.resume()}>Resume</button>`
              }
              <button @click=${() => sweep.stop()}>Stop</button>
            </div>`
          : sweep.state === 'stopped' || sweep.state === 'failed'
            ? html`<div class="buttons">
                <button @click=${() => this.dispatchEvent(new Event('sweep-continue'))}>Go on</button>
              </div>`
            : nothing
      }
      <p class="muted status">${this.#status(sweep)}</p></div>
      ${this.#method(sweep)}
      ${sweep.message ? html`<p class="message" role="alert">${sweep.message}</p>` : nothing}
      <span class="spoken" role="status">${active ? sweep.state : `${sweep.state}, ${count(done)} replicas`}</span>
    `;
  }

  #method({ method }: Sweep): unknown {
    if (method.length === 0) return nothing;
    return html`<details>
      <summary>How it is computed</summary>
      <ul>${method.map((sentence) => html`<li>${sentence}</li>`)}</ul>
    </details>`;
  }

  #status({ progress, state, table }: Sweep): string {
    const { done, total, gradientsPerSecond, secondsLeft, seconds } = progress;
    const parts = [`${count(done)} of ${count(total)} replicas`];
    if (table.failures.size > 0) parts.push(`${count(table.failures.size)} failed`);
    if (state === 'running') {
      parts.push(`${count(gradientsPerSecond)} gradients/s`);
      if (secondsLeft !== undefined) parts.push(`${duration(secondsLeft)} left`);
    } else {
      parts.push(state, duration(seconds));
    }
    return parts.join(' · ');
  }
}

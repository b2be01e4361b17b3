import { css, html, LitElement, nothing } from 'lit';
import { property, state } from 'lit/decorators.js';
import { ENGINE_NAMES } from '../model/engine.ts';
import { parseSpec } from '../model/spec.ts';
import type { RunInfo } from '../store/runs.ts';
import { SweepPlan } from '../sweep/plan.ts';
import { commonText } from './caption.ts';
import { quietButtonStyle } from './controls-style.ts';
import { count, PARAMETER_LABELS } from './format.ts';
import { theme } from './theme.ts';

/** What the reader wants of a kept run. */
export type RunAction =
  | { readonly kind: 'open' | 'compare' | 'delete'; readonly run: RunInfo }
  | { readonly kind: 'rename'; readonly run: RunInfo; readonly name: string };

/**
 * The runs that the browser keeps.
 *
 * @fires run-action - CustomEvent<RunAction>
 * @fires seeds-add - CustomEvent<number>: so many more seeds for the run on the page
 */
export class GrokRuns extends LitElement {
  static override styles = [
    theme,
    quietButtonStyle,
    css`
      :host {
        display: block;
        margin-top: 14px;
        font-size: 0.8125rem;
      }
      summary {
        min-height: 32px;
        line-height: 32px;
        font-size: 0.875rem;
        cursor: pointer;
      }
      ul {
        list-style: none;
        margin: 0;
        padding: 0;
      }
      li {
        padding: 8px 0;
        border-top: 1px solid var(--line);
      }
      li.current {
        border-left: 3px solid var(--accent);
        padding-left: 8px;
      }
      .buttons,
      form {
        display: flex;
        flex-wrap: wrap;
        gap: 6px;
        margin-top: 4px;
        align-items: center;
      }
      button,
      input {
        min-height: 32px;
        font-size: 0.8125rem;
        padding: 0 9px;
      }
      input {
        width: 100%;
        border: 1px solid color-mix(in srgb, var(--muted) 60%, transparent);
        border-radius: 6px;
        background: var(--ground);
      }
      input[type='number'] {
        width: 64px;
      }
      .problem {
        color: var(--danger);
      }
      @media (max-width: 720px) {
        button,
        input,
        summary {
          min-height: 44px;
          line-height: 40px;
        }
      }
    `,
  ];

  @property({ attribute: false }) runs: readonly RunInfo[] = [];
  /** The one on the page. */
  @property() current = '';
  /** Replicas of it that are kept. */
  @property({ attribute: false }) kept = 0;
  /** Why nothing is kept. */
  @property() problem = '';
  /** Whether seeds can be added to the run on the page. */
  @property({ attribute: false }) extensible = false;

  @state() private renaming = '';
  /** Whether the list is unfolded; until then there is none, which a sweep would have to keep up to date. */
  @state() private unfolded = false;

  protected override render(): unknown {
    const { runs, problem } = this;
    return html`
      ${problem ? html`<p class="problem" role="alert">${problem}</p>` : nothing}
      ${this.extensible ? this.#renderSeeds() : nothing}
      <details
        @toggle=${(event: Event) => {
          this.unfolded = (event.target as HTMLDetailsElement).open;
        }}
      >
        <summary>Kept runs (${runs.length})</summary>
        ${this.unfolded ? this.#renderList() : nothing}
      </details>
    `;
  }

  #renderList(): unknown {
    const { runs } = this;
    if (runs.length === 0) {
      return html`<p class="muted">Runs are kept in this browser as they go.</p>`;
    }
    return html`<ul>
        ${runs.map((run) => this.#renderRun(run))}
      </ul>
      <p class="muted">The last runs without a name are kept; named ones until you delete them.</p>`;
  }

  #renderSeeds(): unknown {
    return html`<form
      @submit=${(event: Event) => {
        event.preventDefault();
        const { valueAsNumber } = this.renderRoot.querySelector('#more') as HTMLInputElement;
        if (valueAsNumber >= 1) this.#fire('seeds-add', Math.floor(valueAsNumber));
      }}
    >
      <label for="more">More seeds</label>
      <input id="more" type="number" min="1" max="4096" value="8" />
      <button>Add</button>
    </form>`;
  }

  #renderRun(run: RunInfo): unknown {
    const current = run.id === this.current;
    const done = current ? this.kept : run.done;
    const when = new Date(run.updated).toLocaleString([], {
      dateStyle: 'medium',
      timeStyle: 'short',
    });
    const act = (kind: 'open' | 'compare' | 'delete'): void =>
      this.#fire('run-action', { kind, run });
    return html`<li class=${current ? 'current' : ''}>
      <strong>${run.name || titleOf(run)}</strong>
      ${run.name ? html`<div class="muted">${titleOf(run)}</div>` : nothing}
      <div class="muted">
        ${count(done)} of ${count(run.total)} kept · ${ENGINE_NAMES[run.engine.kind]} · ${when}
      </div>
      ${this.renaming === run.id ? this.#renderRename(run) : nothing}
      <div class="buttons">
        ${
          current
            ? nothing
            : html`<button @click=${() => act('open')}>Open</button>
                <button @click=${() => act('compare')}>Compare</button>`
        }
        <button
          aria-expanded=${this.renaming === run.id}
          @click=${() => {
            this.renaming = this.renaming === run.id ? '' : run.id;
          }}
        >
          Name
        </button>
        <button @click=${() => act('delete')}>Delete</button>
      </div>
    </li>`;
  }

  #renderRename(run: RunInfo): unknown {
    return html`<form
      @submit=${(event: Event) => {
        event.preventDefault();
        const { value } = this.renderRoot.querySelector('#name') as HTMLInputElement;
        this.renaming = '';
        this.#fire('run-action', { kind: 'rename', run, name: value.trim().slice(0, 80) });
      }}
    >
      <input id="name" aria-label="Name of the run" maxlength="80" .value=${run.name} />
      <button>Keep the name</button>
    </form>`;
  }

  #fire(name: string, detail: RunAction | number): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }
}

/** What a run is of: λ × seed, N 128, σ 5, to t = 10³⁰. */
function titleOf({ spec }: RunInfo): string {
  try {
    const plan = new SweepPlan(parseSpec(spec));
    const { x, y } = plan.spec;
    const axes = [x, y].map(({ over }) => PARAMETER_LABELS[over].symbol).join(' × ');
    return `${axes}, ${commonText(plan)}`;
  } catch {
    return 'a run of another version';
  }
}

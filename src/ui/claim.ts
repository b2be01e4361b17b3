import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { type ClaimSweep, type Figure, SIZES, type Size } from '../claims/claim.ts';
import { type ClaimRun, replicaCount } from '../claims/queue.ts';
import type { MapView } from '../sweep/cells.ts';
import type { SweepPlan } from '../sweep/plan.ts';
import { cellText, commonText } from './caption.ts';
import { claimStateStyle, renderState, wordOf } from './claim-state.ts';
import { claimStyle } from './claim-style.ts';
import { progressStyle } from './controls-style.ts';
import { count, duration } from './format.ts';
import { hashOf } from './link.ts';
import { parameterRows } from './parameters.ts';
import { theme } from './theme.ts';
import { renderVerdicts, verdictStyle } from './verdicts.ts';

/** Milliseconds between two paintings of a run's pictures, and how many times their own cost. */
const PAINT_INTERVAL = 400;
const PAINT_SHARE = 10;

/** Asks for a run; the detail of `claim-run`. */
export interface RunRequest {
  readonly size: Size;
  /** On the CPU from now on. */
  readonly onCpu: boolean;
}

/**
 * A claim: what it says, what it is run with, its run, its pictures and its verdicts.
 *
 * @fires claim-run - CustomEvent<RunRequest> when it shall be run
 * @fires claim-stop - when its run shall end
 */
export class GrokClaim extends LitElement {
  static override styles = [theme, progressStyle, claimStateStyle, claimStyle, verdictStyle];

  /** The claim and its run. */
  @property({ attribute: false }) run: ClaimRun | undefined;
  /** Changes whenever the run has. */
  @property({ attribute: false }) revision = 0;
  /** Title of the run that it waits for. */
  @property() awaited = '';
  /** Where the laboratory is. */
  @property() laboratory = 'index.html';

  @state() private size: Size = 'small';

  #figures: readonly Figure[] = [];
  /** The results that `#figures` are of, and how they stood. */
  #painted: { results?: unknown; state?: string } = {};
  #nextPaint = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #views = new Map<SweepPlan, MapView>();
  /** Changes with the pictures. */
  #paintings = 0;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
  }

  /** Puts the section in view and the focus on its heading. */
  reveal(): void {
    this.scrollIntoView();
    this.renderRoot.querySelector('h2')?.focus({ preventScroll: true });
  }

  protected override willUpdate(): void {
    const { run } = this;
    if (!run) return;
    if (run.active) this.size = run.state === 'waiting' ? run.asked : run.size;
    this.#paint(run);
  }

  /** Makes the pictures anew, if there is anything new and the last time is long enough ago. */
  #paint(run: ClaimRun): void {
    const { results, state } = run;
    if (this.#painted.results === results && this.#painted.state === state) return;
    const now = performance.now();
    const again = this.#painted.state === state && state === 'running';
    if (again && now < this.#nextPaint) {
      clearTimeout(this.#timer);
      // Once more, should nothing else come.
      this.#timer = setTimeout(() => this.requestUpdate(), this.#nextPaint - now);
      return;
    }
    this.#painted = { results, state };
    this.#figures = run.claim.figures(results);
    this.#paintings++;
    this.updateComplete.then(() => {
      this.#nextPaint = now + Math.max(PAINT_INTERVAL, PAINT_SHARE * (performance.now() - now));
    });
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('run')) this.#views.clear();
  }

  protected override render(): unknown {
    const { run, size } = this;
    if (!run) return nothing;
    const { claim } = run;
    const sweeps = claim.sweeps(size);
    return html`
      <section aria-labelledby="title">
        <header>
          <h2 id="title" tabindex="-1">${claim.title}</h2>
          <a class="anchor" href="#${claim.id}" aria-label="Link to “${claim.title}”"
            ><span aria-hidden="true">#</span></a
          >
          ${renderState(wordOf(run))}
          <span class="spoken" role="status">${run.state === 'idle' ? '' : wordOf(run)}</span>
        </header>
        <p class="text">${claim.text}</p>
        ${this.#renderParameters(sweeps)} ${this.#renderControls(run)} ${this.#renderFigures(run)}
        ${run.verdicts.length > 0 ? renderVerdicts(run.verdicts) : nothing}
      </section>
    `;
  }

  #renderParameters(sweeps: readonly ClaimSweep[]): unknown {
    const several = sweeps.length > 1;
    return html`<table class="parameters">
      <caption class="spoken">Parameters</caption>
      ${
        several
          ? html`<thead>
              <tr>
                <td></td>
                ${sweeps.map((_, k) => html`<th scope="col">sweep ${k + 1}</th>`)}
              </tr>
            </thead>`
          : nothing
      }
      <tbody>
        ${parameterRows(sweeps).map(({ name, values }) => {
          const same = values.every((value) => value === values[0]);
          return html`<tr>
            <th scope="row">${name}</th>
            ${
              same
                ? html`<td colspan=${sweeps.length}>${values[0]}${several && name === 'replicas' ? ' each' : ''}</td>`
                : values.map((value) => html`<td>${value}</td>`)
            }
          </tr>`;
        })}
        <tr>
          <th scope="row">to explore</th>
          ${sweeps.map(
            ({ spec }, k) => html`<td>
              <a href="${this.laboratory}${hashOf(spec)}"
                >Open in the laboratory${several ? html`<span class="spoken">, sweep ${k + 1}</span>` : nothing}</a
              >
            </td>`,
          )}
        </tr>
      </tbody>
    </table>`;
  }

  #renderControls(run: ClaimRun): unknown {
    return html`<div class="controls">
      <label>
        Size
        <select
          ?disabled=${run.active}
          @change=${(event: Event) => {
            this.size = (event.target as HTMLSelectElement).value as Size;
          }}
        >
          ${SIZES.map(
            (size) => html`<option value=${size} .selected=${size === this.size}>
              ${size}, ${count(replicaCount(run.claim, size))} replicas
            </option>`,
          )}
        </select>
      </label>
      ${
        run.active
          ? html`<button @click=${() => this.dispatchEvent(new Event('claim-stop'))}>Stop</button>`
          : html`<button class="run" @click=${() => this.#ask(false)}>Run</button>`
      }
      ${this.#renderProgress(run)}
    </div>`;
  }

  #renderProgress(run: ClaimRun): unknown {
    const { state, share, secondsLeft, seconds, size, device, message } = run;
    switch (state) {
      case 'idle':
        return html`<p class="muted">Not run yet on this device.</p>`;
      case 'waiting':
        return html`<p class="muted">
          ${this.awaited === '' ? 'Waiting for the engine.' : html`Waiting for “${this.awaited}”.`}
        </p>`;
      case 'running':
        return html`<div class="progress">
          <progress max="1" value=${share} aria-label="Share done"></progress>
          <p class="muted">
            ${
              secondsLeft === undefined
                ? 'starting …'
                : `${Math.floor(100 * share)} % · about ${duration(secondsLeft)} left`
            }
          </p>
        </div>`;
      case 'stopped':
        return html`<p class="muted">
          Stopped after ${duration(seconds)}, ${Math.floor(100 * share)} % done: no verdict.
        </p>`;
      case 'failed':
        return html`<div class="failure" role="alert">
          <p>${message}</p>
          ${/^(WebAssembly|CPU)/.test(device) ? nothing : html`<button @click=${() => this.#ask(true)}>Run on the CPU</button>`}
        </div>`;
      case 'done':
        return html`<p class="muted">Size ${size}, ${duration(seconds)} on ${device}.</p>`;
    }
  }

  #ask(onCpu: boolean): void {
    const detail: RunRequest = { size: this.size, onCpu };
    this.dispatchEvent(new CustomEvent('claim-run', { detail }));
  }

  /** The pictures. Until the first run begins only theory has something to show. */
  #renderFigures(run: ClaimRun): unknown {
    const begun = run.state === 'running' || run.results.some(({ table }) => table.done > 0);
    const shown = this.#figures.filter((figure) => begun || hasTheory(figure));
    if (shown.length === 0) return nothing;
    return html`<div class="figures">
      ${repeat(
        shown,
        ({ title }) => title,
        (figure) => html`<figure class=${figure.kind === 'map' ? 'wide' : ''}>
          ${
            figure.kind === 'chart'
              ? html`<grok-figure .chart=${figure}></grok-figure>`
              : this.#renderMap(run, figure)
          }
        </figure>`,
      )}
    </div>`;
  }

  #renderMap({ results }: ClaimRun, figure: Extract<Figure, { kind: 'map' }>): unknown {
    const result = results[figure.sweep];
    if (!result) return nothing;
    const { plan, table } = result;
    let view = this.#views.get(plan);
    if (view?.table !== table) {
      const accuracy = plan.spec.thresholds.test[figure.threshold] as number;
      view = { plan, table, quantity: 'testTime', accuracy };
      this.#views.set(plan, view);
    }
    return html`<h3>${figure.title}</h3>
      <grok-heatmap
        .view=${view}
        .revision=${this.#paintings}
        .selectable=${false}
        label=${figure.title}
      ></grok-heatmap>
      <figcaption class="muted">${commonText(plan)}; ${cellText(plan)}.</figcaption>`;
  }
}

const hasTheory = (figure: Figure): boolean =>
  figure.kind === 'chart' && figure.series.some(({ kind, x }) => kind === 'theory' && x.length > 0);

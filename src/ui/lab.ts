import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { ChooseEngine, EngineChoice, EnginePreference } from '../model/engine.ts';
import { FieldError } from '../model/fields.ts';
import type { SweepSpec } from '../model/spec.ts';
import type { View } from '../sweep/cells.ts';
import { SweepPlan } from '../sweep/plan.ts';
import { Sweep } from '../sweep/sweep.ts';
import { PARAMETER_LABELS } from './format.ts';
import type { CellPosition } from './heatmap.ts';
import { hashOf, specFromHash } from './link.ts';
import { PRESETS } from './presets.ts';
import { theme } from './theme.ts';

/** Milliseconds between two paintings of a running sweep, and how many times their own cost. */
const PAINT_INTERVAL = 120;
const PAINT_SHARE = 8;

/** Test accuracy whose time is shown, where the spec has it. */
const SHOWN_ACCURACY = 0.95;

/**
 * The laboratory: a spec, its sweep on an engine, the map, the profile and one replica.
 */
export class GrokLab extends LitElement {
  static override styles = [
    theme,
    css`
      :host {
        display: block;
        min-height: 100vh;
        background: var(--ground);
      }
      .top {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: space-between;
        gap: 6px 24px;
        padding: 12px 24px;
        border-bottom: 1px solid var(--line);
      }
      h1 {
        font-size: 1.2rem;
        margin: 0;
        font-weight: 700;
        letter-spacing: -0.01em;
      }
      .engine {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 4px 10px;
        font-size: 0.875rem;
      }
      .engine select {
        min-height: 32px;
        border: 1px solid color-mix(in srgb, var(--muted) 60%, transparent);
        border-radius: 6px;
        background: var(--ground);
      }
      main {
        display: grid;
        grid-template-columns: 256px minmax(0, 1fr) 340px;
      }
      section {
        padding: 20px 24px;
        min-width: 0;
      }
      .controls {
        border-right: 1px solid var(--line);
      }
      .detail {
        border-left: 1px solid var(--line);
      }
      .picture > * + h2 {
        margin-top: 18px;
      }
      h2 + p {
        margin: 2px 0 8px;
      }
      grok-progress {
        margin-top: 14px;
      }
      .notice {
        border-left: 3px solid var(--danger);
        padding: 6px 12px;
        margin-bottom: 14px;
        background: var(--raised);
      }
      .notice button {
        min-height: 36px;
        margin-top: 6px;
        padding: 0 14px;
        border: 1px solid var(--accent);
        border-radius: 7px;
        background: transparent;
        color: var(--accent);
        cursor: pointer;
      }
      @media (max-width: 1100px) {
        main {
          grid-template-columns: 256px minmax(0, 1fr);
        }
        .detail {
          grid-column: 2;
          border-left: 0;
          border-top: 1px solid var(--line);
        }
      }
      @media (max-width: 720px) {
        main {
          grid-template-columns: minmax(0, 1fr);
        }
        .top,
        section {
          padding-left: 16px;
          padding-right: 16px;
        }
        .picture {
          order: -2;
        }
        .detail {
          order: -1;
        }
        .controls {
          border-right: 0;
          border-top: 1px solid var(--line);
        }
        .detail {
          grid-column: 1;
        }
      }
    `,
  ];

  /** Chooses the engine; the laboratory starts once it is set. */
  @property({ attribute: false }) chooseEngine: ChooseEngine | undefined;

  @state() private spec: SweepSpec = (PRESETS[0] as (typeof PRESETS)[number]).spec;
  @state() private preference: EnginePreference = 'auto';
  @state() private choice: EngineChoice | undefined;
  @state() private sweep: Sweep | undefined;
  @state() private selected: CellPosition | undefined;
  @state() private problem = '';
  /** Counts what the charts have to show anew; progress has a count of its own. */
  @state() private painted = 0;
  @state() private noted = 0;

  #view: View | undefined;
  #run: Promise<void> = Promise.resolve();
  #frame = 0;
  #nextPaint = 0;

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('chooseEngine') && this.chooseEngine) this.#begin();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.sweep?.stop();
    cancelAnimationFrame(this.#frame);
  }

  /** The first run: the spec in the link, else the quick preset. */
  #begin(): void {
    try {
      this.#start(specFromHash(location.hash) ?? this.spec);
    } catch (error) {
      if (!(error instanceof FieldError)) throw error;
      this.problem = `The link cannot be restored. ${error.message}.`;
    }
  }

  /** Runs a spec; what ran before is stopped. */
  async #start(spec: SweepSpec): Promise<void> {
    this.spec = spec;
    this.problem = '';
    this.sweep?.stop();
    await this.#run;
    const { chooseEngine, preference } = this;
    if (!chooseEngine) return;
    try {
      this.choice ??= await chooseEngine(preference);
    } catch (error) {
      this.problem = error instanceof Error ? error.message : String(error);
      return;
    }
    const sweep = new Sweep(new SweepPlan(spec), this.choice.engine);
    sweep.onchange = () => this.#schedule();
    const { thresholds } = spec;
    const threshold = Math.max(0, thresholds.test.indexOf(SHOWN_ACCURACY));
    this.#view = { plan: sweep.plan, table: sweep.table, threshold };
    this.selected = undefined;
    this.sweep = sweep;
    this.#run = sweep.run();
    this.#run.then(() => this.#select());
  }

  /** At the end of a run something is selected: a cell just below the edge tells the story. */
  #select(): void {
    const view = this.#view;
    if (!view || this.selected || this.sweep?.state !== 'done') return;
    const { xs, ys, spec } = view.plan;
    const aim = spec.x.over === 'lambda' ? xs.findLastIndex((x) => x <= 0.46) : -1;
    this.selected = { ix: Math.max(0, aim), iy: Math.floor(ys.length / 2) };
  }

  #schedule(): void {
    if (this.#frame) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.noted++;
      const now = performance.now();
      const running = this.sweep?.state === 'running';
      if (running && now < this.#nextPaint) return;
      this.painted++;
      this.updateComplete.then(() => {
        const cost = performance.now() - now;
        this.#nextPaint = now + Math.max(PAINT_INTERVAL, PAINT_SHARE * cost);
      });
    });
  }

  protected override render(): unknown {
    const view = this.#view;
    return html`
      <header class="top">
        <h1>Grokscope</h1>
        ${this.#renderEngine()}
      </header>
      <main>
        <section class="controls" aria-label="Experiment">
          <grok-spec-form
            .spec=${this.spec}
            @spec-submit=${(event: CustomEvent<SweepSpec>) => this.#submit(event.detail)}
          ></grok-spec-form>
          <grok-progress .sweep=${this.sweep} .revision=${this.noted}></grok-progress>
        </section>
        <section class="picture" aria-label="Map">
          ${this.#renderProblem()}
          ${view ? this.#renderPictures(view) : html`<p class="muted">${this.problem ? nothing : 'Starting …'}</p>`}
        </section>
        <section class="detail" aria-label="Replica">
          <grok-inspector .view=${view} .revision=${this.painted} .cell=${this.selected}></grok-inspector>
        </section>
      </main>
    `;
  }

  #renderEngine(): unknown {
    const { choice } = this;
    const name = choice && { webgpu: 'WebGPU', cpu: 'CPU' }[choice.engine.info.kind];
    return html`<div class="engine">
      ${
        choice
          ? html`<span><strong>${name}</strong> · ${choice.engine.info.device}, ${choice.engine.info.precision}</span>
              <span class="muted">${choice.why}</span>`
          : nothing
      }
      <select
        aria-label="Engine"
        @change=${(event: Event) => this.#prefer((event.target as HTMLSelectElement).value as EnginePreference)}
      >
        ${(['auto', 'webgpu', 'cpu'] as const).map(
          (value) => html`<option value=${value} ?selected=${value === this.preference}>
            ${{ auto: 'Best engine', webgpu: 'WebGPU', cpu: 'CPU' }[value]}
          </option>`,
        )}
      </select>
    </div>`;
  }

  #renderProblem(): unknown {
    const failed = this.sweep?.state === 'failed' && this.choice?.engine.info.kind === 'webgpu';
    const refused = this.problem !== '' && this.preference === 'webgpu' && !this.choice;
    if (this.problem === '' && !failed) return nothing;
    return html`<div class="notice" role="alert">
      <p>${this.problem || 'The GPU could not finish this run.'}</p>
      ${failed || refused ? html`<button @click=${() => this.#prefer('cpu')}>Run on the CPU</button>` : nothing}
    </div>`;
  }

  #renderPictures(view: View): unknown {
    const { spec } = view.plan;
    const a = spec.thresholds.test[view.threshold];
    const bySeed = spec.y.over === 'seed' || spec.x.over === 'seed';
    const row = this.selected?.iy ?? Math.floor(view.plan.ys.length / 2);
    const where =
      spec.y.over === 'seed'
        ? ''
        : ` at ${PARAMETER_LABELS[spec.y.over].symbol} ${view.plan.ys[row]}`;
    return html`
      <h2>When does it grok?</h2>
      <p class="muted">
        log₁₀ of the time t_test at which test accuracy reaches <strong>${a}</strong>:
        ${bySeed ? 'each cell one replica, its own data, its own run' : `each cell the median over ${spec.seedsPerCell} seeds`}
      </p>
      <grok-heatmap
        .view=${view}
        .revision=${this.painted}
        .selected=${this.selected}
        @cell-select=${(event: CustomEvent<CellPosition>) => {
          this.selected = event.detail;
        }}
      ></grok-heatmap>
      <h2>Median over seeds${where}</h2>
      <p class="muted">quartiles shaded; replicas that had not grokked by t_end count as later than all others</p>
      <grok-profile .view=${view} .revision=${this.painted} .row=${row}></grok-profile>
    `;
  }

  #submit(spec: SweepSpec): void {
    history.replaceState(null, '', hashOf(spec));
    this.#start(spec);
  }

  async #prefer(preference: EnginePreference): Promise<void> {
    this.preference = preference;
    this.sweep?.stop();
    await this.#run;
    this.choice?.engine.dispose();
    this.choice = undefined;
    this.#start(this.spec);
  }
}

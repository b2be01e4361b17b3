import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { ChooseEngine, Engine, EnginePreference } from '../model/engine.ts';
import { FieldError } from '../model/fields.ts';
import type { Certifier } from '../model/separability/certifier.ts';
import { followsMargin, isTraining, type SweepSpec } from '../model/spec.ts';
import type { View } from '../sweep/cells.ts';
import { Certification } from '../sweep/certification.ts';
import { asFlow, estimateSeconds, hasFlow } from '../sweep/cost.ts';
import { SweepPlan } from '../sweep/plan.ts';
import { Sweep } from '../sweep/sweep.ts';
import { cellText, commonText } from './caption.ts';
import type { CertifyRequest } from './certificates.ts';
import type { TrainOne } from './comparison.ts';
import { deviceBadgeStyle } from './device-badge.ts';
import { EngineOwner } from './engine-owner.ts';
import { duration, PARAMETER_LABELS } from './format.ts';
import { headerStyle, renderHeader } from './header.ts';
import type { CellPosition } from './heatmap.ts';
import { labStyle } from './lab-style.ts';
import { hashOf, specFromHash } from './link.ts';
import { PRESETS } from './presets.ts';
import { theme } from './theme.ts';

/** Milliseconds between two paintings of a running sweep, and how many times their own cost. */
const PAINT_INTERVAL = 120;
const PAINT_SHARE = 8;

/** Seconds of training in steps that are not begun without a word. */
const LONG = 3600;

/** Test accuracy whose time is shown, where the spec has it. */
const SHOWN_ACCURACY = 0.95;

/**
 * The laboratory: a spec, its sweep on an engine, the map, the profile and one replica.
 */
export class GrokLab extends LitElement {
  static override styles = [theme, headerStyle, labStyle, deviceBadgeStyle];

  /** Chooses the engine; the laboratory starts once it is set. */
  @property({ attribute: false }) chooseEngine: ChooseEngine | undefined;
  /** Certifies datasets; without one, none can be. */
  @property({ attribute: false }) certifier: Certifier | undefined;

  @state() private spec: SweepSpec = (PRESETS[0] as (typeof PRESETS)[number]).spec;
  @state() private sweep: Sweep | undefined;
  @state() private selected: CellPosition | undefined;
  /** Of the present sweep: the one that goes on, or the last. */
  @state() private certification: Certification | undefined;
  @state() private problem = '';
  /** A run that waits for the reader's word, since it would take long. */
  @state() private long: { readonly spec: SweepSpec; readonly seconds: number } | undefined;
  /** Counts what the charts have to show anew; progress has a count of its own. */
  @state() private painted = 0;
  @state() private noted = 0;
  /** Whether the form stands beside the map; else it is folded away above it. */
  @state() private wide = true;

  readonly #room = matchMedia('(min-width: 721px)');
  #view: View | undefined;
  /** The run that goes on, or the last one; the next begins when it has ended. */
  #run: Promise<void> = Promise.resolve();
  /** Counts the runs asked for: of several that wait, the newest begins. */
  #asked = 0;
  #owner: EngineOwner | undefined;
  /** Sweeps of one replica that run beside the map's. */
  readonly #beside = new Set<Sweep>();
  #frame = 0;
  #nextPaint = 0;

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('chooseEngine') && this.chooseEngine) this.#begin(this.chooseEngine);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener('hashchange', this.#restore);
    this.#room.addEventListener('change', this.#fold);
    this.#fold();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener('hashchange', this.#restore);
    this.#room.removeEventListener('change', this.#fold);
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    // An element that is moved within the document is back by then, and its sweep goes on.
    queueMicrotask(() => {
      if (this.isConnected) return;
      this.#asked++;
      this.#owner?.cancel();
      this.sweep?.stop();
      for (const sweep of this.#beside) sweep.stop();
      this.certification?.stop();
      this.#run = this.#run.then(() => this.#owner?.dispose());
    });
  }

  readonly #fold = (): void => {
    this.wide = this.#room.matches;
  };

  /** The first run: the spec in the link, else the quick preset. */
  #begin(chooseEngine: ChooseEngine): void {
    const before = this.#owner;
    this.#owner = new EngineOwner(chooseEngine);
    this.#owner.onchange = () => this.requestUpdate();
    this.#run = this.#run.then(() => before?.dispose());
    this.#follow(() => specFromHash(location.hash) ?? this.spec);
  }

  /** A link followed while the page is open. */
  readonly #restore = (): void => {
    if (this.chooseEngine) this.#follow(() => specFromHash(location.hash));
  };

  /** Runs what a link says; one that cannot be restored changes nothing. */
  #follow(read: () => SweepSpec | undefined): void {
    try {
      const spec = read();
      if (spec) this.#start(spec);
    } catch (error) {
      if (!(error instanceof FieldError)) throw error;
      this.problem = `The link cannot be restored. ${error.message}.`;
    }
  }

  /** Runs a spec once what ran before, which is stopped, has ended: an engine runs one at a time. */
  #start(spec: SweepSpec): void {
    this.spec = spec;
    this.problem = '';
    this.#owner?.cancel();
    this.sweep?.stop();
    this.certification?.stop();
    const asked = ++this.#asked;
    this.#run = this.#run.then(() => this.#sweep(spec, asked));
  }

  async #sweep(spec: SweepSpec, asked: number): Promise<void> {
    const engine = asked === this.#asked ? await this.#engine(spec) : undefined;
    // Another run may have been asked for while the engine started, or while it was checked.
    if (!engine || asked !== this.#asked) return;
    const sweep = new Sweep(new SweepPlan(spec), engine);
    sweep.onchange = () => this.#schedule();
    const { thresholds } = spec;
    const threshold = Math.max(0, thresholds.test.indexOf(SHOWN_ACCURACY));
    this.#view = { plan: sweep.plan, table: sweep.table, threshold };
    this.selected = undefined;
    this.certification = undefined;
    this.sweep = sweep;
    await sweep.run();
    this.#select();
  }

  /** The engine of the present preference for a spec; undefined, and said why, if it cannot be had. */
  async #engine(spec: SweepSpec): Promise<Engine | undefined> {
    try {
      return await this.#owner?.engine(isTraining(spec));
    } catch (error) {
      this.problem = error instanceof Error ? error.message : String(error);
      return undefined;
    }
  }

  /** Trains one replica beside the sweep, on the processor. */
  readonly #trainOne: TrainOne = async (spec) => {
    try {
      const choice = await (this.chooseEngine as ChooseEngine)('wasm', isTraining(spec));
      const sweep = new Sweep(new SweepPlan(spec), choice.engine);
      this.#beside.add(sweep);
      await sweep.run();
      this.#beside.delete(sweep);
      choice.engine.dispose();
      const rows = sweep.table.record(0);
      if (sweep.table.failures.has(0)) return sweep.table.failures.get(0) ?? '';
      return rows ?? (sweep.message || 'it was stopped');
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  };

  /** Certifies datasets of the present sweep, while it runs or after; one certification at a time. */
  #certify(request: CertifyRequest): void {
    const view = this.#view;
    if (!view || !this.certifier || this.certification?.state === 'running') return;
    const certification = new Certification(view.plan, view.table, this.certifier, request);
    certification.onchange = () => this.#schedule();
    this.certification = certification;
    certification.run();
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
      const running = [this.sweep, this.certification].some((each) => each?.state === 'running');
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
      ${renderHeader(
        html`<h1 class="name">Grokscope</h1>`,
        {
          preference: this.#owner?.preference ?? 'auto',
          choice: this.#owner?.choice,
          check: this.#owner?.check,
        },
        (preference) => this.#prefer(preference),
      )}
      <main>
        <section class="controls" aria-label="Experiment">
          <details class="setup" ?open=${this.wide}>
            <summary>Experiment</summary>
            <grok-spec-form
              .spec=${this.spec}
              @spec-submit=${(event: CustomEvent<SweepSpec>) => this.#submit(event.detail)}
            ></grok-spec-form>
          </details>
          <grok-progress .sweep=${this.sweep} .revision=${this.noted}></grok-progress>
        </section>
        <section class="picture" aria-label="Map">
          ${this.#renderProblem()} ${this.#renderLong()}
          ${view ? this.#renderPictures(view) : html`<p class="muted">${this.problem ? nothing : 'Starting …'}</p>`}
        </section>
        <section class="detail" aria-label="Replica">
          <grok-inspector
            .view=${view}
            .revision=${this.painted}
            .cell=${this.selected}
            .certifiable=${this.certifier !== undefined && this.certification?.state !== 'running'}
            .train=${this.#trainOne}
            @certify=${(event: CustomEvent<CertifyRequest>) => this.#certify(event.detail)}
          ></grok-inspector>
        </section>
        <section class="theory" aria-label="Theory">${view ? this.#renderTheory(view) : nothing}</section>
      </main>
    `;
  }

  #renderProblem(): unknown {
    const { choice, preference } = this.#owner ?? {};
    const failed = this.sweep?.state === 'failed' && choice?.engine.info.kind === 'webgpu';
    const refused = this.problem !== '' && preference === 'webgpu' && !choice;
    if (this.problem === '' && !failed) return nothing;
    return html`<div class="notice" role="alert">
      <p>${this.problem || 'The GPU could not finish this run.'}</p>
      ${failed || refused ? html`<button @click=${() => this.#prefer('wasm')}>Run on the CPU</button>` : nothing}
    </div>`;
  }

  #renderPictures(view: View): unknown {
    const { plan } = view;
    return html`
      <h2>When does it grok?</h2>
      <p class="muted">
        The time t_test at which test accuracy reaches ${this.#renderThreshold(view)}, colours
        logarithmic. ${commonText(plan)}; ${cellText(plan)}.
      </p>
      <grok-heatmap
        .view=${view}
        .revision=${this.painted}
        .selected=${this.selected}
        @cell-select=${(event: CustomEvent<CellPosition>) => {
          this.selected = event.detail;
        }}
      ></grok-heatmap>
      ${this.#renderProfile(view)}
    `;
  }

  /** Certificates, and the fits of the divergence. */
  #renderTheory(view: View): unknown {
    return html`
      <grok-certificates
        .view=${view}
        .revision=${this.painted}
        .row=${this.#row(view)}
        .certification=${this.certification}
        @certify=${(event: CustomEvent<CertifyRequest>) => this.#certify(event.detail)}
        @certify-stop=${() => this.certification?.stop()}
      ></grok-certificates>
      <grok-divergence
        .view=${view}
        .revision=${this.painted}
        .row=${this.#row(view)}
        .running=${this.sweep?.state === 'running'}
      ></grok-divergence>
    `;
  }

  /** The row of the map that is summed up along x: the selected one. */
  #row({ plan }: View): number {
    return this.selected?.iy ?? Math.floor(plan.ys.length / 2);
  }

  /** The threshold shown, to choose from where there are several. */
  #renderThreshold(view: View): unknown {
    const { test } = view.plan.spec.thresholds;
    if (test.length === 1) return html`<strong>${test[0]}</strong>`;
    return html`<select
      class="inline"
      aria-label="Test accuracy shown"
      @change=${(event: Event) => {
        this.#view = { ...view, threshold: Number((event.target as HTMLSelectElement).value) };
        this.painted++;
      }}
    >
      ${test.map((a, k) => html`<option value=${k} ?selected=${k === view.threshold}>${a}</option>`)}
    </select>`;
  }

  /** Medians along x; none where x itself runs over seeds. */
  #renderProfile(view: View): unknown {
    const { plan } = view;
    const { x, y } = plan.spec;
    if (x.over === 'seed') return nothing;
    const row = this.#row(view);
    const where = y.over === 'seed' ? '' : ` at ${PARAMETER_LABELS[y.over].symbol} ${plan.ys[row]}`;
    return html`
      <h2>Median over seeds${where}</h2>
      <p class="muted">
        quartiles shaded; replicas that had not grokked by t_end count as later than all
        others${x.over === 'lambda' && followsMargin(plan.spec) ? '; dashed, late-time theory for N → ∞' : nothing}
      </p>
      <grok-profile .view=${view} .revision=${this.painted} .row=${row}></grok-profile>
    `;
  }

  #submit(spec: SweepSpec): void {
    history.replaceState(null, '', hashOf(spec));
    const setup = this.renderRoot.querySelector<HTMLDetailsElement>('.setup');
    if (setup && !this.wide) {
      setup.open = false;
      setup.querySelector('summary')?.focus();
    }
    const processors = Math.max(1, (navigator.hardwareConcurrency ?? 2) - 1);
    const seconds = estimateSeconds(spec, processors);
    this.long = seconds > LONG ? { spec, seconds } : undefined;
    if (!this.long) this.#start(spec);
  }

  /** Says what a run would take, and offers the flow. */
  #renderLong(): unknown {
    const { long } = this;
    if (!long) return nothing;
    const start = (spec: SweepSpec): void => {
      this.long = undefined;
      history.replaceState(null, '', hashOf(spec));
      this.#start(spec);
    };
    return html`<div class="notice" role="alert">
      <p>
        This takes up to about ${duration(long.seconds)} on this
        device.${hasFlow(long.spec) ? ' Gradient flow, which it follows for small η, takes seconds or minutes.' : nothing}
      </p>
      ${hasFlow(long.spec) ? html`<button @click=${() => start(asFlow(long.spec))}>Run gradient flow</button>` : nothing}
      <button @click=${() => start(long.spec)}>Run it all the same</button>
    </div>`;
  }

  #prefer(preference: EnginePreference): void {
    if (this.#owner) this.#owner.preference = preference;
    this.#start(this.spec);
  }
}

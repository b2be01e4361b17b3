import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { property, state } from 'lit/decorators.js';
import { asksForGpu, type ChooseEngine, type EnginePreference } from '../model/engine.ts';
import { FieldError } from '../model/fields.ts';
import type { Certifier } from '../model/separability/certifier.ts';
import { followsMargin, parseSpec, type SweepSpec } from '../model/spec.ts';
import { decodeFile } from '../results/formats.ts';
import { isTimed } from '../results/quantities.ts';
import type { RunInfo, RunStore } from '../store/runs.ts';
import { firstAccuracy, type MapView, sameGrid } from '../sweep/cells.ts';
import { SweepPlan } from '../sweep/plan.ts';
import { carryOver, withMoreSeeds } from '../sweep/seeds.ts';
import { type Sweep, tableFor } from '../sweep/sweep.ts';
import { asFlow, estimateSeconds, hasFlow } from '../sweep/training-cost.ts';
import { Address } from './address.ts';
import { cellText, commonText } from './caption.ts';
import type { CertifyRequest } from './certificates.ts';
import type { OtherRun } from './compared.ts';
import { deviceBadgeStyle } from './device-badge.ts';
import { duration, PARAMETER_LABELS } from './format.ts';
import { afterFrame } from './frames.ts';
import { renderGlossary } from './glossary-list.ts';
import { headerStyle, renderHeader } from './header.ts';
import { labStyle } from './lab-style.ts';
import { FIRST_VIEW, type LabView } from './lab-view.ts';
import { hashOf, type LinkState, stateFromHash } from './link.ts';
import { LiveView } from './live-view.ts';
import type { CellPosition, CellRange, MapWindow } from './map-window.ts';
import { type Origin, originOfFile } from './origin.ts';
import { PRESETS } from './presets.ts';
import { QUANTITY_WORDS } from './quantity.ts';
import { recordedLink, replayText } from './replay.ts';
import { Runner, type RunRequest, type Shown } from './runner.ts';
import type { RunAction } from './runs.ts';
import type { SigmaChange } from './sigma-slider.ts';
import { theme } from './theme.ts';
import { TOUR } from './tour-steps.ts';

/** Seconds of training in steps that are not begun without a word. */
const LONG = 3600;

/** Bytes of a file that is read at all. */
const LARGEST_FILE = 1e9;

/** What a reader does that is answered in the next frame. */
const INPUTS = ['pointermove', 'pointerdown', 'keydown'] as const;

/** What is painted anew in a frame of its own, each with what stands beside it, in this order. */
const PICTURES = ['map', 'profile', 'histogram', 'theory'] as const;

/** What happens while a file is dragged over the page. */
const DRAGS = ['dragover', 'dragleave', 'drop'] as const;

/**
 * The laboratory: a spec, its sweep on an engine, the map, the profile and one replica.
 */
export class GrokLab extends LitElement {
  static override styles = [theme, headerStyle, labStyle, deviceBadgeStyle];

  /** Chooses the engine; the laboratory starts once it is set. */
  @property({ attribute: false }) chooseEngine: ChooseEngine | undefined;
  /** Certifies datasets; without one, none can be. */
  @property({ attribute: false }) certifier: Certifier | undefined;

  /** Version of the program, for files. */
  @property() version = '';
  /** Opens the store of kept runs; without one, none are kept. */
  @property({ attribute: false }) openStore: (() => Promise<RunStore>) | undefined;

  @state() private spec: SweepSpec = (PRESETS[0] as (typeof PRESETS)[number]).spec;
  @state() private sweep: Sweep | undefined;
  /** Of results that the engine of the sweep has not computed. */
  @state() private origin: Origin | undefined;
  /** What is shown of the sweep. */
  @state() private shown: LabView = FIRST_VIEW;
  /** What was shown before a click, whose answer is the mark on the map: the replica itself follows a frame later. */
  @state() private answering: LabView | undefined;
  #underPointer: CellPosition | undefined;
  /** The same a frame later, for what tells of it beside the tip of the map. */
  @state() private hovered: CellPosition | undefined;
  @state() private pointed: number | undefined;
  /** The cells of the bar of the histogram that is pointed at. */
  @state() private marked: readonly CellPosition[] = [];
  @state() private problem = '';
  /** A run that waits for the reader's word, since it would take long. */
  @state() private long: { readonly request: RunRequest; readonly seconds: number } | undefined;
  /** Count what pictures, and what the figures of the progress have to show anew. */
  @state() private revisions: Readonly<Record<(typeof PICTURES)[number], number>> = {
    map: 0,
    profile: 0,
    histogram: 0,
    theory: 0,
  };
  @state() private noted = 0;
  /** Whether the form stands beside the map; else it is folded away above it. */
  @state() private wide = true;

  readonly #room = matchMedia('(min-width: 721px)');
  #view: MapView | undefined;
  /** What the cells of its map are; all of them are looked at for it. */
  #caption = '';
  readonly #runner = new Runner();
  /** Another kept run over the same grid, to compare with. */
  @state() private other: OtherRun | undefined;
  readonly #isSeen = (): boolean => this.#runner.seen;
  readonly #live = new LiveView({
    isRunning: () => this.#running,
    note: () => {
      this.noted++;
    },
    pictures: PICTURES.map((name) => () => {
      this.revisions = { ...this.revisions, [name]: this.revisions[name] + 1 };
      return this.updateComplete;
    }),
  });
  /** The cells that the pointer tells of, on the map or in the histogram, and the columns of the latter. */
  #toldOf: readonly CellPosition[] = [];
  #markedColumns: readonly number[] = [];
  readonly #address = new Address();

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('chooseEngine') && this.chooseEngine) this.#begin(this.chooseEngine);
    const names: ReadonlyMap<PropertyKey, unknown> = changed;
    if (!names.has('hovered') && !names.has('marked')) return;
    const { hovered, marked } = this;
    this.#toldOf = hovered ? [hovered] : marked;
    this.#markedColumns = marked.map(({ ix }) => ix);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener('hashchange', this.#restore);
    for (const type of DRAGS) this.addEventListener(type, this.#onDrag);
    for (const type of INPUTS) this.addEventListener(type, this.#onInput, { passive: true });
    // What came in while it was moved is still to be painted.
    if (this.sweep) this.#live.ask();
    this.#room.addEventListener('change', this.#fold);
    this.#fold();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener('hashchange', this.#restore);
    this.#room.removeEventListener('change', this.#fold);
    this.#live.cancel();
    // An element that is moved within the document is back by then, and its sweep goes on.
    queueMicrotask(() => {
      if (!this.isConnected) this.#runner.close();
    });
  }

  readonly #onInput = (): void => this.#live.noteInput();

  readonly #fold = (): void => {
    this.wide = this.#room.matches;
  };

  /** The first run: the spec in the link, else the quick preset. */
  #begin(chooseEngine: ChooseEngine): void {
    const runner = this.#runner;
    runner.onchange = () => this.#live.ask();
    runner.onstate = () => this.requestUpdate();
    runner.onshow = (shown) => this.#show(shown);
    runner.onend = () => this.#select();
    runner.onproblem = (problem) => {
      this.problem = problem;
    };
    runner.begin(chooseEngine, this.openStore);
    this.#follow(() => stateFromHash(location.hash) ?? { spec: this.spec, view: FIRST_VIEW });
  }

  /** A link followed while the page is open, and the way back and forward. */
  readonly #restore = (): void => {
    if (!this.chooseEngine) return;
    this.#address.forget();
    this.#follow(() => stateFromHash(location.hash));
    // On a phone it may begin below an open form.
    this.updateComplete.then(() => {
      this.renderRoot.querySelector('grok-tour')?.scrollIntoView({ block: 'nearest' });
    });
  };

  /** Shows what a link says, and runs it if it is another spec; one that cannot be restored changes nothing. */
  #follow(read: () => LinkState | undefined): void {
    try {
      const state = read();
      if (!state) return;
      const same = JSON.stringify(state.spec) === JSON.stringify(this.#view?.plan.spec);
      if (same && !state.view.recorded) {
        this.#look(state.view);
        this.#select();
      } else if (state.view.recorded) this.#start({ ...state, from: 'kept' });
      else this.#startOrAsk({ ...state, from: 'kept' });
    } catch (error) {
      if (!(error instanceof FieldError)) throw error;
      this.problem = `The link cannot be restored. ${error.message}.`;
    }
  }

  #start(request: RunRequest): void {
    this.spec = request.spec;
    this.problem = '';
    this.long = undefined;
    const { cell, nth, recorded } = request.view ?? this.shown;
    // A link to one replica runs that one.
    const one = recorded && cell;
    this.#runner.start(request, one && ((plan) => plan.firstOf(cell.ix, cell.iy) + nth));
  }

  #show({ sweep, origin, request }: Shown): void {
    this.answering = undefined;
    this.#underPointer = this.hovered = undefined;
    this.marked = [];
    this.other = undefined;
    this.sweep = sweep;
    this.origin = origin;
    this.#look(request.view ?? this.shown);
  }

  /** Shows the sweep another way, without a run. */
  #look(shown: LabView): void {
    this.shown = shown;
    const { sweep } = this;
    if (!sweep) return;
    const { plan, table } = sweep;
    const { quantity, accuracy = firstAccuracy(plan.spec) } = shown;
    const before = this.#view;
    if (before?.table !== table || before.quantity !== quantity || before.accuracy !== accuracy) {
      if (before?.plan !== plan) this.#caption = `${commonText(plan)}; ${cellText(plan)}`;
      this.#view = { plan, table, quantity, accuracy };
    }
  }

  /** The reader shows it another way: into the link, as a step of its own or in place of the last. */
  #change(change: Partial<LabView>, step: 'push' | 'replace' = 'push'): void {
    this.#look({ ...this.shown, ...change });
    const hash = hashOf(this.spec, this.shown);
    if (step === 'push') this.#address.pushSoon(hash);
    else this.#address.replaceSoon(hash);
  }

  /** The tip on the map is the answer; what else tells of the cell follows a frame later. */
  #hover(cell: CellPosition | undefined): void {
    this.#underPointer = cell;
    afterFrame(() => {
      this.hovered = this.#underPointer;
    });
  }

  #selectCell(cell: CellPosition): void {
    this.answering ??= this.shown;
    afterFrame(() => {
      this.answering = undefined;
    });
    this.#change({ cell, nth: 0 });
  }

  #certify(request: CertifyRequest): void {
    if (this.#view && this.certifier) this.#runner.certify(this.#view, this.certifier, request);
  }

  /** At the end of a run something is selected: a cell just below the edge tells the story. */
  #select(): void {
    const view = this.#view;
    if (!view || this.shown.cell || this.sweep?.state !== 'done') return;
    const { xs, ys, spec } = view.plan;
    const aim = spec.x.over === 'lambda' ? xs.findLastIndex((x) => x <= 0.46) : -1;
    this.#look({ ...this.shown, cell: { ix: Math.max(0, aim), iy: Math.floor(ys.length / 2) } });
  }

  /** Whether something goes on of what is shown. */
  get #running(): boolean {
    const { certification } = this.#runner;
    return [this.sweep, certification].some((each) => each?.state === 'running');
  }

  /** What is shown, as far as the replica beside the map has it. */
  get #inspected(): LabView {
    return this.answering ?? this.shown;
  }

  protected override render(): unknown {
    const view = this.#view;
    const { cell, nth } = this.#inspected;
    return html`
      ${renderHeader(
        html`<h1 class="name">Grokscope</h1>`,
        {
          preference: this.#runner.owner?.preference ?? 'auto',
          choice: this.#runner.owner?.choice,
          check: this.#runner.owner?.check,
        },
        (preference) => this.#prefer(preference),
      )}
      <main>
        <section class="controls" aria-label="Experiment">
          <details class="setup" ?open=${this.wide}>
            <summary>Experiment</summary>
            <grok-spec-form
              .spec=${this.spec}
              .trainsOn=${this.#trainsOn}
              @spec-submit=${(event: CustomEvent<SweepSpec>) => this.#submit(event.detail)}
            ></grok-spec-form>
          </details>
          <grok-progress
            .sweep=${this.sweep}
            .revision=${this.noted}
            @sweep-continue=${() => this.#continue()}
          ></grok-progress>
          ${this.wide ? this.#renderRuns() : nothing}
        </section>
        <section class="picture" aria-label="Map">
          ${
            this.shown.tour === undefined
              ? nothing
              : html`<grok-tour
                  .step=${this.shown.tour}
                  @tour-step=${(event: CustomEvent<number | null>) => this.#goTo(event.detail)}
                ></grok-tour>`
          }
          ${this.#renderProblem()} ${this.#renderLong()} ${view ? this.#renderReplay(view) : nothing}
          ${view ? this.#renderPictures(view) : html`<p class="muted">${this.problem ? nothing : 'Starting …'}</p>`}
        </section>
        <section class="detail" aria-label="Replica">
          <grok-inspector
            .view=${view}
            .revision=${this.revisions.map}
            .cell=${cell}
            .seed=${nth}
            .hovered=${this.#toldOf}
            .linkOf=${this.#linkOf}
            @seed-select=${(event: CustomEvent<number>) => this.#change({ nth: event.detail })}
            .certifiable=${this.certifier !== undefined && this.#runner.certification?.state !== 'running'}
            .train=${this.#runner.trainOne}
            @certify=${(event: CustomEvent<CertifyRequest>) => this.#certify(event.detail)}
          ></grok-inspector>
        </section>
        <section class="theory" aria-label="Theory">${
          view
            ? html`${this.#renderTheory(view)} ${this.wide ? nothing : this.#renderRuns()}
                ${renderGlossary()} ${this.#renderTakeOut(view)}`
            : nothing
        }</section>
      </main>
    `;
  }

  #renderProblem(): unknown {
    const { choice, preference } = this.#runner.owner ?? {};
    const failed = this.sweep?.state === 'failed' && choice?.engine.info.kind === 'webgpu';
    const refused = this.problem !== '' && preference && asksForGpu(preference) && !choice;
    if (this.problem === '' && !failed) return nothing;
    return html`<div class="notice" role="alert">
      <p>${this.problem || 'The GPU could not finish this run.'}</p>
      ${failed || refused ? html`<button @click=${() => this.#prefer('wasm')}>Run on the CPU</button>` : nothing}
    </div>`;
  }

  /** A step of the tour is a link; its end leaves what is shown. */
  #goTo(step: number | null): void {
    const at = step === null ? undefined : TOUR[step - 1];
    if (at) location.hash = hashOf(at.spec, { ...at.view, tour: step ?? undefined });
    else this.#change({ tour: undefined });
  }

  /** What became of a replica that a link has recorded. */
  #renderReplay({ plan, table, accuracy }: MapView): unknown {
    const { recorded, cell, nth } = this.shown;
    const { sweep } = this;
    if (!recorded || !cell || !sweep) return nothing;
    const index = plan.firstOf(cell.ix, cell.iy) + nth;
    const text = replayText(table, index, accuracy, recorded, sweep.engine.info.kind);
    return html`<div class="notice replay" role="status">
      <p>${text}</p>
      <button @click=${() => this.#runWhole()}>Run the whole map</button>
    </div>`;
  }

  #runWhole(): void {
    const view = { ...this.shown, recorded: undefined };
    this.#address.push(hashOf(this.spec, view));
    this.#start({ spec: this.spec, view, from: 'kept' });
  }

  /** On a phone below everything: the map comes first. */
  #renderRuns(): unknown {
    if (!this.openStore) return nothing;
    const { runs, keeper, problem } = this.#runner.shelf;
    const { sweep } = this;
    return html`<grok-runs
      .runs=${runs}
      .current=${keeper?.info.id ?? ''}
      .kept=${keeper?.kept ?? 0}
      .problem=${problem}
      .extensible=${sweep?.state === 'done' && !this.origin && !this.shown.recorded && sweep.plan.spec.ensemble !== 'twoPoint'}
      @run-action=${(event: CustomEvent<RunAction>) => this.#act(event.detail)}
      @seeds-add=${(event: CustomEvent<number>) => this.#addSeeds(event.detail)}
    ></grok-runs>`;
  }

  async #act(action: RunAction): Promise<void> {
    const { run } = action;
    if (action.kind === 'rename') return this.#runner.shelf.rename(run.id, action.name);
    if (action.kind === 'delete') return this.#runner.shelf.delete(run.id);
    try {
      const spec = parseSpec(run.spec);
      if (action.kind === 'open') {
        this.#address.push(hashOf(spec));
        this.#start({ spec, view: FIRST_VIEW, from: run });
      } else await this.#compare(run, new SweepPlan(spec));
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.problem = `The run cannot be opened. ${message}`;
    }
  }

  async #compare(run: RunInfo, plan: SweepPlan): Promise<void> {
    if (!this.sweep || !sameGrid(this.sweep.plan, plan)) {
      this.problem = 'Only runs over the same grid can be compared: this one has other axes.';
      return;
    }
    this.problem = '';
    this.other = { run, table: await this.#runner.shelf.read(plan, run) };
    await this.updateComplete;
    this.renderRoot.querySelector('grok-compared')?.scrollIntoView({ block: 'nearest' });
  }

  /** Shows a result file, of whatever origin. */
  async #openFile(file: File): Promise<void> {
    try {
      if (file.size > LARGEST_FILE) throw new Error('It has more than 1 GB.');
      const bytes = new Uint8Array(await file.arrayBuffer());
      const { spec, table, provenance } = decodeFile(bytes, (each) => new SweepPlan(each));
      const origin = originOfFile(file.name, provenance);
      this.#address.push(hashOf(spec));
      this.#start({ spec, view: FIRST_VIEW, from: { table, origin } });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.problem = `${file.name} cannot be opened. ${message}`;
    }
  }

  readonly #onDrag = (event: DragEvent): void => {
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    this.toggleAttribute('data-dropping', event.type === 'dragover');
    const [file] = event.dataTransfer.files;
    if (event.type === 'drop' && file) this.#openFile(file);
  };

  #addSeeds(more: number): void {
    const { sweep } = this;
    if (!sweep) return;
    try {
      const spec = withMoreSeeds(sweep.plan.spec, more);
      const plan = new SweepPlan(spec);
      const table = tableFor(plan);
      carryOver(sweep.plan, sweep.table, plan, table);
      const view = { ...this.shown, window: undefined, brush: undefined };
      this.#address.push(hashOf(spec, view));
      this.#start({ spec, view, from: { table } });
    } catch (error) {
      if (!(error instanceof FieldError)) throw error;
      this.problem = `So many seeds cannot be added. ${error.message}.`;
    }
  }

  /** Goes on with a sweep that was stopped or failed. */
  #continue(): void {
    const { sweep, origin } = this;
    if (!sweep) return;
    const { keeper, shelf } = this.#runner;
    // What could not be kept is in the table alone.
    const whole = keeper?.problem === '' ? keeper.info.id : undefined;
    const run = shelf.runs.find(({ id }) => id === whole);
    this.#start({ spec: sweep.plan.spec, from: run ?? { table: sweep.table, origin } });
  }

  #renderCompared(view: MapView): unknown {
    const { other } = this;
    if (!other) return nothing;
    const { colourMap, colourRange } = this.shown;
    return html`<grok-compared
      .view=${view}
      .other=${other}
      .colourMap=${colourMap}
      .colourRange=${colourRange}
      .pointed=${this.hovered?.ix}
      .revision=${this.revisions.profile}
      @comparison-end=${() => {
        this.other = undefined;
      }}
    ></grok-compared>`;
  }

  /** The link that runs a replica again and holds it against what it came to here. */
  readonly #linkOf = (index: number): string => {
    const { sweep, origin } = this;
    const shown = this.#inspected;
    if (!sweep) return location.href;
    // What is asked for may be another spec already.
    const { plan, table, engine } = sweep;
    const kind = origin?.kind ?? engine.info.kind;
    const recorded = recordedLink(table, index, this.#view?.accuracy, kind);
    return new URL(hashOf(plan.spec, { ...shown, recorded }), location.href).href;
  };

  #renderPictures(view: MapView): unknown {
    const { plan, quantity } = view;
    const { title, sentence } = QUANTITY_WORDS[quantity];
    const { cell, window, brush, colourMap, colourRange } = this.shown;
    // On a phone the map comes first.
    const bar = html`<grok-view-bar
        .view=${view}
        .shown=${this.shown}
        .revision=${this.revisions.map}
        @view-change=${({ detail }: CustomEvent<Partial<LabView>>) =>
          this.#change(detail, 'accuracy' in detail ? 'replace' : 'push')}
      >${
        [plan.spec.x.over, plan.spec.y.over].includes('sigma')
          ? nothing
          : html`<grok-sigma-slider
              .spec=${this.spec}
              .ready=${this.#isSeen}
              @sigma-change=${(event: CustomEvent<SigmaChange>) => this.#slide(event.detail)}
            ></grok-sigma-slider>`
      }</grok-view-bar>`;
    return html`
      <h2>${title}</h2>
      <p class="muted">${sentence} ${this.#caption}.</p>
      ${this.wide ? bar : nothing}
      <grok-heatmap
        .view=${view}
        .revision=${this.revisions.map}
        .selected=${cell}
        .brush=${brush}
        .window=${window}
        .pointed=${this.pointed}
        .marked=${this.marked}
        .colourMap=${colourMap}
        .colourRange=${colourRange}
        .explorable=${true}
        @cell-select=${(event: CustomEvent<CellPosition>) => this.#selectCell(event.detail)}
        @cell-hover=${(event: CustomEvent<CellPosition | null>) => this.#hover(event.detail ?? undefined)}
        @cells-brush=${(event: CustomEvent<CellRange | null>) =>
          this.#change({ brush: event.detail ?? undefined }, 'replace')}
        @window-change=${(event: CustomEvent<MapWindow | null>) =>
          this.#change({ window: event.detail ?? undefined }, 'replace')}
      ></grok-heatmap>
      ${this.wide ? nothing : bar}
      ${this.#renderCompared(view)}
      <grok-pool .view=${view} .revision=${this.revisions.profile} .brush=${brush}></grok-pool>
      ${this.#renderProfile(view)} ${this.#renderHistogram(view)}
    `;
  }

  /** Certificates, and the fits of the divergence. */
  #renderTheory(view: MapView): unknown {
    return html`
      <grok-certificates
        .view=${view}
        .revision=${this.revisions.theory}
        .row=${this.#row(view)}
        .certification=${this.#runner.certification}
        @certify=${(event: CustomEvent<CertifyRequest>) => this.#certify(event.detail)}
        @certify-stop=${() => this.#runner.certification?.stop()}
      ></grok-certificates>
      <grok-divergence
        .view=${view}
        .revision=${this.revisions.theory}
        .row=${this.#row(view)}
        .running=${this.#running}
      ></grok-divergence>
    `;
  }

  #renderTakeOut(view: MapView): unknown {
    return html`<grok-take-out
        .view=${view}
        .shown=${this.shown}
        .row=${this.#row(view)}
        .sweep=${this.sweep}
        .why=${this.#runner.owner?.choice?.why ?? ''}
        .check=${this.#runner.owner?.check}
        .origin=${this.origin}
        .version=${this.version}
        .revision=${this.revisions.theory}
        @file-open=${(event: CustomEvent<File>) => this.#openFile(event.detail)}
      ></grok-take-out>`;
  }

  /** The row of the map that is summed up along x: the selected one. Over seeds all are, whichever is named. */
  #row({ plan }: MapView): number {
    if (plan.spec.y.over === 'seed') return 0;
    return this.shown.cell?.iy ?? Math.floor(plan.ys.length / 2);
  }

  /** Medians along x; none where x itself runs over seeds. */
  #renderProfile(view: MapView): unknown {
    const { plan, quantity } = view;
    const { x, y } = plan.spec;
    if (x.over === 'seed') return nothing;
    const row = this.#row(view);
    const where = y.over === 'seed' ? '' : ` at ${PARAMETER_LABELS[y.over].symbol} ${plan.ys[row]}`;
    return html`
      <h2>Median over seeds${where}</h2>
      <p class="muted">
        ${QUANTITY_WORDS[quantity].symbol(view.accuracy)}, quartiles
        shaded${isTimed(quantity) ? '; replicas that had not got there by t_end count as later than all others' : nothing}${quantity === 'testTime' && x.over === 'lambda' && followsMargin(plan.spec) ? '; dashed, late-time theory for N → ∞' : nothing}
      </p>
      <grok-profile
        .view=${view}
        .revision=${this.revisions.profile}
        .row=${row}
        .window=${this.shown.window}
        .pointed=${this.hovered?.ix ?? this.pointed}
        .marked=${this.#markedColumns}
        @column-hover=${(event: CustomEvent<number | null>) => {
          this.pointed = event.detail ?? undefined;
        }}
      ></grok-profile>
    `;
  }

  /** How the replicas of the whole map are distributed. */
  #renderHistogram(view: MapView): unknown {
    return html`
      <h2>All replicas</h2>
      <grok-histogram
        .view=${view}
        .revision=${this.revisions.histogram}
        .hovered=${this.hovered}
        @bin-hover=${(event: CustomEvent<readonly CellPosition[] | null>) => {
          this.marked = event.detail ?? [];
        }}
      ></grok-histogram>
    `;
  }

  /** What estimates hold for: the engine there is, or processors. */
  get #trainsOn(): number | 'gpu' {
    if (this.#runner.owner?.choice?.engine.info.kind === 'webgpu') return 'gpu';
    return Math.max(1, (navigator.hardwareConcurrency ?? 2) - 1);
  }

  #submit(spec: SweepSpec): void {
    // The way of showing it stays; places on the map do not.
    const { quantity, colourMap } = this.shown;
    const view: LabView = { ...FIRST_VIEW, quantity, colourMap };
    this.#address.push(hashOf(spec, view));
    const setup = this.renderRoot.querySelector<HTMLDetailsElement>('.setup');
    if (setup && !this.wide) {
      setup.open = false;
      setup.querySelector('summary')?.focus();
    }
    this.#startOrAsk({ spec, view, from: 'nothing' });
  }

  /** Starts a run, after a word of the reader if it would take long. */
  #startOrAsk(request: RunRequest): void {
    const seconds = estimateSeconds(request.spec, this.#trainsOn);
    if (seconds > LONG) {
      this.spec = request.spec;
      this.long = { request, seconds };
    } else this.#start(request);
  }

  /** Runs the map at another σ: in passing while the slider moves, for good where it comes to rest. */
  #slide({ sigma, settled }: SigmaChange): void {
    const spec = { ...this.spec, sigma };
    // From here on it is the map, not the one replica of a link.
    if (this.shown.recorded) this.#look({ ...this.shown, recorded: undefined });
    // The run of the last passing value may have come far: it goes on.
    const { sweep, origin } = this;
    const here = sweep?.plan.spec === this.spec && sigma === this.spec.sigma ? sweep : undefined;
    if (!settled) {
      if (!here) this.#start({ spec, from: 'passing' });
      return;
    }
    this.#address.push(hashOf(spec, this.shown));
    if (here && (this.#runner.shelf.keeper || origin)) return;
    this.#startOrAsk({ spec, from: here ? { table: here.table } : 'kept' });
  }

  /** Says what a run would take, and offers the flow. */
  #renderLong(): unknown {
    const { long } = this;
    if (!long) return nothing;
    const { spec } = long.request;
    const runFlow = (): void => {
      const flow = asFlow(spec);
      this.#address.replace(hashOf(flow, FIRST_VIEW));
      this.#start({ spec: flow, view: FIRST_VIEW, from: 'nothing' });
    };
    return html`<div class="notice" role="alert">
      <p>
        This takes up to about ${duration(long.seconds)} on this
        device.${hasFlow(spec) ? ' Gradient flow, which it follows for small η, takes seconds or minutes.' : nothing}
      </p>
      ${hasFlow(spec) ? html`<button @click=${runFlow}>Run gradient flow</button>` : nothing}
      <button @click=${() => this.#start(long.request)}>Run it all the same</button>
    </div>`;
  }

  #prefer(preference: EnginePreference): void {
    this.#runner.prefer(preference);
    this.#start({ spec: this.spec, from: 'nothing' });
  }
}

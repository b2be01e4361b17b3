import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { property, state } from 'lit/decorators.js';
import { keyed } from 'lit/directives/keyed.js';
import type { EnginePreference } from '../model/engine.ts';
import { parseSpec, type SweepSpec, workloadOf } from '../model/spec.ts';
import { decodeResults, encodeResults } from '../results/codec.ts';
import type { ResultTable } from '../results/table.ts';
import { firstAccuracy, type MapView } from '../sweep/cells.ts';
import { SweepPlan } from '../sweep/plan.ts';
import { Sweep, tableFor } from '../sweep/sweep.ts';
import { cellText, commonText } from './caption.ts';
import { progressStyle, quietButtonStyle } from './controls-style.ts';
import type { EngineShare } from './engine-share.ts';
import { count } from './format.ts';
import { FrameWork } from './frames.ts';
import { engineText } from './header.ts';
import type { GrokHeatmap } from './heatmap.ts';
import { FIRST_VIEW, type LabView } from './lab-view.ts';
import { specFromText, viewFromText } from './link.ts';
import type { CellPosition, CellRange, MapWindow } from './map-window.ts';
import { QUANTITY_WORDS } from './quantity.ts';
import { scopeStyle } from './scope-style.ts';
import { onSchemeChange, theme } from './theme.ts';

/** Milliseconds between two paintings of a running sweep. */
const PAINT_INTERVAL = 150;

/** How far a run has come; the detail of `grok-progress` and `grok-done`. */
export interface ScopeProgress {
  readonly done: number;
  readonly total: number;
}

/** The events of the element, by name. */
export interface GrokScopeEventMap {
  'grok-progress': CustomEvent<ScopeProgress>;
  'grok-done': CustomEvent<ScopeProgress>;
  'grok-error': CustomEvent<{ readonly message: string }>;
  'grok-select': CustomEvent<CellPosition>;
}

/** What `toBlob` makes. */
export type ScopeFormat = 'image/png' | 'application/json';

/** Hosts that render anew hand over another object that says the same, which is not another sweep. */
const saysOther = (now: unknown, before: unknown): boolean =>
  JSON.stringify(now) !== JSON.stringify(before);

/**
 * A map of grokking times in any page, precomputed or computed on the reader's device.
 *
 * @tag grok-scope
 *
 * @slot - shown until there is a picture, and where there is no JavaScript
 *
 * @fires grok-progress - CustomEvent<ScopeProgress> while it runs, at most some times a second
 * @fires grok-done - CustomEvent<ScopeProgress> when all replicas have come in
 * @fires grok-error - CustomEvent<{message: string}> when the spec, the file or the device is refused
 * @fires grok-select - CustomEvent<CellPosition> when the reader selects a cell
 *
 * @csspart map - the map with its colour bar
 * @csspart profile - the medians under it (`controls="full"`)
 * @csspart inspector - the curves of the selected replica (`controls="full"`)
 * @csspart controls - the row of buttons and its status
 * @csspart caption - what the map is of
 * @csspart button - each button of the row
 *
 * @cssprop --grok-ink - text
 * @cssprop --grok-muted - secondary text and axes
 * @cssprop --grok-line - borders and grid
 * @cssprop --grok-ground - background
 * @cssprop --grok-raised - background of notices
 * @cssprop --grok-accent - buttons, test accuracy, medians
 * @cssprop --grok-on-accent - text on the accent colour
 * @cssprop --grok-second - training accuracy and theory
 * @cssprop --grok-danger - failures
 * @cssprop --grok-hatch - lines of the hatch for "not by t_end"
 * @cssprop --grok-neutral - its ground
 * @cssprop --grok-never - cells that never grok
 * @cssprop --grok-start - cells that do from the start
 */
export class GrokScope extends LitElement {
  static override styles = [theme, progressStyle, quietButtonStyle, scopeStyle];

  /** The engine of the page, which all elements share; set before the element is defined. */
  static share: EngineShare | undefined;

  /** The sweep: fields as in a link of the laboratory, `samples=256&sigma=5`, or JSON. */
  @property({ hasChanged: saysOther }) spec: string | Record<string, unknown> = '';
  /** What is shown of it, as in a link: `show=delay&a=0.95&colours=cividis`. */
  @property() view = '';
  /** How much there is to operate: nothing, a row of buttons, or everything. */
  @property() controls: 'none' | 'compact' | 'full' = 'compact';
  /** Address of a result file in JSON, shown without any computation. */
  @property() src = '';
  /** When it begins to compute what is not in `src`: in view, or when the reader asks. */
  @property() reveal: 'visible' | 'interaction' = 'visible';
  /** Which engine computes. */
  @property() engine: EnginePreference = 'auto';
  /** Colours of the host page, of the system, or one of both. */
  @property() theme: 'auto' | 'light' | 'dark' = 'auto';

  @state() private shown: LabView = FIRST_VIEW;
  @state() private problem = '';
  @state() private revision = 0;
  @state() private hovered: CellPosition | undefined;
  @state() private pointed: number | undefined;
  @state() private scheme = '';
  @state() private paused = false;

  #plan: SweepPlan | undefined;
  #table: ResultTable | undefined;
  #view: MapView | undefined;
  #sweep: Sweep | undefined;
  #engineText = '';
  /** Whether the reader, the page or `reveal` wants it to compute. */
  #wanted = false;
  #visible = false;
  /** Whether it computes out of view as well, since `run` was called. */
  #anyway = false;
  /** Counts what was set up, so that an older file or turn is passed over. */
  #generation = 0;
  /** The turn on the engine that goes on or waits. */
  #turn: Promise<void> | undefined;
  #loading: { readonly abort: AbortController; readonly done: Promise<void> } | undefined;
  #observer: IntersectionObserver | undefined;
  #stopScheme = (): void => {};
  #joined = false;
  readonly #frames = new FrameWork(() => this.#tell(), PAINT_INTERVAL);

  override connectedCallback(): void {
    super.connectedCallback();
    if (!this.#joined) {
      this.#joined = true;
      GrokScope.share?.join();
    }
    this.#observer = new IntersectionObserver(
      (entries) => {
        this.#visible = entries.at(-1)?.isIntersecting ?? false;
        this.#attend();
      },
      { rootMargin: '150px' },
    );
    this.#observer.observe(this);
    document.addEventListener('visibilitychange', this.#attend);
    this.#stopScheme = onSchemeChange(() => this.#setScheme());
    this.#setScheme();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#observer?.disconnect();
    document.removeEventListener('visibilitychange', this.#attend);
    this.#stopScheme();
    this.#frames.cancel();
    this.#visible = false;
    // An element that is moved within the document is back by then, and its run goes on.
    queueMicrotask(() => {
      if (this.isConnected) return;
      this.#cancelLoading();
      this.#sweep?.stop();
      this.#joined = false;
      GrokScope.share?.leave();
    });
  }

  /** Computes what is missing, in view or not; resolves when it is done, stopped or has failed. */
  async run(): Promise<void> {
    await this.updateComplete;
    const generation = this.#generation;
    if (this.src !== '' && !this.#table) await this.#load(this.src);
    if (generation !== this.#generation) return;
    this.#wanted = true;
    this.#anyway = true;
    this.paused = false;
    // A file that is complete is computed anew.
    if (this.#table?.done === this.#table?.size && this.#plan && !this.#turn)
      this.#set(this.#plan, tableFor(this.#plan));
    // A turn that was about to stop is followed by another.
    const wanted = (): boolean =>
      this.#wanted && !this.paused && this.isConnected && generation === this.#generation;
    while (wanted() && this.#table && this.#table.done < this.#table.size) await this.#compute();
  }

  /** Stops computing until `run`; what has come in stays. */
  pause(): void {
    this.paused = true;
    this.#anyway = false;
    this.#sweep?.stop();
  }

  /** Ends the run and begins none by itself; what has come in stays. */
  stop(): void {
    this.#wanted = false;
    this.#anyway = false;
    this.#sweep?.stop();
  }

  /**
   * The map as a picture, or its results as a file.
   * @throws Error while there is nothing to show
   */
  async toBlob(type: ScopeFormat = 'image/png'): Promise<Blob> {
    const [plan, table] = [this.#plan, this.#table];
    if (!plan || !table) throw new Error('There is nothing to show yet.');
    if (type === 'application/json') {
      const provenance = {
        program: 'grokscope',
        runtime: navigator.userAgent,
        engine: this.#engineText,
      };
      return new Blob([...encodeResults(table, plan, provenance, { trajectories: true })], {
        type,
      });
    }
    await this.updateComplete;
    const map = this.renderRoot.querySelector<GrokHeatmap>('grok-heatmap');
    if (!map) throw new Error('There is nothing to show yet.');
    await map.updateComplete;
    return map.toBlob(this.#captionLines(plan));
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('theme')) this.#setScheme();
    if (changed.has('spec') || changed.has('src')) this.#begin();
    else if (changed.has('view')) this.#readView();
  }

  /** Begins anew, for another spec or file. */
  #begin(): void {
    this.#generation++;
    this.#cancelLoading();
    this.#sweep?.stop();
    this.#anyway = false;
    this.problem = '';
    this.#engineText = '';
    this.#wanted = this.src === '' && this.reveal === 'visible';
    [this.#plan, this.#table, this.#view] = [undefined, undefined, undefined];
    if (this.src === '') {
      this.#try(() => {
        const spec = typeof this.spec === 'string' ? specFromText(this.spec) : parseSpec(this.spec);
        this.#setSpec(spec);
      });
    }
    this.#attend();
  }

  #setSpec(spec: SweepSpec): void {
    const plan = new SweepPlan(spec);
    this.#set(plan, tableFor(plan));
  }

  #set(plan: SweepPlan, table: ResultTable): void {
    this.#plan = plan;
    this.#table = table;
    this.#readView();
  }

  #readView(): void {
    const plan = this.#plan;
    if (!plan) return;
    this.#try(() => this.#look(viewFromText(this.view, plan.spec)));
  }

  #look(shown: LabView): void {
    this.shown = shown;
    const [plan, table] = [this.#plan, this.#table];
    if (!plan || !table) return;
    const { quantity, accuracy = firstAccuracy(plan.spec) } = shown;
    this.#view = { plan, table, quantity, accuracy };
  }

  #try(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.problem = error instanceof Error ? error.message : String(error);
    this.#fire('grok-error', { message: this.problem });
  }

  /** Loads and computes in view, on a page that is looked at; else waits. */
  readonly #attend = (): void => {
    const active = this.#visible && !document.hidden;
    if (active && this.src !== '' && !this.#table) this.#load(this.src);
    if (active && this.#wanted && !this.paused) this.#compute();
    if (!active && !this.#anyway) this.#sweep?.stop();
  };

  /** Loads a file, once; one that cannot be read is not asked for again. */
  #load(src: string): Promise<void> {
    if (!this.#loading) {
      const abort = new AbortController();
      this.#loading = { abort, done: this.#read(src, abort.signal) };
    }
    return this.#loading.done;
  }

  async #read(src: string, signal: AbortSignal): Promise<void> {
    try {
      const response = await fetch(src, { signal });
      if (!response.ok) throw new Error(`${src} cannot be read: ${response.status}.`);
      const text = await response.text();
      if (signal.aborted) return;
      const { table, spec } = decodeResults(text, (each) => new SweepPlan(each));
      this.#set(new SweepPlan(spec), table);
      this.#engineText = 'precomputed';
    } catch (error) {
      if (!signal.aborted) this.#fail(error);
    }
    this.requestUpdate();
  }

  #cancelLoading(): void {
    this.#loading?.abort.abort();
    this.#loading = undefined;
  }

  /** Takes its turn on the engine, if it has none yet. */
  #compute(): Promise<void> {
    const [plan, table] = [this.#plan, this.#table];
    if (!this.#turn && plan && table && table.done < table.size) {
      this.#turn = this.#takeTurn(plan, table).then(() => {
        this.#turn = undefined;
        this.#ended(table);
      });
    }
    return this.#turn ?? Promise.resolve();
  }

  async #takeTurn(plan: SweepPlan, table: ResultTable): Promise<void> {
    const { share } = GrokScope;
    const generation = this.#generation;
    const wanted = (): boolean =>
      this.isConnected &&
      generation === this.#generation &&
      this.#wanted &&
      !this.paused &&
      (this.#anyway || (this.#visible && !document.hidden));
    try {
      if (!share) throw new Error('No engine has been given to this element.');
      await share.use(this.engine, wanted, workloadOf(plan.spec), async (engine) => {
        this.#engineText = engineText(engine.info);
        const sweep = new Sweep(plan, engine, { table });
        sweep.onchange = () => this.#frames.ask();
        this.#sweep = sweep;
        await sweep.run();
        if (sweep.state === 'failed') throw new Error(sweep.message);
      });
    } catch (error) {
      if (generation === this.#generation) {
        this.#wanted = false;
        this.#anyway = false;
        this.#fail(error);
      }
    }
    this.#sweep = undefined;
    this.revision++;
  }

  /** After a turn: it is done, or back in view meanwhile, or there is another spec. */
  #ended(table: ResultTable): void {
    if (table === this.#table && table.done === table.size) {
      this.#wanted = false;
      this.#anyway = false;
      this.#fire('grok-done', { done: table.done, total: table.size });
    } else if (this.isConnected) this.#attend();
  }

  #tell(): void {
    this.revision++;
    const { done, size } = this.#table ?? { done: 0, size: 0 };
    this.#fire('grok-progress', { done, total: size });
  }

  #fire(name: keyof GrokScopeEventMap, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }

  /** A page that has one colour scheme says so in CSS; else the system's holds. */
  #setScheme(): void {
    if (!this.isConnected) return;
    const { colorScheme } = getComputedStyle(this.parentElement ?? this);
    const own = this.theme !== 'auto' ? this.theme : colorScheme.replace('only', '').trim();
    this.scheme = own === 'light' || own === 'dark' ? own : '';
    if (this.scheme === '') delete this.dataset.scheme;
    else this.dataset.scheme = this.scheme;
  }

  protected override render(): unknown {
    const [view, table] = [this.#view, this.#table];
    const problem = this.problem
      ? html`<p class="problem" role="alert">${this.problem}</p>`
      : nothing;
    if (!view || !table || (table.done === 0 && !this.#sweep)) {
      const asks = this.reveal === 'interaction' && this.src === '' && view;
      return html`${problem}
        <slot></slot>
        ${asks && !this.#turn && this.controls !== 'none' ? this.#renderButton('Compute', () => this.run()) : nothing}`;
    }
    // Canvases take their colours when they are built.
    return keyed(
      this.scheme,
      html`${problem} ${this.#renderPicture(view)} ${this.controls === 'none' ? nothing : this.#renderControls(table)}`,
    );
  }

  #renderPicture(view: MapView): unknown {
    const full = this.controls === 'full';
    const { cell, brush, window, colourMap, colourRange } = this.shown;
    const map = html`<grok-heatmap
      exportparts="map"
      .view=${view}
      .revision=${this.revision}
      .selected=${cell}
      .selectable=${this.controls !== 'none'}
      .explorable=${full}
      .brush=${brush}
      .window=${window}
      .pointed=${this.pointed}
      .colourMap=${colourMap}
      .colourRange=${colourRange}
      @cell-select=${(event: CustomEvent<CellPosition>) => {
        this.#look({ ...this.shown, cell: event.detail, nth: 0 });
        this.#fire('grok-select', event.detail);
      }}
      @cell-hover=${(event: CustomEvent<CellPosition | null>) => {
        this.hovered = event.detail ?? undefined;
      }}
      @cells-brush=${(event: CustomEvent<CellRange | null>) =>
        this.#look({ ...this.shown, brush: event.detail ?? undefined })}
      @window-change=${(event: CustomEvent<MapWindow | null>) =>
        this.#look({ ...this.shown, window: event.detail ?? undefined })}
    ></grok-heatmap>`;
    const caption = html`<p class="caption" part="caption">${this.#captionLines(view.plan).join(' ')}</p>`;
    if (!full) return html`${this.controls === 'none' ? nothing : caption}${map}`;
    return html`
      ${caption}
      <grok-view-bar
        .view=${view}
        .shown=${this.shown}
        .revision=${this.revision}
        @view-change=${({ detail }: CustomEvent<Partial<LabView>>) => this.#look({ ...this.shown, ...detail })}
      ></grok-view-bar>
      <div class="columns">
        <div>
          ${map}
          <grok-pool .view=${view} .revision=${this.revision} .brush=${brush}></grok-pool>
          ${
            view.plan.spec.x.over === 'seed'
              ? nothing
              : html`<grok-profile
                  part="profile"
                  .view=${view}
                  .revision=${this.revision}
                  .row=${cell?.iy ?? Math.floor(view.plan.ys.length / 2)}
                  .window=${window}
                  .pointed=${this.hovered?.ix ?? this.pointed}
                  @column-hover=${(event: CustomEvent<number | null>) => {
                    this.pointed = event.detail ?? undefined;
                  }}
                ></grok-profile>`
          }
        </div>
        <grok-inspector
          part="inspector"
          .view=${view}
          .revision=${this.revision}
          .cell=${cell}
          .seed=${this.shown.nth}
          .hovered=${this.hovered ? [this.hovered] : []}
          @seed-select=${(event: CustomEvent<number>) => this.#look({ ...this.shown, nth: event.detail })}
        ></grok-inspector>
      </div>
    `;
  }

  #captionLines(plan: SweepPlan): string[] {
    return [
      QUANTITY_WORDS[this.shown.quantity].sentence,
      `${commonText(plan)}; ${cellText(plan)}.`,
    ];
  }

  #renderControls(table: ResultTable): unknown {
    const running = this.#sweep !== undefined;
    const { done, size } = table;
    return html`<div class="controls" part="controls">
      ${
        running
          ? this.#renderButton('Pause', () => this.pause())
          : this.#renderButton(
              done < size ? (done > 0 ? 'Go on' : 'Compute') : 'Compute anew',
              () => this.run(),
            )
      }
      ${running ? html`<progress max=${size} .value=${done} aria-label="Replicas done"></progress>` : nothing}
      <span class="status">${count(done)} of ${count(size)} replicas${this.#engineText ? ` · ${this.#engineText}` : ''}</span>
      <span class="spoken" role="status">${running ? 'computing' : done === size ? 'done' : ''}</span>
    </div>`;
  }

  #renderButton(name: string, act: () => void): unknown {
    return html`<button part="button" @click=${act}>${name}</button>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'grok-scope': GrokScope;
  }
  interface HTMLElementEventMap {
    'grok-progress': GrokScopeEventMap['grok-progress'];
    'grok-done': GrokScopeEventMap['grok-done'];
    'grok-error': GrokScopeEventMap['grok-error'];
    'grok-select': GrokScopeEventMap['grok-select'];
  }
}

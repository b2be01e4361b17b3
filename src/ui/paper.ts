import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { property, state } from 'lit/decorators.js';
import { CLAIMS } from '../claims/all.ts';
import { ClaimQueue, type ClaimRun, outcomeOf, replicaCount } from '../claims/queue.ts';
import type { ChooseEngine, Engine, EnginePreference } from '../model/engine.ts';
import type { Certifier } from '../model/separability/certifier.ts';
import type { GrokClaim, RunRequest } from './claim.ts';
import { claimStateStyle, renderState, wordOf } from './claim-state.ts';
import { deviceBadgeStyle } from './device-badge.ts';
import { EngineOwner } from './engine-owner.ts';
import { count } from './format.ts';
import { FrameWork } from './frames.ts';
import { engineText, headerStyle, renderHeader } from './header.ts';
import { paperStyle } from './paper-style.ts';
import { theme } from './theme.ts';

/** Milliseconds between two renderings of what goes on. */
const NOTE_INTERVAL = 100;

const PAPER = 'https://arxiv.org/abs/2410.04489';

/** The paper, checked: every claim with its run on this device. */
export class GrokPaper extends LitElement {
  static override styles = [theme, headerStyle, deviceBadgeStyle, claimStateStyle, paperStyle];

  /** Chooses the engine; it is started and checked once both are set. */
  @property({ attribute: false }) chooseEngine: ChooseEngine | undefined;
  @property({ attribute: false }) certifier: Certifier | undefined;

  @state() private problem = '';

  #owner: EngineOwner | undefined;
  /** Trains in steps, few and long runs, where the engine is on a GPU. */
  #trainer: Engine | undefined;
  readonly #queue = new ClaimQueue(CLAIMS, async () => {
    if (!this.#owner || !this.certifier) throw new Error('There is no engine yet.');
    const engine = await this.#owner.engine();
    const onGpu = engine.info.kind === 'webgpu';
    if (onGpu) this.#trainer ??= (await this.#owner.choose('wasm', 'steps')).engine;
    const device = engineText(engine.info);
    return {
      engine,
      certifier: this.certifier,
      device,
      ...(onGpu && this.#trainer ? { trainer: this.#trainer } : {}),
    };
  });
  readonly #frames = new FrameWork(() => this.requestUpdate(), NOTE_INTERVAL);

  constructor() {
    super();
    this.#queue.onchange = () => this.#frames.ask();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener('hashchange', this.#reveal);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener('hashchange', this.#reveal);
    this.#frames.cancel();
    // An element that is moved within the document is back by then, and its runs go on.
    queueMicrotask(() => {
      if (this.isConnected) return;
      this.#stopAll();
      this.#owner?.cancel();
      this.#queue.after(async () => {
        this.#owner?.dispose();
        this.#trainer?.dispose();
        this.#trainer = undefined;
      });
    });
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('chooseEngine') && this.chooseEngine) {
      const old = this.#owner;
      this.#owner = new EngineOwner(this.chooseEngine);
      this.#owner.onchange = () => this.#frames.ask();
      this.#queue.after(async () => old?.dispose());
      this.#startEngine();
    }
  }

  protected override firstUpdated(): void {
    // Sections have their pictures, and so their heights, only after they have been drawn.
    requestAnimationFrame(() => this.#reveal());
  }

  /** Follows a link to a section, which the browser cannot see in here. */
  readonly #reveal = (): void => {
    const id = decodeURIComponent(location.hash.slice(1));
    if (id !== '') this.#section(id)?.reveal();
  };

  #section(id: string): GrokClaim | undefined {
    return [...this.renderRoot.querySelectorAll<GrokClaim>('grok-claim')].find(
      (section) => section.id === id,
    );
  }

  /** Chooses and checks the engine while nothing runs. */
  #startEngine(): void {
    this.problem = '';
    this.#queue.after(async () => {
      try {
        await this.#owner?.engine();
      } catch (error) {
        this.problem = error instanceof Error ? error.message : String(error);
      }
    });
  }

  #prefer(preference: EnginePreference): void {
    if (!this.#owner) return;
    this.#owner.preference = preference;
    this.#startEngine();
  }

  #ask(run: ClaimRun, { size, onCpu }: RunRequest): void {
    if (onCpu) this.#prefer('wasm');
    this.#queue.ask(run, size);
  }

  #askAll(): void {
    for (const run of this.#queue.runs) this.#queue.ask(run, 'small');
  }

  #stopAll(): void {
    // From the last: none shall begin because the one before it has ended.
    for (const run of [...this.#queue.runs].reverse()) this.#queue.stop(run);
  }

  protected override render(): unknown {
    const { runs } = this.#queue;
    const owner = this.#owner;
    return html`
      ${renderHeader(
        html`<p class="name">Grokscope</p>`,
        { preference: owner?.preference ?? 'auto', choice: owner?.choice, check: owner?.check },
        (preference) => this.#prefer(preference),
      )}
      <main>
        <h1>The paper, checked</h1>
        <p class="text">
          Beck, Levi and Bar-Sinai show that one of the simplest learners there is, logistic regression on
          data that carry no signal but a constant label, can grok: it fits its training data at once and
          generalises only much later, if the data are close to being linearly separable. This page
          states their results one by one, trains the runs that each is about on your own device, and
          holds what it measures against the formula. Nothing here was computed beforehand.
        </p>
        <p class="text">
          <a href=${PAPER}
            >Alon Beck, Noam Levi, Yohai Bar-Sinai: Grokking at the Edge of Linear Separability</a
          >, ICML 2025.
        </p>
        ${this.#renderProblem()}
        <nav aria-labelledby="claims">
          <h2 id="claims">Claims</h2>
          <ol>
            ${runs.map(
              (run) => html`<li>
                <a href="#${run.claim.id}" @click=${() => this.#section(run.claim.id)?.reveal()}
                  >${run.claim.title}</a
                >
                ${renderState(wordOf(run))}
              </li>`,
            )}
          </ol>
        </nav>
        ${this.#renderAll(runs)}
        ${runs.map(
          (run, k) => html`<grok-claim
            id=${run.claim.id}
            .run=${run}
            .revision=${run.revision}
            .awaited=${this.#awaited(k)}
            @claim-run=${(event: CustomEvent<RunRequest>) => this.#ask(run, event.detail)}
            @claim-stop=${() => this.#queue.stop(run)}
          ></grok-claim>`,
        )}
      </main>
    `;
  }

  /** What a run waits for, as far as it is a claim. */
  #awaited(k: number): string {
    const { running, runs } = this.#queue;
    return runs[k]?.state === 'waiting' ? (running?.claim.title ?? '') : '';
  }

  #renderProblem(): unknown {
    if (this.problem !== '') {
      return html`<div class="notice" role="alert">
        <p>${this.problem}</p>
        <button @click=${() => this.#prefer('wasm')}>Use the CPU</button>
      </div>`;
    }
    return this.#owner?.stale
      ? html`<p class="muted" role="status">The other engine takes over after the run that goes on.</p>`
      : nothing;
  }

  #renderAll(runs: readonly ClaimRun[]): unknown {
    const active = runs.some((run) => run.active);
    const outcomes = runs.flatMap((run) => outcomeOf(run) ?? []);
    const held = outcomes.filter((outcome) => outcome === 'holds').length;
    const replicas = runs.reduce((sum, { claim }) => sum + replicaCount(claim, 'small'), 0);
    return html`<div class="all">
      ${
        active
          ? html`<button @click=${this.#stopAll}>Stop all</button>`
          : html`<button class="primary" @click=${this.#askAll}>Run all, size small</button>`
      }
      <p class="muted" role="status">
        ${
          outcomes.length === 0
            ? `${count(replicas)} replicas, one claim after the other`
            : `${held} of ${outcomes.length} ${outcomes.length < runs.length ? 'claims run so far' : 'claims'} hold`
        }
      </p>
    </div>`;
  }
}

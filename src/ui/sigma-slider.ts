import { css, html, LitElement, type PropertyValues } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { SweepSpec } from '../model/spec.ts';
import { isLive } from '../sweep/live.ts';
import { theme } from './theme.ts';

/** Milliseconds between two runs while the slider moves, at least. */
const FOLLOW = 150;

/** Milliseconds after which the slider has come to rest; keys let go of it at every step. */
const REST = 600;

/** The slider runs over log10 σ, from and to these at least. */
const RANGE = [0.5, 50] as const;
const STEP = 0.02;

/** The σ that the reader has moved to, and whether the slider has come to rest there. */
export interface SigmaChange {
  readonly sigma: number;
  readonly settled: boolean;
}

/**
 * A slider of σ that the map follows while it moves, where the sweep is small enough.
 *
 * @fires sigma-change - CustomEvent<SigmaChange>
 */
export class GrokSigmaSlider extends LitElement {
  static override styles = [
    theme,
    css`
      :host {
        display: block;
      }
      label {
        display: block;
        color: var(--muted);
        font-size: 0.8125rem;
        margin-bottom: 2px;
      }
      .slider {
        display: flex;
        align-items: center;
        gap: 10px;
        min-height: 34px;
      }
      input {
        width: 112px;
        accent-color: var(--accent);
        touch-action: none;
      }
      output {
        font-weight: 600;
        min-width: 4.5ch;
      }
      @media (max-width: 720px) {
        .slider,
        input {
          min-height: 44px;
        }
        input {
          width: 150px;
        }
      }
    `,
  ];

  /** The spec on the page. */
  @property({ attribute: false }) spec: SweepSpec | undefined;
  /** Asked before the map is to follow: not until it shows something of the last σ. */
  @property({ attribute: false }) ready: () => boolean = () => true;

  /** What the reader has moved to, until it is settled. */
  @state() private moved: number | undefined;
  #live = false;
  #following: ReturnType<typeof setTimeout> | undefined;
  #resting: ReturnType<typeof setTimeout> | undefined;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#letGo();
  }

  #letGo(): void {
    clearTimeout(this.#following);
    clearTimeout(this.#resting);
    this.#following = undefined;
    this.moved = undefined;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('spec') || !this.spec) return;
    // Another experiment has been begun meanwhile, for which this σ was not meant.
    const rest = (spec: SweepSpec): string => JSON.stringify({ ...spec, sigma: 0 });
    const before = changed.get('spec');
    if (before && rest(before) !== rest(this.spec)) this.#letGo();
    // Held while it moves: what σ costs is not to end it halfway.
    if (this.moved === undefined) this.#live = isLive(this.spec);
  }

  protected override render(): unknown {
    const sigma = this.moved ?? this.spec?.sigma ?? 1;
    const [low, high] = [Math.min(RANGE[0], sigma), Math.max(RANGE[1], sigma)];
    return html`
      <label for="sigma">Data σ, ${this.#live ? 'live' : 'runs when let go'}</label>
      <div class="slider">
        <input
          id="sigma"
          type="range"
          min=${Math.log10(low)}
          max=${Math.log10(high) + STEP / 2}
          step=${STEP}
          .value=${String(Math.log10(sigma))}
          aria-valuetext=${sigma}
          @input=${this.#onInput}
          @change=${this.#onChange}
        />
        <output for="sigma">${sigma}</output>
      </div>
    `;
  }

  #onInput(event: Event): void {
    const place = Number((event.target as HTMLInputElement).value);
    this.moved = Number((10 ** place).toPrecision(2));
    clearTimeout(this.#resting);
    if (!this.#live) return;
    this.#following ??= setTimeout(this.#follow, FOLLOW);
  }

  readonly #follow = (): void => {
    if (this.ready()) this.#fire(false);
    else this.#following = setTimeout(this.#follow, FOLLOW);
  };

  #onChange(): void {
    clearTimeout(this.#resting);
    this.#resting = setTimeout(() => this.#fire(true), REST);
  }

  #fire(settled: boolean): void {
    clearTimeout(this.#following);
    this.#following = undefined;
    const sigma = this.moved;
    if (sigma === undefined) return;
    if (settled) this.moved = undefined;
    const detail: SigmaChange = { sigma, settled };
    this.dispatchEvent(new CustomEvent('sigma-change', { detail }));
  }
}

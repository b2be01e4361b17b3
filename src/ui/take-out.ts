import { css, html, LitElement, nothing } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { DeviceCheck } from '../model/device-check.ts';
import { gather, type Piece } from '../results/bytes.ts';
import { type Provenance, sourceOf } from '../results/codec.ts';
import { encodeAs, FORMATS, type Format } from '../results/formats.ts';
import type { MapView } from '../sweep/cells.ts';
import type { Sweep } from '../sweep/sweep.ts';
import { quietButtonStyle } from './controls-style.ts';
import { engineText } from './header.ts';
import type { LabView } from './lab-view.ts';
import type { Origin } from './origin.ts';
import { picturesOf } from './pictures.ts';
import { rasterised, save } from './save.ts';
import { pythonSnippet } from './snippet.ts';
import { colours, theme } from './theme.ts';

/** Milliseconds of writing before the page has its turn. */
const LONGEST_TASK = 10;

/**
 * What can be taken out of the laboratory: results, pictures, Python; and files that are brought in.
 *
 * @fires file-open - CustomEvent<File>
 */
export class GrokTakeOut extends LitElement {
  static override styles = [
    theme,
    quietButtonStyle,
    css`
      :host {
        display: block;
        margin-top: 18px;
        font-size: 0.875rem;
      }
      .row {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 8px 12px;
        margin-top: 8px;
      }
      select,
      .file {
        min-height: 36px;
        max-width: 100%;
        border: 1px solid color-mix(in srgb, var(--muted) 60%, transparent);
        border-radius: 7px;
        background: var(--ground);
      }
      pre {
        overflow-x: auto;
        padding: 10px 12px;
        border: 1px solid var(--line);
        border-radius: 7px;
        background: var(--raised);
        font-size: 0.75rem;
      }
      summary {
        min-height: 36px;
        line-height: 36px;
        color: var(--muted);
        cursor: pointer;
        width: fit-content;
      }
      .problem {
        color: var(--danger);
      }
      @media (max-width: 720px) {
        button,
        select,
        summary {
          min-height: 44px;
        }
      }
    `,
  ];

  @property({ attribute: false }) view: MapView | undefined;
  @property({ attribute: false }) shown: LabView | undefined;
  /** Row of the map that is summed up. */
  @property({ attribute: false }) row = 0;
  @property({ attribute: false }) sweep: Sweep | undefined;
  /** Why this engine, and the outcome of its check. */
  @property() why = '';
  @property({ attribute: false }) check: DeviceCheck | undefined;
  /** Of results that this engine has not computed. */
  @property({ attribute: false }) origin: Origin | undefined;
  /** Version of the program. */
  @property() version = '';
  /** Changes with what can be drawn. */
  @property({ attribute: false }) revision = 0;

  @state() private format: Format = 'parquet';
  @state() private busy = false;
  @state() private problem = '';
  @state() private open = false;

  protected override render(): unknown {
    const { view, shown, sweep } = this;
    if (!view || !shown || !sweep) return nothing;
    return html`
      <h2>Take out and bring in</h2>
      ${this.problem ? html`<p class="problem" role="alert">${this.problem}</p>` : nothing}
      <div class="row">
        <label for="format">Results</label>
        <select
          id="format"
          @change=${(event: Event) => {
            this.format = (event.target as HTMLSelectElement).value as Format;
          }}
        >
          ${FORMATS.map((format) => html`<option value=${format} .selected=${format === this.format}>${NAMES[format]}</option>`)}
        </select>
        ${this.format === 'json' ? html`<label><input id="records" type="checkbox" /> with records</label>` : nothing}
        <button ?disabled=${this.busy} @click=${() => this.#saveResults(view, sweep)}>
          ${this.busy ? 'Writing …' : 'Save results'}
        </button>
      </div>
      <details
        @toggle=${(event: Event) => {
          this.open = (event.target as HTMLDetailsElement).open;
        }}
      >
        <summary>Pictures and Python</summary>
        ${this.open ? this.#renderMore(view, shown, sweep) : nothing}
      </details>
      <div class="row">
        <label for="file">Open a result file, or drop it on the page</label>
        <input
          id="file"
          class="file"
          type="file"
          accept=${FORMATS.map((format) => `.${format}`).join()}
          @change=${(event: Event) => {
            const input = event.target as HTMLInputElement;
            const [detail] = input.files ?? [];
            input.value = '';
            if (detail) this.dispatchEvent(new CustomEvent('file-open', { detail }));
          }}
        />
      </div>
    `;
  }

  #renderMore(view: MapView, shown: LabView, sweep: Sweep): unknown {
    const pictures = picturesOf(
      view,
      shown,
      this.row,
      this.origin?.engine ?? engineText(sweep.engine.info),
    );
    const file = `grokscope.${this.format === 'parquet' ? 'parquet' : 'csv'}`;
    return html`<div class="row">
        <label for="picture">Picture</label>
        <select id="picture">
          ${pictures.map(({ name }, k) => html`<option value=${k}>${name}</option>`)}
        </select>
        ${(['SVG', 'PNG'] as const).map(
          (kind) => html`<button
            @click=${() => {
              const select = this.renderRoot.querySelector('#picture') as HTMLSelectElement;
              const picture = pictures[Number(select.value)];
              if (picture) this.#savePicture(picture.svg(colours(this)), picture.name, kind);
            }}
          >
            Save ${kind}
          </button>`,
        )}
      </div>
      <pre tabindex="0" aria-label="Python that draws the map from the file">${pythonSnippet(view, file)}</pre>`;
  }

  async #savePicture(svg: string, name: string, kind: 'SVG' | 'PNG'): Promise<void> {
    this.problem = '';
    const file = `${name.replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-|-$/g, '')}.${kind.toLowerCase()}`;
    try {
      const blob = new Blob([svg], { type: 'image/svg+xml' });
      save(kind === 'SVG' ? blob : await rasterised(blob), file);
    } catch (error) {
      this.problem = `The picture cannot be made. ${error instanceof Error ? error.message : error}`;
    }
  }

  /** Writes a piece at a time, so that the page stays at hand. */
  async #saveResults({ plan, table }: MapView, sweep: Sweep): Promise<void> {
    this.busy = true;
    this.problem = '';
    const { format } = this;
    const box = this.renderRoot.querySelector('#records') as HTMLInputElement | null;
    const options = { trajectories: box?.checked ?? false };
    try {
      const source = sourceOf(
        table,
        plan,
        this.origin?.provenance ?? (await this.#provenance(sweep)),
        options,
      );
      const pieces: Piece[] = [];
      let begun = performance.now();
      for (const piece of encodeAs(format, source, options)) {
        pieces.push(piece);
        if (performance.now() - begun < LONGEST_TASK) continue;
        await new Promise((resolve) => setTimeout(resolve));
        begun = performance.now();
      }
      save(new Blob([gather(pieces)]), `grokscope.${format}`);
    } catch (error) {
      this.problem = `The file cannot be written. ${error instanceof Error ? error.message : error}`;
    }
    this.busy = false;
  }

  async #provenance({ engine, progress, plan }: Sweep): Promise<Provenance> {
    return {
      program: 'grokscope',
      programVersion: this.version,
      runtime: navigator.userAgent,
      created: new Date().toISOString(),
      ...(crypto.subtle ? { specHash: await sha256(JSON.stringify(plan.spec)) } : {}),
      engine: { ...engine.info, why: this.why },
      gradients: progress.gradients,
      seconds: Number(progress.seconds.toFixed(3)),
      deviceCheck: this.check ?? null,
    };
  }
}

const NAMES: Readonly<Record<Format, string>> = {
  parquet: 'Parquet, a row a replica',
  csv: 'CSV, a row a replica',
  npz: 'NPZ, arrays over the grid',
  json: 'JSON',
};

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

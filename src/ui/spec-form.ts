import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { property, state } from 'lit/decorators.js';
import { type AxisParameter, axisValues, PARAMETERS, type Parameter } from '../model/axis.ts';
import { DYNAMICS_AXES, type DynamicsKind, isDescent, settingsOf } from '../model/dynamics.ts';
import { FieldError } from '../model/fields.ts';
import type { SweepSpec } from '../model/spec.ts';
import { limitCurvature, stableLearningRate } from '../model/stability.ts';
import { estimateSeconds } from '../sweep/training-cost.ts';
import { type AxisDraft, type Draft, draftOf, specOf, withDynamics } from './draft.ts';
import { count, duration, number, PARAMETER_LABELS } from './format.ts';
import { PRESETS } from './presets.ts';
import {
  DECAYED_NAMES,
  DISTRIBUTION_NAMES,
  DYNAMICS_NAMES,
  PARAMETERS_NAMES,
  SETTING_LABELS,
} from './settings.ts';
import { theme } from './theme.ts';

/** Fields of the form, by the field that an error names. */
const SINGLE = {
  samples: 'Samples N',
  sigma: 'Data σ',
  lambda: 'λ = d/N',
  seed: 'First seed',
} as const;

/** Whether an error at `field` is about `place`: itself, a field in it or an entry of it. */
function concerns(field: string, place: string): boolean {
  return field === place || field.startsWith(`${place}.`) || field.startsWith(`${place}[`);
}

/**
 * The form for a spec.
 *
 * @fires spec-submit - CustomEvent<SweepSpec> when Run is pressed and the spec is accepted
 */
export class GrokSpecForm extends LitElement {
  static override styles = [
    theme,
    css`
      form {
        display: grid;
        gap: 14px;
      }
      label,
      legend {
        display: block;
        font-size: 0.8125rem;
        color: var(--muted);
        margin-bottom: 4px;
        padding: 0;
      }
      fieldset {
        border: 0;
        margin: 0;
        padding: 0;
        min-width: 0;
      }
      input,
      select {
        width: 100%;
        min-height: 38px;
        padding: 5px 7px;
        border: 1px solid color-mix(in srgb, var(--muted) 60%, transparent);
        border-radius: 7px;
        background: var(--ground);
      }
      [aria-invalid='true'] {
        border-color: var(--danger);
      }
      .row {
        display: grid;
        grid-template-columns: 1fr 1fr 1.3fr;
        gap: 6px;
        margin-top: 6px;
      }
      .list {
        margin-top: 6px;
      }
      .under {
        font-size: 0.75rem;
        margin: 2px 0 0 2px;
      }
      .two {
        display: grid;
        grid-template-columns: 1fr 1fr;
        gap: 10px;
      }
      .error {
        color: var(--danger);
        font-size: 0.8125rem;
        margin-top: 4px;
      }
      .about {
        margin-top: 4px;
      }
      .run {
        min-height: 44px;
        border: 0;
        border-radius: 8px;
        background: var(--accent);
        color: var(--on-accent);
        font-weight: 600;
        cursor: pointer;
      }
      .run:hover {
        filter: brightness(1.08);
      }
      @media (forced-colors: active) {
        .run {
          border: 1px solid ButtonText;
          background: ButtonFace;
          color: ButtonText;
        }
      }
      details > div {
        display: grid;
        gap: 14px;
        padding-top: 8px;
      }
    `,
  ];

  /** The spec that runs; the form starts from it. */
  /** Processors that train, or a GPU, for estimates. */
  @property({ attribute: false }) trainsOn: number | 'gpu' = 1;
  @property({ attribute: false }) spec: SweepSpec = (PRESETS[0] as (typeof PRESETS)[number]).spec;

  @state() private draft: Draft = draftOf(this.spec);
  @state() private error: FieldError | undefined;

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('spec')) {
      this.draft = draftOf(this.spec);
      this.error = undefined;
    }
  }

  protected override render(): unknown {
    const { draft } = this;
    const axes: string[] = [draft.x.over, draft.y.over];
    const preset = PRESETS.findIndex(
      ({ spec }) => JSON.stringify(draftOf(spec)) === JSON.stringify(draft),
    );
    return html`
      <form novalidate @submit=${this.#submit}>
        <div>
          <label for="preset">Experiment</label>
          <select id="preset" @change=${this.#choosePreset}>
            ${PRESETS.map(({ name }, k) => html`<option value=${k} ?selected=${k === preset}>${name}</option>`)}
            <option value="-1" ?selected=${preset < 0} disabled>Own</option>
          </select>
          ${preset >= 0 ? html`<p class="about muted">${PRESETS[preset]?.about}</p>` : nothing}
        </div>
        ${(Object.keys(SINGLE) as Parameter[]).filter((name) => !axes.includes(name)).map((name) => this.#renderText(name, SINGLE[name]))}
        ${axes.includes('seed') ? nothing : this.#renderText('seedsPerCell', 'Seeds per cell')}
        ${this.#renderAxis('x', 'Across (x)')} ${this.#renderAxis('y', 'Up (y)')}
        ${this.#renderDynamics(axes)}
        <details>
          <summary>More</summary>
          <div>
            ${this.#renderText('test', 'Test accuracies timed', 'thresholds.test')}
            ${this.#renderText('train', 'Train accuracies timed', 'thresholds.train')}
            ${this.#renderChoice('ensemble', 'Datasets along λ', { independent: 'independent', nested: 'nested (common random numbers)', twoPoint: 'two points: −1 and 1 − 2λ' })}
            ${draft.ensemble === 'twoPoint' ? nothing : this.#renderData()}
            ${this.#renderChoice('tolerance', 'Tolerance', { default: 'default', fine: 'fine' })}
            ${
              isDescent(draft.dynamics)
                ? html`<div>
                    <label for="parameters">S and b between steps</label>
                    <select
                      id="parameters"
                      @change=${(event: Event) => this.#setting('parameters', (event.target as HTMLSelectElement).value)}
                    >
                      ${Object.entries(PARAMETERS_NAMES).map(
                        ([value, text]) =>
                          html`<option value=${value} ?selected=${draft.settings.parameters === value}>${text}</option>`,
                      )}
                    </select>
                  </div>`
                : nothing
            }
            ${this.#renderChoice('until', 'A run ends', { thresholds: 'at its last threshold', horizon: isDescent(draft.dynamics) ? 'at the last step' : 'at the horizon' })}
          </div>
        </details>
        ${this.#renderEstimate()}
        ${this.#place() === 'form' ? this.#renderError() : nothing}
        ${this.#isRun() ? nothing : html`<p class="muted">Changed, not run yet.</p>`}
        <button class="run" type="submit">Run${this.#size()}</button>
      </form>
    `;
  }

  /** Whether the form stands for the spec that runs or ran. */
  #isRun(): boolean {
    return JSON.stringify(this.draft) === JSON.stringify(draftOf(this.spec));
  }

  /** Replicas that the draft stands for, when it stands for something. */
  #size(): string {
    try {
      const spec = specOf(this.draft);
      return ` ${count(axisValues(spec.x).length * axisValues(spec.y).length * spec.seedsPerCell)} replicas`;
    } catch {
      return '';
    }
  }

  /** How replicas are trained, and for how long. */
  #renderDynamics(axes: readonly string[]): unknown {
    const { dynamics, settings } = this.draft;
    const names = settingsOf(dynamics).filter((name) => !axes.includes(name));
    const shown = names.filter((name) => !['decayed', 'initialScale', 'parameters'].includes(name));
    const numbers = shown.map((name) =>
      this.#renderSetting(name, SETTING_LABELS[name as keyof typeof SETTING_LABELS]),
    );
    const pulled = ['l2', 'weightDecay'].some(
      (name) => axes.includes(name) || ![undefined, '0'].includes(settings[name]),
    );
    return html`
      <div>
        <label for="dynamics">Trained by</label>
        <select
          id="dynamics"
          @change=${(event: Event) => {
            const kind = (event.target as HTMLSelectElement).value as DynamicsKind;
            this.draft = withDynamics(this.draft, kind);
            this.error = undefined;
          }}
        >
          ${Object.entries(DYNAMICS_NAMES).map(
            ([value, text]) =>
              html`<option value=${value} ?selected=${dynamics === value}>${text}</option>`,
          )}
        </select>
      </div>
      ${numbers.length > 1 ? html`<div class="two">${numbers}</div>` : numbers}
      ${
        pulled && names.includes('decayed')
          ? html`<div>
              <label for="decayed">Decay of</label>
              <select
                id="decayed"
                @change=${(event: Event) => this.#setting('decayed', (event.target as HTMLSelectElement).value)}
              >
                ${Object.entries(DECAYED_NAMES).map(
                  ([value, text]) =>
                    html`<option value=${value} ?selected=${settings.decayed === value}>${text}</option>`,
                )}
              </select>
            </div>`
          : nothing
      }
      ${names.includes('initialScale') ? this.#renderSetting('initialScale', SETTING_LABELS.initialScale) : nothing}
      ${isDescent(dynamics) ? nothing : this.#renderText('horizon', 'Run until log₁₀ t =')}
    `;
  }

  /** What the data are drawn from. */
  #renderData(): unknown {
    return html`
      ${this.#renderChoice('distribution', 'Entries of the data', DISTRIBUTION_NAMES)}
      ${
        this.draft.distribution === 'studentT'
          ? this.#renderText('degrees', 'Degrees of freedom ν', 'data.degrees')
          : nothing
      }
      <div class="two">
        ${this.#renderText('spectrum', 'Covariance exponent α', 'data.spectrum')}
        ${this.#renderText('shift', 'Mean of x₁ over σ', 'data.shift')}
      </div>
    `;
  }

  #renderSetting(name: string, label: string): unknown {
    const value = this.draft.settings[name] ?? '';
    return this.#renderInput(name, label, `dynamics.${name}`, value, (text) => {
      this.#setting(name, text);
    });
  }

  #setting(name: string, value: string): void {
    this.draft = { ...this.draft, settings: { ...this.draft.settings, [name]: value } };
    this.error = undefined;
  }

  /** What training in steps takes, and how long a step may be. */
  #renderEstimate(): unknown {
    if (!isDescent(this.draft.dynamics)) return nothing;
    let spec: SweepSpec;
    try {
      spec = specOf(this.draft);
    } catch {
      return nothing;
    }
    const curvature = limitCurvature(spec.lambda, spec.sigma);
    const stable = [spec.x.over, spec.y.over].some((over) => over === 'lambda' || over === 'sigma')
      ? undefined
      : stableLearningRate(spec.dynamics, curvature);
    const seconds = estimateSeconds(spec, this.trainsOn);
    return html`<p class="muted">
      Takes at most about ${duration(seconds)} on this
      device.${stable === undefined ? nothing : html` Steps are stable at the start up to η ≈ ${number(stable, 2)}.`}
    </p>`;
  }

  #renderText(name: keyof Draft, label: string, field: string = name): unknown {
    return this.#renderInput(name, label, field, this.draft[name] as string, (text) => {
      this.#set(name, text);
    });
  }

  /** @param field as errors of the spec name it */
  #renderInput(
    id: string,
    label: string,
    field: string,
    value: string,
    take: (text: string) => void,
  ): unknown {
    const invalid = this.#place() === field;
    return html`<div>
      <label for=${id}>${label}</label>
      <input
        id=${id}
        inputmode="decimal"
        autocomplete="off"
        aria-invalid=${invalid}
        aria-describedby=${invalid ? 'error' : nothing}
        .value=${value}
        @input=${(event: Event) => take((event.target as HTMLInputElement).value)}
      />
      ${invalid ? this.#renderError() : nothing}
    </div>`;
  }

  #renderChoice(
    name: 'ensemble' | 'distribution' | 'tolerance' | 'until',
    label: string,
    choices: Record<string, string>,
  ): unknown {
    return html`<div>
      <label for=${name}>${label}</label>
      <select id=${name} @change=${(event: Event) => this.#set(name, (event.target as HTMLSelectElement).value)}>
        ${Object.entries(choices).map(
          ([value, text]) =>
            html`<option value=${value} ?selected=${this.draft[name] === value}>${text}</option>`,
        )}
      </select>
    </div>`;
  }

  #renderAxis(which: 'x' | 'y', legend: string): unknown {
    const axis = this.draft[which];
    const other = this.draft[which === 'x' ? 'y' : 'x'].over;
    const set = (change: Partial<AxisDraft>): void => {
      this.draft = { ...this.draft, [which]: { ...axis, ...change } };
      this.error = undefined;
    };
    const at = this.#place() === which ? this.error?.field : undefined;
    const text = (name: 'from' | 'to' | 'step' | 'list', label: string): unknown => {
      const field = `${which}.${name === 'list' ? 'values' : name}`;
      const invalid = at === which || (at !== undefined && concerns(at, field));
      return html`<div>
        <input
          id="${which}-${name}"
          aria-label="${legend}: ${label}"
          inputmode=${name === 'list' ? 'text' : 'decimal'}
          autocomplete="off"
          aria-invalid=${invalid}
          aria-describedby=${invalid ? 'error' : nothing}
          .value=${axis[name]}
          .title=${axis[name]}
          @input=${(event: Event) => set({ [name]: (event.target as HTMLInputElement).value })}
        />
        <label class="under" for="${which}-${name}">${label}</label>
      </div>`;
    };
    return html`<fieldset>
      <legend>${legend}</legend>
      <div class="two">
        <select
          aria-label="${legend}: parameter"
          @change=${(event: Event) => set({ over: (event.target as HTMLSelectElement).value as AxisParameter })}
        >
          ${this.#axes().map(
            (
              name,
            ) => html`<option value=${name} ?selected=${name === axis.over} ?disabled=${name === other}>
              ${PARAMETER_LABELS[name].symbol}
            </option>`,
          )}
        </select>
        <select
          aria-label="${legend}: range or list"
          @change=${(event: Event) => set({ form: (event.target as HTMLSelectElement).value as AxisDraft['form'] })}
        >
          <option value="range" ?selected=${axis.form === 'range'}>range</option>
          <option value="list" ?selected=${axis.form === 'list'}>list</option>
        </select>
      </div>
      <div class=${axis.form === 'range' ? 'row' : 'list'}>
        ${axis.form === 'range' ? [text('from', 'from'), text('to', 'to'), text('step', 'step')] : text('list', 'values, separated by commas')}
      </div>
      ${at === undefined ? nothing : this.#renderError()}
    </fieldset>`;
  }

  /** What an axis can run over. */
  #axes(): AxisParameter[] {
    const settings: readonly string[] = settingsOf(this.draft.dynamics);
    return [...PARAMETERS, ...DYNAMICS_AXES.filter((name) => settings.includes(name))];
  }

  /** Where the error is shown: at the field it concerns if that is in the form, else above Run. */
  #place(): string | undefined {
    if (!this.error) return undefined;
    const { field } = this.error;
    const axes: string[] = [this.draft.x.over, this.draft.y.over];
    const shown = [
      ...PARAMETERS.filter((name) => !axes.includes(name)),
      ...(axes.includes('seed') ? [] : ['seedsPerCell']),
      ...['x', 'y', 'horizon', 'thresholds.test', 'thresholds.train'],
      ...['data.degrees', 'data.spectrum', 'data.shift'],
      ...settingsOf(this.draft.dynamics)
        .filter((name) => !axes.includes(name))
        .map((name) => `dynamics.${name}`),
    ];
    return shown.find((place) => concerns(field, place)) ?? 'form';
  }

  #renderError(): unknown {
    return html`<p class="error" id="error" role="alert">${this.error?.message}</p>`;
  }

  /** Takes the reader to the error, out of what is folded away. */
  async #showError(error: FieldError): Promise<void> {
    this.error = error;
    await this.updateComplete;
    const details = this.renderRoot.querySelector('details');
    if (details?.querySelector('.error')) details.open = true;
    this.renderRoot.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }

  #set(name: keyof Draft, value: string): void {
    this.draft = { ...this.draft, [name]: value };
    this.error = undefined;
  }

  #choosePreset(event: Event): void {
    const preset = PRESETS[Number((event.target as HTMLSelectElement).value)];
    if (!preset) return;
    this.draft = draftOf(preset.spec);
    this.error = undefined;
  }

  #submit(event: Event): void {
    event.preventDefault();
    try {
      const detail = specOf(this.draft);
      this.error = undefined;
      this.dispatchEvent(new CustomEvent('spec-submit', { detail, bubbles: true, composed: true }));
    } catch (error) {
      if (!(error instanceof FieldError)) throw error;
      this.#showError(error);
    }
  }
}

import { css, html, LitElement, nothing } from 'lit';
import { property, state } from 'lit/decorators.js';
import {
  DYNAMICS,
  type Dynamics,
  type DynamicsKind,
  type DynamicsNumber,
  defaultDynamics,
  settingsOf,
} from '../model/dynamics.ts';
import { FieldError } from '../model/fields.ts';
import { testAccuracy } from '../model/observables.ts';
import { parseSpec, type SweepSpec, specToJson } from '../model/spec.ts';
import {
  Column,
  entry,
  interpolate,
  locateTime,
  log1pTimeOf,
  logTime,
  type Rows,
  rowCount,
} from '../model/trajectory.ts';
import { testTime } from '../results/times.ts';
import type { View } from '../sweep/cells.ts';
import type { ChartContent, Line } from './chart.ts';
import { quietButtonStyle } from './controls-style.ts';
import { draftSettings, settingsJson } from './draft.ts';
import { endOf, quantileText } from './format.ts';
import { DYNAMICS_NAMES, dynamicsText } from './settings.ts';
import { theme } from './theme.ts';

/** Trains the only replica of a spec; its record, or why there is none. */
export type TrainOne = (spec: SweepSpec) => Promise<Rows | string>;

/** A run of the same dataset. */
interface Compared {
  readonly spec: SweepSpec;
  readonly label: string;
  readonly rows: Rows;
}

/** Points of the common time axis. */
const POINTS = 240;
const COLOURS = ['accent', 'second', 'third', 'fourth'] as const;
/** Kinds that start from S = 0 on the same data and have the same observables. */
const KINDS = DYNAMICS.filter((kind) => kind !== 'conformal');

/** Settings that can be chosen, of those that a kind has, with labels that fit a row of fields. */
const SETTINGS: readonly (readonly [DynamicsNumber, string])[] = [
  ['learningRate', 'η'],
  ['momentum', 'β'],
  ['batchSize', 'Batch'],
  ['weightDecay', 'Decay γ'],
];

/** The fields of a kind. */
const fieldsOf = (kind: DynamicsKind): typeof SETTINGS =>
  SETTINGS.filter(([name]) => settingsOf(kind).includes(name));

/** Their defaults as text, by name; a minibatch is a part of N samples. */
function draftOf(kind: DynamicsKind, samples = Infinity): Readonly<Record<string, string>> {
  const defaults = defaultDynamics(kind);
  const { batchSize } = defaults;
  const all = draftSettings({
    ...defaults,
    ...(batchSize === undefined ? {} : { batchSize: Math.min(batchSize, samples) }),
  });
  return Object.fromEntries(fieldsOf(kind).map(([name]) => [name, all[name] ?? '']));
}

/** Several dynamics on one dataset: test accuracy against t or the number of steps. */
export class GrokComparison extends LitElement {
  static override styles = [
    theme,
    quietButtonStyle,
    css`
      :host {
        display: block;
        margin-top: 14px;
      }
      .add {
        display: flex;
        flex-wrap: wrap;
        gap: 8px;
        align-items: end;
        margin: 6px 0;
      }
      label {
        display: block;
        font-size: 0.8125rem;
        color: var(--muted);
      }
      select,
      input {
        min-height: 36px;
        padding: 4px 6px;
        background: var(--ground);
        border: 1px solid color-mix(in srgb, var(--muted) 60%, transparent);
        border-radius: 6px;
      }
      select {
        max-width: 210px;
      }
      /* Two fields and two buttons in a row beside the map. */
      input {
        width: 64px;
      }
      ul {
        list-style: none;
        margin: 6px 0;
        padding: 0;
        font-size: 0.875rem;
      }
      li {
        display: flex;
        justify-content: space-between;
        gap: 8px;
        padding: 4px 0;
        border-bottom: 1px solid var(--line);
      }
      .swatch {
        display: inline-block;
        width: 10px;
        height: 10px;
        border-radius: 2px;
        margin-right: 6px;
      }
      .error {
        color: var(--danger);
        font-size: 0.875rem;
      }
      @media (max-width: 720px) {
        button,
        select,
        input {
          min-height: 44px;
        }
      }
    `,
  ];

  @property({ attribute: false }) view: View | undefined;
  /** The replica shown. */
  @property({ attribute: false }) index = 0;
  @property({ attribute: false }) train: TrainOne | undefined;

  @state() private kind: DynamicsKind = 'gd';
  /** What has been typed, by name of the setting. */
  @state() private settings = draftOf('gd');
  @state() private against: 't' | 'steps' = 't';
  @state() private busy = false;
  @state() private problem = '';
  @state() private runs: readonly Compared[] = [];
  #of = '';

  protected override willUpdate(): void {
    const of = JSON.stringify(this.view?.plan.replica(this.index));
    if (of === this.#of) return;
    this.#of = of;
    this.runs = [];
    this.problem = '';
  }

  protected override render(): unknown {
    const { view, train } = this;
    const rows = view?.table.record(this.index);
    if (!view || !train || !rows || rows.length === 0 || view.plan.spec.ensemble === 'twoPoint') {
      return nothing;
    }
    const all = this.#all(view, rows);
    return html`
      <h3>Other dynamics on this dataset</h3>
      <div class="add">
        <div>
          <label for="kind">Train it by</label>
          <select
            id="kind"
            @change=${(event: Event) => {
              this.kind = (event.target as HTMLSelectElement).value as DynamicsKind;
              this.settings = draftOf(this.kind, view.plan.cellOf(this.index).samples);
            }}
          >
            ${KINDS.map((kind) => html`<option value=${kind} ?selected=${kind === this.kind}>${DYNAMICS_NAMES[kind]}</option>`)}
          </select>
        </div>
        ${fieldsOf(this.kind).map(
          ([name, label]) => html`<div>
            <label for=${name}>${label}</label>
            <input
              id=${name}
              inputmode="decimal"
              .value=${this.settings[name] ?? ''}
              @input=${(event: Event) => {
                const text = (event.target as HTMLInputElement).value;
                this.settings = { ...this.settings, [name]: text };
              }}
            />
          </div>`,
        )}
        <button
          ?disabled=${this.busy || all.length >= COLOURS.length}
          @click=${() => this.#add(view)}
        >
          ${this.busy ? 'Training …' : 'Train'}
        </button>
        ${this.runs.length > 0 ? html`<button @click=${this.#clear}>Clear</button>` : nothing}
      </div>
      ${this.problem ? html`<p class="error" role="alert">${this.problem}</p>` : nothing}
      ${this.runs.length > 0 ? this.#renderRuns(view, all) : nothing}
    `;
  }

  /** The replica of the map first. */
  #all({ plan }: View, rows: Rows): readonly Compared[] {
    const { dynamics } = plan.cellOf(this.index);
    const spec = { ...plan.spec, dynamics };
    return [{ spec, label: labelOf(dynamics), rows }, ...this.runs];
  }

  #renderRuns(view: View, all: readonly Compared[]): unknown {
    const accuracy = view.accuracy;
    const inSteps = this.against === 'steps';
    return html`
      <ul>
        ${all.map(({ spec, label, rows }, k) => {
          const crossing = testTime(rows, accuracy, 300);
          return html`<li>
            <span><span class="swatch" style="background: var(--${COLOURS[k]})"></span>${label}</span>
            <span>test ≥ ${accuracy}: ${quantileText(crossing, endOf(spec))}</span>
          </li>`;
        })}
      </ul>
      <div class="add">
        <div>
          <label for="against">Against</label>
          <select
            id="against"
            @change=${(event: Event) => {
              this.against = (event.target as HTMLSelectElement).value as 't' | 'steps';
            }}
          >
            <option value="t" ?selected=${!inSteps}>t = η · steps</option>
            <option value="steps" ?selected=${inSteps}>steps</option>
          </select>
        </div>
      </div>
      <grok-chart
        .content=${chartOf(all, inSteps)}
        label="Test accuracy of ${all.map(({ label }) => label).join(', ')} against ${inSteps ? 'steps' : 't'}"
      ></grok-chart>
      ${inSteps ? html`<p class="muted">A flow has no steps and is left out.</p>` : nothing}
    `;
  }

  readonly #clear = (): void => {
    this.runs = [];
    this.problem = '';
  };

  async #add(view: View): Promise<void> {
    const of = this.#of;
    let spec: SweepSpec;
    try {
      spec = specOf(view, this.index, this.kind, this.settings);
    } catch (error) {
      if (!(error instanceof FieldError)) throw error;
      this.problem = error.message;
      return;
    }
    this.busy = true;
    this.problem = '';
    const rows = await (this.train as TrainOne)(spec);
    this.busy = false;
    // Another replica may be shown by now.
    if (of !== this.#of) return;
    if (typeof rows === 'string') this.problem = `${DYNAMICS_NAMES[this.kind]}: ${rows}`;
    else this.runs = [...this.runs, { spec, label: labelOf(spec.dynamics), rows }];
  }
}

function labelOf(dynamics: Dynamics): string {
  return dynamicsText(dynamics, []) || 'gradient flow';
}

/** One cell with the dataset of a replica, trained by another kind of dynamics. */
function specOf(
  view: View,
  index: number,
  kind: DynamicsKind,
  settings: Readonly<Record<string, string>>,
): SweepSpec {
  const { plan } = view;
  const { lambda, samples, sigma } = plan.cellOf(index);
  const { seed } = plan.replica(index);
  const { version, ensemble, data, thresholds } = specToJson(plan.spec);
  return parseSpec({
    version,
    ensemble,
    data,
    thresholds,
    samples,
    sigma,
    x: { over: 'lambda', values: [lambda] },
    y: { over: 'seed', values: [seed] },
    dynamics: { kind, ...settingsJson(settings, []) },
  });
}

/** Test accuracy of all runs over a common axis, from the first record of any to the last. */
function chartOf(runs: readonly Compared[], inSteps: boolean): ChartContent {
  const shift = ({ spec }: Compared): number =>
    inSteps ? -Math.log10(spec.dynamics.learningRate ?? 1) : 0;
  const shown = runs.flatMap((run, k) =>
    !inSteps || run.spec.dynamics.learningRate !== undefined ? [{ run, k }] : [],
  );
  const ends = shown.map(({ run }) => {
    const { rows } = run;
    const time = (row: number): number => logTime(entry(rows, row, Column.log1pTime)) / Math.LN10;
    // The first row of a record in the clock is t = 0.
    const first = Math.max(-3, Number.isFinite(time(0)) ? time(0) : time(1));
    return { from: first + shift(run), to: time(rowCount(rows) - 1) + shift(run) };
  });
  const from = Math.min(...ends.map((end) => end.from));
  const to = Math.min(12, Math.max(...ends.map((end) => end.to)));
  const x = Array.from({ length: POINTS }, (_, k) => from + ((to - from) * k) / (POINTS - 1));
  const lines = shown.map(({ run, k }): Line => {
    const values = x.map((log10) => {
      const log10t = log10 - shift(run);
      const at = locateTime(run.rows, log1pTimeOf(log10t * Math.LN10));
      if (!at) return null;
      const { clock, uNorm } = interpolate(run.rows, at.row, at.s);
      return uNorm > 0 ? testAccuracy(clock, uNorm) : null;
    });
    return { label: '', colour: COLOURS[k] as (typeof COLOURS)[number], values };
  });
  const lowest = Math.min(1, ...lines.flatMap(({ values }) => values.map((value) => value ?? 1)));
  return {
    x,
    xTitle: inSteps ? 'steps' : 't',
    xLogarithmic: true,
    logarithmic: false,
    range: [Math.min(0.5, Math.floor(lowest * 10) / 10), 1.005],
    lines,
    marks: [],
  };
}

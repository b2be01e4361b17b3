import { css, html, LitElement, nothing } from 'lit';
import { property, state } from 'lit/decorators.js';
import { stableLearningRate, startCurvature } from '../model/stability.ts';
import { ERROR_COUNTS } from '../model/trajectory.ts';
import type { Crossing } from '../results/times.ts';
import type { View } from '../sweep/cells.ts';
import { type Asymptotes, asymptotesOf, separabilityFacts } from './asymptotes.ts';
import type { CertifyRequest } from './certificates.ts';
import type { Mark } from './chart.ts';
import type { TrainOne } from './comparison.ts';
import { quietButtonStyle } from './controls-style.ts';
import { type Curves, curvesOf, type Motion, motionOf } from './curves.ts';
import { count, endOf, number, quantileText, time } from './format.ts';
import type { CellPosition } from './map-window.ts';
import { predictionFacts } from './predictions.ts';
import { chartsOf, type RunChart, withOthers } from './run-charts.ts';
import type { TableContent } from './table.ts';
import { theme } from './theme.ts';

/** Runs that are drawn beside the one that is shown, at most about. */
const MOST_BESIDE = 8;

/**
 * How one replica memorised and then generalised: its numbers and its curves.
 *
 * @fires seed-select - CustomEvent<number>: which of the cell's seeds is wanted, counted from 0
 * @fires certify - CustomEvent<CertifyRequest>: the reader wants its dataset certified
 */
export class GrokInspector extends LitElement {
  static override styles = [
    theme,
    quietButtonStyle,
    css`
      :host {
        display: block;
      }
      header {
        display: flex;
        flex-wrap: wrap;
        align-items: baseline;
        gap: 2px 12px;
        margin-bottom: 8px;
      }
      dl {
        margin: 0 0 12px;
      }
      dl > div {
        display: flex;
        justify-content: space-between;
        gap: 12px;
        padding: 7px 0;
        border-bottom: 1px solid var(--line);
        font-size: 0.875rem;
      }
      dt {
        color: var(--muted);
      }
      dd {
        margin: 0;
        text-align: right;
      }
      @media (max-width: 720px) {
        button {
          min-height: 44px;
        }
      }
      .link {
        margin: 0 0 8px;
        overflow-wrap: anywhere;
      }
      h3 {
        margin-top: 14px;
      }
      label {
        font-size: 0.875rem;
        color: var(--muted);
      }
      select {
        min-height: 32px;
        background: var(--ground);
        border: 1px solid var(--line);
        border-radius: 6px;
      }
    `,
  ];

  @property({ attribute: false }) view: View | undefined;
  @property({ attribute: false }) revision = 0;
  /** The cell to show. */
  @property({ attribute: false }) cell: CellPosition | undefined;
  /** Trains a replica by other dynamics; without it, none is. */
  @property({ attribute: false }) train: TrainOne | undefined;
  /** Whether a dataset can be certified now. */
  @property({ attribute: false }) certifiable = false;
  /** Which of the cell's seeds, counted from 0. */
  @property({ attribute: false }) seed = 0;
  /** Cells that are pointed at elsewhere; the runs of some of them are drawn beside. */
  @property({ attribute: false }) hovered: readonly CellPosition[] = [];
  /** The link to a replica; without it, none is offered. */
  @property({ attribute: false }) linkOf: ((index: number) => string) | undefined;
  @state() private copied = '';

  #curvature: { readonly of: string; readonly value: number } | undefined;
  #curves: { readonly of: object; readonly curves: Curves } | undefined;
  #foretold: { readonly of: unknown[]; readonly facts: [string, string][] } | undefined;
  #limit: { readonly of: unknown[]; readonly asymptotes: Asymptotes | undefined } | undefined;
  #charts: { readonly of: unknown[]; readonly charts: RunChart[] } | undefined;

  protected override render(): unknown {
    const { view, cell } = this;
    if (!view || !cell)
      return html`<p class="muted">Select a cell of the map to see how it learned.</p>`;
    const { plan, table } = view;
    const { spec } = plan;
    const seed = Math.min(this.seed, spec.seedsPerCell - 1);
    const index = plan.firstOf(cell.ix, cell.iy) + seed;
    const { samples, dimensions, sigma, lambda } = plan.cellOf(index);
    const replica = plan.replica(index);
    return html`
      <header>
        <h2>λ ${number(lambda, 6)} · seed ${replica.seed}</h2>
        <span class="muted">d/N = ${dimensions}/${samples}, σ ${sigma}</span>
      </header>
      ${
        spec.seedsPerCell > 1
          ? html`<p>
              <label>
                Seed
                <select
                  @change=${(event: Event) => {
                    const detail = Number((event.target as HTMLSelectElement).value);
                    this.dispatchEvent(new CustomEvent('seed-select', { detail, bubbles: true }));
                  }}
                >
                  ${Array.from(
                    { length: spec.seedsPerCell },
                    (_, k) =>
                      html`<option value=${k} ?selected=${k === seed}>${plan.cell(cell.ix, cell.iy).seed + k}</option>`,
                  )}
                </select>
              </label>
            </p>`
          : nothing
      }
      ${
        table.failures.has(index)
          ? html`<p>This run failed: ${table.failures.get(index)}.</p>
              ${this.#renderStable(view, index)}`
          : table.has(index)
            ? this.#renderRun(view, index, samples)
            : html`<p class="muted">Not computed yet.</p>`
      }
    `;
  }

  #renderRun(view: View, index: number, samples: number): unknown {
    const { table, plan, accuracy: a } = view;
    const { thresholds } = plan.spec;
    // Memorised: the same training accuracy, or the largest that was timed where no record tells.
    const same = table.trainTimeAt(index, a);
    const test = table.testTimeAt(index, a);
    const train = same ?? table.trainTime(index, thresholds.train.length - 1);
    const trained = same ? a : thresholds.train.at(-1);
    const final = table.final(index);
    const rows = table.record(index);
    const text = (crossing: Crossing | undefined): string =>
      crossing ? quantileText(crossing, endOf(plan.spec)) : '–';
    const delay =
      same && test?.state === 'crossed' && train.state === 'crossed'
        ? `${time(test.log10t - train.log10t)} ×`
        : '–';
    const facts: [string, string][] = [
      [`memorised, train ≥ ${trained}`, text(train)],
      [`generalised, test ≥ ${a}`, text(test)],
      ...this.#told(view, index),
      ['delay, t_test / t_train', delay],
      [
        plan.spec.dynamics.steps === undefined ? 'gradients' : 'steps',
        count(table.gradients(index)),
      ],
    ];
    const stable = this.#stable(view, index);
    if (stable !== undefined) facts.push(['steps stable at the start up to η', number(stable, 3)]);
    if (final) {
      facts.push(
        ['run ended at t', time(final.log10t)],
        ['test accuracy there', number(final.testAccuracy)],
        ['train accuracy there', number(final.trainAccuracy)],
      );
    }
    return html`
      <dl>
        ${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}
      </dl>
      ${this.#renderLink(index)} ${this.#renderSeparability(view, index)}
      ${
        rows && rows.length > 0
          ? this.#renderCurves(
              this.#curvesOf(rows, samples),
              marksOf(train, test),
              this.#asymptotesOf(view, index),
              index,
            )
          : nothing
      }
    `;
  }

  #renderStable(view: View, index: number): unknown {
    const stable = this.#stable(view, index);
    if (stable === undefined) return nothing;
    return html`<p class="muted">
      Steps are stable at the start up to η ${number(stable, 3)}, by the Hessian of these data.
    </p>`;
  }

  /** The largest stable learning rate for the dataset of a replica. */
  #stable({ plan }: View, index: number): number | undefined {
    const { dynamics, sigma } = plan.cellOf(index);
    if (stableLearningRate(dynamics, 1) === undefined) return undefined;
    const of = JSON.stringify(plan.replica(index));
    if (this.#curvature?.of !== of) {
      this.#curvature = { of, value: startCurvature(plan.replica(index), sigma) };
    }
    return stableLearningRate(dynamics, this.#curvature.value);
  }

  /** What could be told in advance, made anew only for another replica, accuracy or certificate. */
  #told(view: View, index: number): [string, string][] {
    const { table, accuracy } = view;
    const of = [table.record(index), accuracy, table.separability(index)];
    if (!of.every((each, k) => each === this.#foretold?.of[k])) {
      this.#foretold = { of, facts: predictionFacts(view, index) };
    }
    return this.#foretold?.facts ?? [];
  }

  #curvesOf(rows: Parameters<typeof curvesOf>[0], samples: number): Curves {
    if (this.#curves?.of !== rows) this.#curves = { of: rows, curves: curvesOf(rows, samples) };
    return this.#curves.curves;
  }

  /** Theory takes as long as a frame: it is asked once a replica, and again when there is a certificate. */
  #asymptotesOf({ plan, table }: View, index: number): Asymptotes | undefined {
    const separability = table.separability(index);
    const of = [plan, index, separability];
    if (!of.every((each, k) => each === this.#limit?.of[k])) {
      this.#limit = { of, asymptotes: asymptotesOf(plan, index, separability) };
    }
    return this.#limit?.asymptotes;
  }

  #renderCurves(
    curves: Curves,
    marks: readonly Mark[],
    asymptotes: Asymptotes | undefined,
    index: number,
  ): unknown {
    const of = [curves, JSON.stringify(marks), asymptotes?.source];
    if (!of.every((each, k) => each === this.#charts?.of[k])) {
      this.#charts = { of, charts: chartsOf(curves, marks, asymptotes, this.#thresholds()) };
    }
    const [accuracy, loss, norm, plane] = this.#charts?.charts ?? [];
    if (!accuracy || !loss || !norm || !plane) return nothing;
    const others = this.#hoveredMotions();
    const times = others.map(({ log10t, testAccuracy }) => ({ x: log10t, y: testAccuracy }));
    const paths = others.map(({ clock, uNorm }) => ({ x: [0, ...clock], y: [0, ...uNorm] }));
    const charts =
      others.length > 0
        ? [withOthers(accuracy, times), loss, norm, withOthers(plane, paths)]
        : [accuracy, loss, norm, plane];
    return html`
      ${charts.map(
        ({ title, label, note, content }) => html`<h3>${title}</h3>
          <grok-chart .content=${content} .label=${label}></grok-chart>
          ${note ? html`<p class="muted">${note}</p>` : nothing}`,
      )}
      <grok-table label="Curves" .content=${() => tableOf(curves)}></grok-table>
      <grok-comparison .view=${this.view} .index=${index} .train=${this.train}></grok-comparison>
    `;
  }

  /** What cells that are pointed at did, the first replica of each, without the one that is shown. */
  #hoveredMotions(): Motion[] {
    const { view, hovered, cell } = this;
    if (!view) return [];
    const others = hovered.filter(({ ix, iy }) => ix !== cell?.ix || iy !== cell.iy);
    const stride = Math.ceil(others.length / MOST_BESIDE);
    return others.flatMap(({ ix, iy }, k) => {
      const index = view.plan.firstOf(ix, iy);
      const rows = k % stride === 0 ? view.table.record(index) : undefined;
      return rows && rows.length > 0 ? [motionOf(rows)] : [];
    });
  }

  #thresholds(): readonly number[] {
    return this.view?.plan.spec.thresholds.test ?? [];
  }

  /** Copies the link to the replica; where nothing may be copied, shows it. */
  #renderLink(index: number): unknown {
    const { linkOf } = this;
    if (!linkOf) return nothing;
    return html`<p class="link">
      <button
        @click=${async () => {
          const link = linkOf(index);
          try {
            await navigator.clipboard.writeText(link);
            this.copied = 'Copied: it runs this replica again and compares.';
          } catch {
            this.copied = link;
          }
        }}
      >
        Copy link to this replica
      </button>
      <span class="muted" role="status">${this.copied}</span>
    </p>`;
  }

  /** What is known of the dataset, or the button that finds out. */
  #renderSeparability({ table, plan }: View, index: number): unknown {
    const separability = table.separability(index);
    if (!separability) {
      return html`<p class="certify">
        <button
          ?disabled=${!this.certifiable}
          @click=${() => this.#certify(index)}
        >
          Certify this dataset
        </button>
      </p>`;
    }
    return html`<dl>
      ${separabilityFacts(separability, plan.cellOf(index).sigma, plan.spec).map(
        ([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`,
      )}
    </dl>`;
  }

  #certify(index: number): void {
    const detail: CertifyRequest = [index];
    this.dispatchEvent(new CustomEvent('certify', { detail, bubbles: true, composed: true }));
  }
}

function marksOf(train: Crossing, test: Crossing | undefined): Mark[] {
  return [
    ...(train.state === 'crossed' ? [{ x: train.log10t, label: 't_train' }] : []),
    ...(test?.state === 'crossed' ? [{ x: test.log10t, label: 't_test' }] : []),
  ];
}

/** The ends of the steps. */
function tableOf(curves: Curves): TableContent {
  const power = (log10: number): string => (10 ** log10).toExponential(2);
  return {
    head: ['t', 'train acc.', 'test acc.', 'train loss', 'test loss', '‖u‖', '−b'],
    length: Math.floor(curves.log10t.length / ERROR_COUNTS),
    row: (step) => {
      const k = ERROR_COUNTS * (step + 1) - 1;
      const at = (values: readonly number[]): number => values[k] as number;
      return [
        time(at(curves.log10t)),
        number(at(curves.trainAccuracy)),
        number(at(curves.testAccuracy)),
        power(at(curves.trainLoss)),
        power(at(curves.testLoss)),
        number(at(curves.uNorm)),
        number(at(curves.clock)),
      ];
    },
  };
}

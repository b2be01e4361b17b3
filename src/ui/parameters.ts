/** What a claim's sweeps are run with, in words. */
import type { ClaimSweep } from '../claims/claim.ts';
import type { Parameter } from '../model/axis.ts';
import { isDescent } from '../model/dynamics.ts';
import type { SweepSpec } from '../model/spec.ts';
import { SweepPlan } from '../sweep/plan.ts';
import { count, endOf, powerOfTen } from './format.ts';
import { DYNAMICS_NAMES } from './settings.ts';

/** Values of a list that are all written out. */
const MOST_VALUES = 12;

const DATA: Record<SweepSpec['ensemble'], string> = {
  independent: 'Gaussian, fresh for each seed, N and d',
  nested: 'Gaussian, prefixes of one matrix a seed',
  twoPoint: 'two points, −1 and 1 − 2λ',
};

const TRAINING: Record<SweepSpec['dynamics']['kind'], string> = {
  ...DYNAMICS_NAMES,
  flow: 'gradient flow, logistic loss, with bias',
  conformal: 'gradient flow, exponential loss, no bias',
};

/** A name, and its value in each of the sweeps. */
export interface ParameterRow {
  readonly name: string;
  readonly values: readonly string[];
}

/** Everything that the sweeps are set to, a row a parameter. */
export function parameterRows(sweeps: readonly ClaimSweep[]): ParameterRow[] {
  const rows: [string, (sweep: ClaimSweep, plan: SweepPlan) => string][] = [
    ['data', ({ spec }) => DATA[spec.ensemble]],
    ['training', ({ spec, trained }) => (trained ? trainingText(spec) : 'none')],
    ['N, samples', (_, plan) => along(plan, 'samples')],
    ['σ of the data', (_, plan) => along(plan, 'sigma')],
    ['λ', (_, plan) => along(plan, 'lambda')],
    ['seeds', (_, plan) => seedsText(plan)],
    ['run until', ({ spec }) => endText(spec)],
    [
      'certificates',
      ({ certified }) =>
        certified ? 'separable or not, and margin or ‖u∞‖, of each dataset' : 'none',
    ],
    ['replicas', (_, plan) => count(plan.size)],
  ];
  const plans = sweeps.map(({ spec }) => new SweepPlan(spec));
  return rows.map(([name, text]) => ({
    name,
    values: sweeps.map((sweep, k) => text(sweep, plans[k] as SweepPlan)),
  }));
}

function along({ spec, xs, ys }: SweepPlan, name: Parameter): string {
  if (spec.x.over === name) return listText(xs);
  return spec.y.over === name ? listText(ys) : String(spec[name]);
}

function listText(values: readonly number[]): string {
  if (values.length <= MOST_VALUES) return values.map(short).join(', ');
  return `${count(values.length)} values from ${short(values[0] as number)} to ${short(values.at(-1) as number)}`;
}

/** Five digits: a list is read, the link has the exact values. */
const short = (value: number): string => String(Number(value.toPrecision(5)));

function seedsText({ spec, xs, ys }: SweepPlan): string {
  if (spec.ensemble === 'twoPoint') return 'none: the data are given';
  const axis = spec.x.over === 'seed' ? xs : ys;
  if (spec.x.over === 'seed' || spec.y.over === 'seed') return rangeText(axis[0] as number, axis);
  const seeds = Array.from({ length: spec.seedsPerCell }, (_, k) => spec.seed + k);
  return `${rangeText(spec.seed, seeds)} in each cell`;
}

const rangeText = (first: number, seeds: readonly number[]): string =>
  seeds.length === 1 ? String(first) : `${first} to ${seeds.at(-1)}`;

const trainingText = ({ dynamics, tolerance }: SweepSpec): string =>
  `${TRAINING[dynamics.kind]}${tolerance === 'fine' ? ', fine tolerance' : ''}`;

function endText({ until, horizon, thresholds, dynamics }: SweepSpec): string {
  const time = `${dynamics.kind === 'conformal' ? 'τ' : 't'} = ${powerOfTen(horizon)}`;
  const end = isDescent(dynamics.kind) ? endOf({ horizon, dynamics }) : time;
  if (until === 'horizon') return end;
  return `test accuracy is ${thresholds.test.at(-1)} and training accuracy ${thresholds.train.at(-1)}, or ${end}`;
}

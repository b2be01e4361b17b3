import {
  type Axis,
  type AxisParameter,
  axisValues,
  PARAMETER_RANGES,
  PARAMETERS,
  type Parameter,
  readAxis,
} from './axis.ts';
import type { Ensemble } from './dataset.ts';
import { type DataLaw, GAUSSIAN, isIsotropic, isPlain, readData } from './distribution.ts';
import {
  DYNAMICS_AXES,
  type Dynamics,
  defaultDynamics,
  dynamicsToJson,
  isDescent,
  readDynamics,
  settingsOf,
  stepHorizon,
} from './dynamics.ts';
import type { Workload } from './engine.ts';
import { FieldError, join, readChoice, readList, readNumber, readObject } from './fields.ts';
import type { Tolerance } from './replica.ts';

/** Version of the spec format that this code reads and writes. */
export const SPEC_VERSION = 1;

/** Most replicas in one sweep. */
export const MAX_REPLICAS = 4_000_000;

/** Most entries N·d of one dataset; an engine may have memory for fewer. */
export const MAX_ENTRIES = 10_000_000_000;

/** A sweep, complete: every field is present. This is what `parseSpec` returns. */
export interface SweepSpec extends Readonly<Record<Parameter, number>> {
  readonly version: typeof SPEC_VERSION;
  // samples, sigma, lambda and seed hold for all cells, except along an axis that runs over them.
  readonly ensemble: Ensemble;
  readonly data: DataLaw;
  readonly x: Axis;
  readonly y: Axis;
  /** Replicas in a cell: seeds seed, seed + 1, …; 1 when an axis runs over seeds. */
  readonly seedsPerCell: number;
  /** Accuracies whose first upward crossings are timed, ascending. */
  readonly thresholds: { readonly test: readonly number[]; readonly train: readonly number[] };
  /** log10 t_end; for training in steps that of η · steps, as the dynamics have them. */
  readonly horizon: number;
  readonly tolerance: Tolerance;
  /** Whether a replica ends when its last threshold has been crossed, or goes on to the horizon. */
  readonly until: 'thresholds' | 'horizon';
  readonly dynamics: Dynamics;
}

/** What an empty spec stands for: a small map of the edge at σ = 5. */
export const DEFAULT_SPEC: SweepSpec = {
  version: SPEC_VERSION,
  samples: 128,
  sigma: 5,
  lambda: 0.48,
  seed: 1,
  ensemble: 'independent',
  data: GAUSSIAN,
  x: { over: 'lambda', from: 0.3, to: 0.6, step: 0.0125 },
  y: { over: 'seed', from: 1, to: 16, step: 1 },
  seedsPerCell: 1,
  thresholds: { test: [0.9, 0.95, 0.99], train: [0.9, 0.95, 1] },
  horizon: 30,
  tolerance: 'default',
  until: 'thresholds',
  dynamics: defaultDynamics('flow'),
};

const FIELDS = Object.keys(DEFAULT_SPEC);

const ENSEMBLES: readonly Ensemble[] = ['independent', 'nested', 'twoPoint'];

/** d = round(λN), at least 1. */
export function dimensionsOf(lambda: number, samples: number): number {
  return Math.max(1, Math.round(lambda * samples));
}

/**
 * Reads a spec from parsed JSON. Fields that are absent take the value of DEFAULT_SPEC.
 * @throws FieldError that names the first field that is not accepted
 */
export function parseSpec(value: unknown): SweepSpec {
  const object = readObject(value, '', FIELDS);
  const given = (field: string): unknown =>
    object[field] === undefined ? DEFAULT_SPEC[field as keyof SweepSpec] : object[field];
  if (given('version') !== SPEC_VERSION) {
    throw new FieldError('version', object.version, `${SPEC_VERSION}, the version of this program`);
  }
  const x = readAxis(given('x'), 'x');
  const y = readAxis(given('y'), 'y');
  if (x.over === y.over) {
    throw new FieldError('y.over', y.over, `another parameter than the x axis, "${x.over}"`);
  }
  const ensemble = readChoice(given('ensemble'), 'ensemble', ENSEMBLES);
  const data = readData(given('data'));
  if (ensemble === 'twoPoint') {
    checkTwoPoint(object, x, y);
    if (!isPlain(data)) throw new FieldError('data', data, 'nothing with the twoPoint ensemble');
  }
  const parameters = {} as Record<Parameter, number>;
  for (const name of PARAMETERS) {
    if ((x.over === name || y.over === name) && object[name] !== undefined) {
      throw new FieldError(name, object[name], `nothing: an axis runs over ${name}`);
    }
    parameters[name] = readNumber(given(name), name, PARAMETER_RANGES[name]);
  }
  if (ensemble === 'twoPoint') parameters.samples = 2;
  const { kind } = DEFAULT_SPEC.dynamics;
  const dynamics = readDynamics(object.dynamics ?? { kind }, [x.over, y.over]);
  if (dynamics.kind === 'conformal' && !isIsotropic(data)) {
    throw new FieldError('data', data, 'spectrum 0 and shift 0 with dynamics "conformal"');
  }
  for (const [name, { over }] of Object.entries({ x, y })) checkAxisSetting(name, over, dynamics);
  let horizon = readNumber(given('horizon'), 'horizon', { min: 0, max: 300 });
  if (isDescent(dynamics.kind)) {
    if (object.horizon !== undefined) {
      throw new FieldError('horizon', object.horizon, 'nothing: dynamics.steps ends a run');
    }
    horizon = stepHorizon(dynamics);
  }
  const spec: SweepSpec = {
    version: SPEC_VERSION,
    ...parameters,
    ensemble,
    data,
    x,
    y,
    seedsPerCell: readNumber(given('seedsPerCell'), 'seedsPerCell', {
      min: 1,
      max: 10_000,
      integer: true,
    }),
    thresholds: readThresholds(given('thresholds')),
    horizon,
    tolerance: readChoice(given('tolerance'), 'tolerance', ['default', 'fine']),
    until: readChoice(given('until'), 'until', ['thresholds', 'horizon']),
    dynamics,
  };
  checkSize(spec);
  checkBatches(spec);
  return spec;
}

/**
 * Reads a spec from JSON text.
 * @throws FieldError, also for text that is not JSON
 */
export function parseSpecText(text: string): SweepSpec {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new FieldError('spec', text.slice(0, 40), `JSON (${(error as Error).message})`);
  }
  return parseSpec(value);
}

/** The spec as it would be written by hand: no fields that an axis makes meaningless. */
export function specToJson(spec: SweepSpec): Record<string, unknown> {
  const along = [spec.x.over, spec.y.over];
  const json: Record<string, unknown> = {
    ...spec,
    dynamics: dynamicsToJson(spec.dynamics, along),
  };
  for (const name of along) delete json[name];
  if (isDescent(spec.dynamics.kind)) delete json.horizon;
  return json;
}

/** Only what differs from the default, for short links; `parseSpec` restores the whole. */
export function specDifferences(spec: SweepSpec): Record<string, unknown> {
  const json = specToJson(spec);
  const defaults = specToJson(DEFAULT_SPEC);
  for (const key of Object.keys(json)) {
    if (
      key !== 'version' &&
      JSON.stringify(json[key]) ===
        JSON.stringify(defaults[key] ?? DEFAULT_SPEC[key as keyof SweepSpec])
    ) {
      delete json[key];
    }
  }
  return json;
}

/** What an engine has to train for a sweep. An axis over decay or weights at the start has it at 0 too. */
export function workloadOf({ dynamics, data, x, y }: SweepSpec): Workload {
  const { kind, weightDecay = 0, initialScale = 0 } = dynamics;
  if (isDescent(kind)) return 'steps';
  const varied = [x, y].some(({ over }) => over === 'weightDecay' || over === 'initialScale');
  const more = weightDecay > 0 || initialScale > 0 || varied || !isIsotropic(data);
  return more ? 'flowInTime' : 'flow';
}

/** Whether a sweep is more than gradient flow from S = 0 on data that are alike in all directions. */
export function isTraining(spec: SweepSpec): boolean {
  return workloadOf(spec) !== 'flow';
}

/**
 * Whether the margin of the data says what test accuracy tends to: proven for gradient flow and gradient
 * descent without a pull to zero (Soudry et al. 2018), on data that are alike in all directions. Adam tends
 * elsewhere.
 */
export function followsMargin({ dynamics, data, x, y }: SweepSpec): boolean {
  const { kind, l2 = 0, weightDecay = 0 } = dynamics;
  const plain = kind === 'flow' || kind === 'conformal' || kind === 'gd';
  const varied = [x, y].some(({ over }) => over === 'l2' || over === 'weightDecay');
  return plain && l2 === 0 && weightDecay === 0 && !varied && isIsotropic(data);
}

function readThresholds(value: unknown): SweepSpec['thresholds'] {
  const object = readObject(value, 'thresholds', ['test', 'train']);
  // Test accuracy reaches 1 only in the limit; training accuracy, a count, reaches it.
  const read = (
    name: 'test' | 'train',
    largest: string,
    accepted: (a: number) => boolean,
  ): number[] => {
    const field = join('thresholds', name);
    const list = readList(
      object[name] ?? DEFAULT_SPEC.thresholds[name],
      field,
      { min: 1, max: 8 },
      (entry, at) => {
        if (typeof entry === 'number' && entry >= 0.5 && accepted(entry)) return entry;
        throw new FieldError(at, entry, `an accuracy from 0.5 to ${largest}`);
      },
    );
    list.forEach((entry, k) => {
      if (k > 0 && entry <= (list[k - 1] as number)) {
        throw new FieldError(
          `${field}[${k}]`,
          entry,
          `more than the value before it, ${list[k - 1]}`,
        );
      }
    });
    return list;
  };
  return {
    test: read('test', '0.999999', (a) => a <= 0.999999),
    train: read('train', '1', (a) => a <= 1),
  };
}

/** The two points are the same for every seed, and two. */
function checkTwoPoint(object: Record<string, unknown>, x: Axis, y: Axis): void {
  for (const [name, { over }] of Object.entries({ x, y })) {
    if (over !== 'lambda' && over !== 'sigma') {
      throw new FieldError(`${name}.over`, over, '"lambda" or "sigma" with the twoPoint ensemble');
    }
  }
  for (const [name, only] of [
    ['samples', 2],
    ['seedsPerCell', 1],
  ] as const) {
    if (object[name] !== undefined && object[name] !== only) {
      throw new FieldError(name, object[name], `${only} with the twoPoint ensemble`);
    }
  }
}

/** An axis over a setting needs dynamics that have it. */
function checkAxisSetting(name: string, over: AxisParameter, { kind }: Dynamics): void {
  const settings: readonly string[] = settingsOf(kind);
  if (!(DYNAMICS_AXES as readonly string[]).includes(over) || settings.includes(over)) return;
  const has = DYNAMICS_AXES.filter((setting) => settings.includes(setting));
  const accepted = [...PARAMETERS, ...has].map((each) => `"${each}"`).join(', ');
  throw new FieldError(`${name}.over`, over, `one of ${accepted} with dynamics "${kind}"`);
}

/** A minibatch is a part of the data. */
function checkBatches(spec: SweepSpec): void {
  const { batchSize } = spec.dynamics;
  if (batchSize === undefined) return;
  const axis = [spec.x, spec.y].find(({ over }) => over === 'batchSize');
  const largest = axis ? Math.max(...axisValues(axis)) : batchSize;
  const samples = [spec.x, spec.y].find(({ over }) => over === 'samples');
  const least = samples ? Math.min(...axisValues(samples)) : spec.samples;
  if (largest > least) {
    throw new FieldError('dynamics.batchSize', largest, `at most N, ${least}`);
  }
}

function checkSize(spec: SweepSpec): void {
  const xs = axisValues(spec.x);
  const ys = axisValues(spec.y);
  if (spec.seedsPerCell > 1 && (spec.x.over === 'seed' || spec.y.over === 'seed')) {
    throw new FieldError('seedsPerCell', spec.seedsPerCell, '1 where an axis runs over seeds');
  }
  const lastSeed = spec.seed + spec.seedsPerCell - 1;
  if (lastSeed > PARAMETER_RANGES.seed.max) {
    throw new FieldError(
      'seedsPerCell',
      spec.seedsPerCell,
      `seeds up to ${PARAMETER_RANGES.seed.max}`,
    );
  }
  const replicas = xs.length * ys.length * spec.seedsPerCell;
  if (replicas > MAX_REPLICAS) {
    throw new FieldError(
      'seedsPerCell',
      `${replicas} replicas`,
      `at most ${MAX_REPLICAS} replicas in all`,
    );
  }
  const largest = (name: Parameter): number =>
    Math.max(...(spec.x.over === name ? xs : spec.y.over === name ? ys : [spec[name]]));
  const samples = largest('samples');
  const entries = samples * dimensionsOf(largest('lambda'), samples);
  if (entries > MAX_ENTRIES) {
    throw new FieldError(
      'samples',
      samples,
      `N·d of at most ${MAX_ENTRIES} entries, not ${entries}`,
    );
  }
}

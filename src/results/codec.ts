/** The result file: JSON, written a replica at a time and read with nothing taken on trust. */
import { isDescent } from '../model/dynamics.ts';
import { FieldError, join, readChoice, readList, readNumber, readObject } from '../model/fields.ts';
import type { Replica } from '../model/replica.ts';
import type { Separability } from '../model/separability/certifier.ts';
import { parseSpec, type SweepSpec, specToJson } from '../model/spec.ts';
import { COLUMNS, Column, ERROR_COUNTS, type Rows } from '../model/trajectory.ts';
import { neverReaches } from './limits.ts';
import { FINALS, type Final, type Outcome, ResultTable } from './table.ts';
import type { Crossing } from './times.ts';

export const RESULTS_FORMAT = 'grokscope-results';
export const RESULTS_VERSION = 1;

/** Names of the columns of a record, as files have them. */
export const COLUMN_NAMES: readonly string[] = Array.from({ length: COLUMNS }, (_, k) => {
  const [name, first] = Object.entries(Column).findLast(([, column]) => column <= k) ?? ['', 0];
  return k < Column.trainErrors ? name : `${name}${k - first + 1}of${ERROR_COUNTS}`;
});

/** Where a file comes from; free of form, since other versions may say more. */
export type Provenance = Readonly<Record<string, unknown>>;

/** A way from the index of a replica to what it is. */
export interface Layout {
  readonly size: number;
  /** Values along x and y. */
  readonly xs: readonly number[];
  readonly ys: readonly number[];
  replica(index: number): Replica;
  /** The nominal λ of its cell, of which d = round(λN) is made. */
  cellOf(index: number): { readonly lambda: number };
}

/** A replica of a file: what it came to and, if it is kept, its record. */
export interface Entry {
  readonly index: number;
  readonly outcome: Outcome;
  readonly record?: Rows | undefined;
}

/** What a file is written from; entries come one at a time, so that they need not all be in memory. */
export interface ResultSource {
  readonly spec: SweepSpec;
  readonly layout: Layout;
  readonly provenance: Provenance;
  /** How many entries there are; replicas that have not come in are left out. */
  readonly count: number;
  /** In the order of their index. */
  entries(): Iterable<Entry>;
}

/** A table as the source of a file. */
export function sourceOf(
  table: ResultTable,
  layout: Layout,
  provenance: Provenance,
  { trajectories }: { readonly trajectories: boolean },
): ResultSource {
  return {
    spec: table.spec,
    layout,
    provenance,
    count: table.done,
    *entries() {
      for (let index = 0; index < table.size; index++) {
        if (!table.has(index)) continue;
        const record = trajectories ? table.record(index) : undefined;
        yield { index, outcome: table.outcome(index), record };
      }
    },
  };
}

/** A replica as files have it; the record only if there is one. */
export function replicaJson(
  { thresholds }: SweepSpec,
  replica: Replica,
  { outcome: { testTimes, trainTimes, separability, ...outcome }, record }: Entry,
): object {
  const { index, seed, samples, dimensions, sigma, ensemble } = replica;
  const { dynamics, training } = replica;
  const rate = isDescent(dynamics) ? training?.learningRate : undefined;
  const times = (crossings: readonly Crossing[], list: readonly number[]): object[] =>
    crossings.map((crossing, k) => ({
      threshold: list[k],
      ...crossing,
      ...(rate !== undefined && crossing.state === 'crossed'
        ? { steps: Math.round(10 ** crossing.log10t / rate) }
        : {}),
    }));
  return {
    index,
    seed,
    samples,
    dimensions,
    sigma,
    ensemble,
    testTimes: times(testTimes, thresholds.test),
    trainTimes: times(trainTimes, thresholds.train),
    ...outcome,
    ...(separability ? { separability } : {}),
    ...(record ? { record: chunk([...record], COLUMNS) } : {}),
  };
}

function chunk<T>(values: readonly T[], size: number): T[][] {
  return Array.from({ length: values.length / size }, (_, k) =>
    values.slice(k * size, (k + 1) * size),
  );
}

/** What every file says of itself. */
export function headOf({ spec, provenance }: Pick<ResultSource, 'spec' | 'provenance'>): object {
  return {
    format: RESULTS_FORMAT,
    version: RESULTS_VERSION,
    provenance,
    spec: specToJson(spec),
  };
}

/**
 * The text of a result file in pieces of one replica, so that a large sweep needs no string of its
 * size. Replicas that have not come in are left out.
 */
export function encodeResults(
  table: ResultTable,
  layout: Layout,
  provenance: Provenance,
  options: { readonly trajectories: boolean },
): Generator<string> {
  return encodeJson(sourceOf(table, layout, provenance, options), options);
}

/** The same of any source. */
export function* encodeJson(
  source: ResultSource,
  options: { readonly trajectories: boolean },
): Generator<string> {
  const { spec, layout } = source;
  const head = {
    ...headOf(source),
    ...(options.trajectories ? { recordColumns: COLUMN_NAMES } : {}),
  };
  yield `${JSON.stringify(head, null, 2).slice(0, -2)},\n  "replicas": [`;
  let separator = '\n';
  for (const entry of source.entries()) {
    yield `${separator}    ${JSON.stringify(replicaJson(spec, layout.replica(entry.index), entry))}`;
    separator = ',\n';
  }
  yield '\n  ]\n}\n';
}

/** A result file that has been read. */
export interface Results {
  readonly spec: SweepSpec;
  readonly provenance: Provenance;
  readonly table: ResultTable;
}

/**
 * Reads a result file from its text.
 * @param layoutOf lays out a spec; replicas of the file are held against it
 * @throws FieldError that names the first field that is not accepted
 */
export function decodeResults(text: string, layoutOf: (spec: SweepSpec) => Layout): Results {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new FieldError('file', text.slice(0, 40), `JSON (${(error as Error).message})`);
  }
  const object = readObject(value, '', [...HEAD_FIELDS, 'recordColumns', 'replicas']);
  const results = readHead(object, layoutOf);
  const { table, layout } = results;
  readList(object.replicas, 'replicas', { min: 0, max: layout.size }, (entry, field) => {
    readReplica(entry, field, table, layout);
  });
  return results;
}

export const HEAD_FIELDS = ['format', 'version', 'provenance', 'spec'] as const;

/** Reads what a file says of itself, and makes room for its replicas. */
export function readHead(
  head: Readonly<Record<string, unknown>>,
  layoutOf: (spec: SweepSpec) => Layout,
): Results & { readonly layout: Layout } {
  readChoice(head.format, 'format', [RESULTS_FORMAT]);
  if (head.version !== RESULTS_VERSION) {
    throw new FieldError(
      'version',
      head.version,
      `${RESULTS_VERSION}, the version of this program`,
    );
  }
  if (typeof head.provenance !== 'object' || head.provenance === null) {
    throw new FieldError('provenance', head.provenance, 'an object');
  }
  const spec = readSpec(head.spec);
  const layout = layoutOf(spec);
  const table = new ResultTable(spec, layout.size, (index) => layout.replica(index));
  return { spec, provenance: head.provenance as Provenance, table, layout };
}

export function readSpec(value: unknown): SweepSpec {
  try {
    return parseSpec(value);
  } catch (error) {
    if (!(error instanceof FieldError)) throw error;
    throw new FieldError(join('spec', error.field), error.value, error.accepted);
  }
}

const REPLICA_FIELDS = [
  'index',
  'seed',
  'samples',
  'dimensions',
  'sigma',
  'ensemble',
  'testTimes',
  'trainTimes',
  'final',
  'gradients',
  'failure',
  'separability',
  'record',
];

/** Reads a replica as `replicaJson` has it into a table. */
export function readReplica(
  value: unknown,
  field: string,
  table: ResultTable,
  layout: Layout,
): void {
  const { index, outcome, record } = readEntry(value, field, table.spec, layout, (each) =>
    table.has(each),
  );
  table.store(index, outcome, record);
}

/**
 * Reads a replica as `replicaJson` has it.
 * @param has replicas that were there before
 */
export function readEntry(
  value: unknown,
  field: string,
  spec: SweepSpec,
  layout: Pick<Layout, 'size' | 'replica'>,
  has: (index: number) => boolean = () => false,
): Entry {
  const object = readObject(value, field, REPLICA_FIELDS);
  const at = (key: string): string => join(field, key);
  const index = readNumber(object.index, at('index'), {
    min: 0,
    max: layout.size - 1,
    integer: true,
  });
  if (has(index)) throw new FieldError(at('index'), index, 'each replica once');
  const replica = layout.replica(index);
  for (const key of ['seed', 'samples', 'dimensions', 'sigma', 'ensemble'] as const) {
    if (object[key] !== replica[key]) {
      throw new FieldError(
        at(key),
        object[key],
        `${replica[key]}, which the spec gives to replica ${index}`,
      );
    }
  }
  const { test, train } = spec.thresholds;
  const failure = object.failure === null ? null : readText(object.failure, at('failure'));
  const list = (key: 'testTimes' | 'trainTimes', thresholds: readonly number[]): Crossing[] =>
    readTimes(object[key], at(key), failure === null ? thresholds : [], STATES[key]);
  const outcome: Outcome = {
    testTimes: list('testTimes', test),
    trainTimes: list('trainTimes', train),
    final: failure === null ? readFinal(object.final, at('final')) : null,
    gradients: readNumber(object.gradients, at('gradients'), {
      min: 0,
      max: 2 ** 32 - 1,
      integer: true,
    }),
    failure,
    separability:
      object.separability === undefined
        ? null
        : readSeparability(object.separability, at('separability')),
  };
  const unproven = outcome.testTimes.findIndex(
    ({ state }, k) =>
      state === 'never' &&
      !neverReaches(outcome.separability ?? undefined, replica.sigma, test[k] as number),
  );
  if (unproven >= 0) {
    const expected = '"notBy", unless the margin in separability proves "never"';
    throw new FieldError(`${at('testTimes')}[${unproven}].state`, 'never', expected);
  }
  const rows =
    object.record === undefined
      ? undefined
      : readRecord(object.record, at('record'), replica.training !== undefined);
  return { index, outcome, record: rows };
}

function readText(value: unknown, field: string): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new FieldError(field, value, 'null or the reason in words');
}

const STEPS = { min: 1, max: 2 ** 53, integer: true };
const ANY = { min: -Number.MAX_VALUE, max: Number.MAX_VALUE };

const STATES = {
  testTimes: ['fromStart', 'crossed', 'notBy', 'never'],
  trainTimes: ['fromStart', 'crossed', 'notBy'],
} as const;

function readTimes(
  value: unknown,
  field: string,
  thresholds: readonly number[],
  states: readonly Crossing['state'][],
): Crossing[] {
  const { length } = thresholds;
  return readList(value, field, { min: length, max: length }, (entry, at) => {
    const object = readObject(entry, at, ['threshold', 'state', 'log10t', 'steps']);
    const expected = thresholds[Number(/\[(\d+)\]$/.exec(at)?.[1])];
    if (object.threshold !== expected) {
      throw new FieldError(join(at, 'threshold'), object.threshold, `${expected}, as in the spec`);
    }
    const state = readChoice(object.state, join(at, 'state'), states);
    if (state !== 'crossed') return { state };
    // The same time once more, for whoever reads the file without the learning rate.
    if (object.steps !== undefined) readNumber(object.steps, join(at, 'steps'), STEPS);
    return { state, log10t: readNumber(object.log10t, join(at, 'log10t'), ANY) };
  });
}

const POSITIVE = { min: 0, max: Number.MAX_VALUE, open: true };

export function readSeparability(value: unknown, field: string): Separability {
  const kinds = {
    separable: ['lower', 'upper'],
    inseparable: ['norm', 'objective', 'residual'],
    undecided: ['reason'],
  } as const;
  const known = ['kind', ...Object.values(kinds).flat()];
  const at = (key: string): string => join(field, key);
  const kind = readChoice(readObject(value, field, known).kind, at('kind'), [
    'separable',
    'inseparable',
    'undecided',
  ]);
  const object = readObject(value, field, ['kind', ...kinds[kind]]);
  const number = (key: string): number => readNumber(object[key], at(key), POSITIVE);
  if (kind === 'undecided') return { kind, reason: readText(object.reason, at('reason')) };
  if (kind === 'separable') {
    const [lower, upper] = [number('lower'), number('upper')];
    if (lower <= upper) return { kind, lower, upper };
    throw new FieldError(at('lower'), lower, `at most the upper bound, ${upper}`);
  }
  const residual = readNumber(object.residual, at('residual'), { min: 0, max: 1 });
  // ‖u∞‖ is 0 for data that are balanced about the origin.
  const norm = readNumber(object.norm, at('norm'), { min: 0, max: Number.MAX_VALUE });
  return { kind, norm, objective: number('objective'), residual };
}

function readFinal(value: unknown, field: string): Final {
  const object = readObject(value, field, FINALS);
  return Object.fromEntries(
    FINALS.map((name) => [name, readNumber(object[name], join(field, name), ANY)]),
  ) as unknown as Final;
}

function readRecord(value: unknown, field: string, inTime: boolean): Rows {
  const rows = readList(value, field, { min: 0, max: 1_000_000 }, (row, at) =>
    readList(row, at, { min: COLUMNS, max: COLUMNS }, (x, place) => readNumber(x, place, ANY)),
  );
  return inTime ? Float64Array.from(rows.flat()) : Float32Array.from(rows.flat());
}

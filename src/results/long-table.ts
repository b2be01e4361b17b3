/** The long table of CSV and Parquet: a row a replica, a column a quantity. */
import { FieldError, join } from '../model/fields.ts';
import type { Separability } from '../model/separability/certifier.ts';
import type { SweepSpec } from '../model/spec.ts';
import { type Entry, type Layout, readReplica } from './codec.ts';
import { FINALS, type ResultTable } from './table.ts';
import type { Crossing } from './times.ts';

export type Cell = number | string | null;

export interface LongColumn {
  readonly name: string;
  readonly type: 'uint32' | 'float64' | 'text';
  /** Whether an entry may be missing: not crossed, failed, not certified. */
  readonly nullable: boolean;
  /** Whether few values return again and again. */
  readonly fewValues: boolean;
  readonly of: (entry: Entry, layout: Layout) => Cell;
}

/** Parts of a certificate, by the names of their columns. */
export const CERTIFICATE = {
  kappa_lower: 'lower',
  kappa_upper: 'upper',
  limit_norm: 'norm',
  limit_objective: 'objective',
  limit_residual: 'residual',
} as const;

/** The columns of a spec, in order. */
export function longColumns({ thresholds }: SweepSpec): LongColumn[] {
  const exact = { nullable: false, fewValues: false };
  const few = { nullable: false, fewValues: true };
  const times = (
    kind: 'test' | 'train',
    crossing: (entry: Entry, k: number) => Crossing | undefined,
  ): LongColumn[] =>
    thresholds[kind].flatMap((threshold, k) => [
      {
        name: `${kind}_${threshold}_state`,
        type: 'text',
        nullable: true,
        fewValues: true,
        of: (entry) => crossing(entry, k)?.state ?? null,
      },
      {
        name: `${kind}_${threshold}_log10t`,
        type: 'float64',
        nullable: true,
        fewValues: false,
        of: (entry) => {
          const time = crossing(entry, k);
          return time?.state === 'crossed' ? time.log10t : null;
        },
      },
    ]);
  return [
    { name: 'index', type: 'uint32', ...exact, of: ({ index }) => index },
    {
      name: 'lambda',
      type: 'float64',
      ...few,
      of: ({ index }, layout) => layout.cellOf(index).lambda,
    },
    { name: 'seed', type: 'uint32', ...exact, of: (entry, layout) => replica(entry, layout).seed },
    {
      name: 'samples',
      type: 'uint32',
      ...few,
      of: (entry, layout) => replica(entry, layout).samples,
    },
    {
      name: 'dimensions',
      type: 'uint32',
      ...few,
      of: (entry, layout) => replica(entry, layout).dimensions,
    },
    {
      name: 'sigma',
      type: 'float64',
      ...few,
      of: (entry, layout) => replica(entry, layout).sigma,
    },
    {
      name: 'ensemble',
      type: 'text',
      ...few,
      of: (entry, layout) => replica(entry, layout).ensemble,
    },
    ...times('test', ({ outcome }, k) => outcome.testTimes[k]),
    ...times('train', ({ outcome }, k) => outcome.trainTimes[k]),
    ...FINALS.map(
      (final): LongColumn => ({
        name: `final_${final}`,
        type: 'float64',
        nullable: true,
        fewValues: false,
        of: ({ outcome }) => outcome.final?.[final] ?? null,
      }),
    ),
    { name: 'gradients', type: 'uint32', ...exact, of: ({ outcome }) => outcome.gradients },
    text('failure', ({ outcome }) => outcome.failure),
    text('separability', ({ outcome }) => outcome.separability?.kind ?? null),
    ...Object.entries(CERTIFICATE).map(
      ([name, part]): LongColumn => ({
        name,
        type: 'float64',
        nullable: true,
        fewValues: false,
        of: ({ outcome }) => partOf(outcome.separability, part),
      }),
    ),
    text('undecided_reason', ({ outcome: { separability } }) =>
      separability?.kind === 'undecided' ? separability.reason : null,
    ),
  ];
}

function text(name: string, of: (entry: Entry) => Cell): LongColumn {
  return { name, type: 'text', nullable: true, fewValues: true, of };
}

function partOf(separability: Separability | null, part: string): number | null {
  return (separability as unknown as Record<string, number> | null)?.[part] ?? null;
}

/** The replica of the last entry asked for: several columns in a row ask for the same one. */
let latest: { index: number; layout: Layout; replica: ReturnType<Layout['replica']> } | undefined;

function replica({ index }: Entry, layout: Layout): ReturnType<Layout['replica']> {
  if (latest?.index !== index || latest.layout !== layout) {
    latest = { index, layout, replica: layout.replica(index) };
  }
  return latest.replica;
}

/**
 * Reads a row into a table, as strictly as a replica of JSON.
 * @param at column → entry
 * @throws FieldError
 */
export function readRow(
  at: (column: string) => Cell,
  field: string,
  table: ResultTable,
  layout: Layout,
): void {
  const failure = at('failure');
  const times = (kind: 'test' | 'train'): object[] =>
    failure === null
      ? table.spec.thresholds[kind].map((threshold) => {
          const log10t = at(`${kind}_${threshold}_log10t`);
          const state = at(`${kind}_${threshold}_state`);
          return { threshold, state, ...(log10t === null ? {} : { log10t }) };
        })
      : [];
  const json = {
    index: at('index'),
    seed: at('seed'),
    samples: at('samples'),
    dimensions: at('dimensions'),
    sigma: at('sigma'),
    ensemble: at('ensemble'),
    testTimes: times('test'),
    trainTimes: times('train'),
    final:
      failure === null
        ? Object.fromEntries(FINALS.map((final) => [final, at(`final_${final}`)]))
        : null,
    gradients: at('gradients'),
    failure,
    ...separabilityJson(at),
  };
  readReplica(json, field, table, layout);
  const { lambda } = layout.cellOf(json.index as number);
  if (at('lambda') !== lambda) {
    throw new FieldError(join(field, 'lambda'), at('lambda'), `${lambda}, which the spec gives`);
  }
}

function separabilityJson(at: (column: string) => Cell): object {
  const kind = at('separability');
  if (kind === null) return {};
  const reason = at('undecided_reason');
  const parts = Object.entries(CERTIFICATE).flatMap(([name, part]) => {
    const value = at(name);
    return value === null ? [] : [[part, value]];
  });
  return {
    separability: { kind, ...Object.fromEntries(parts), ...(reason === null ? {} : { reason }) },
  };
}

import { testAccuracy } from '../model/observables.ts';
import type { Trajectory } from '../model/replica.ts';
import type { Certified, Separability } from '../model/separability/certifier.ts';
import { followsMargin, type SweepSpec } from '../model/spec.ts';
import {
  Column,
  entry,
  interpolate,
  locateTime,
  log1pTimeOf,
  logTime,
  type Rows,
  rowCount,
  trainErrors,
} from '../model/trajectory.ts';
import { neverReaches } from './limits.ts';
import { type Crossing, testTime, trainTime } from './times.ts';

/** State of a threshold of a replica, as stored. */
export const State = {
  pending: 0,
  fromStart: 1,
  crossed: 2,
  notBy: 3,
  failed: 4,
  never: 5,
} as const;
export type StateCode = (typeof State)[keyof typeof State];

/** Where a replica stood when its run ended, or at the horizon if it went past it. */
export interface Final {
  readonly log10t: number;
  readonly bias: number;
  readonly uNorm: number;
  readonly testAccuracy: number;
  readonly trainAccuracy: number;
  readonly trainLoss: number;
}

/** What a replica came to. A failed one has no times and no final state. */
export interface Outcome {
  /** At the test and training thresholds of the spec, in their order. */
  readonly testTimes: readonly Crossing[];
  readonly trainTimes: readonly Crossing[];
  readonly final: Final | null;
  readonly gradients: number;
  readonly failure: string | null;
  /** What the dataset was certified to be; null if it was not asked. */
  readonly separability: Separability | null;
}

export const FINALS = [
  'log10t',
  'bias',
  'uNorm',
  'testAccuracy',
  'trainAccuracy',
  'trainLoss',
] as const;

/** The times of one kind of accuracy at every threshold, for every replica. */
class TimeColumns {
  /** State of threshold k of replica i at i·thresholds + k. */
  readonly #state: Uint8Array;
  /** log10 t where the state is `crossed`, at the same place. */
  readonly #log10t: Float64Array;

  constructor(
    readonly thresholds: readonly number[],
    size: number,
  ) {
    this.#state = new Uint8Array(size * thresholds.length);
    this.#log10t = new Float64Array(size * thresholds.length);
  }

  set(index: number, crossings: readonly Crossing[]): void {
    for (const [k, crossing] of crossings.entries()) {
      const at = index * this.thresholds.length + k;
      this.#state[at] = State[crossing.state];
      if (crossing.state === 'crossed') this.#log10t[at] = crossing.log10t;
    }
  }

  get(index: number, k: number): Crossing {
    const at = index * this.thresholds.length + k;
    switch (this.#state[at]) {
      case State.fromStart:
        return { state: 'fromStart' };
      case State.crossed:
        return { state: 'crossed', log10t: this.#log10t[at] as number };
      default:
        return { state: 'notBy' };
    }
  }
}

/**
 * The results of a sweep, a column a quantity, an entry a replica. Replicas are appended in any
 * order; everything but the records is computed here, from the records, on the way in.
 */
export class ResultTable {
  /** Replicas that have come in, failed ones among them. */
  done = 0;
  /** Failed replicas: index → reason. */
  readonly failures = new Map<number, string>();
  /** Replicas that have come in with their records. */
  recorded = 0;
  readonly #test: TimeColumns;
  readonly #train: TimeColumns;
  /** What datasets have been certified to be, by replica. */
  readonly #separability = new Map<number, Separability>();
  /** 1 at i once replica i has come in. */
  readonly #present: Uint8Array;
  /** Gradient evaluations of replica i at i. */
  readonly #gradients: Uint32Array;
  /** Final values of replica i at i·FINALS.length … */
  readonly #finals: Float64Array;
  readonly #records: (Rows | undefined)[];

  /**
   * @param size number of replicas
   * @param cellOf what the spec gives to a replica: N, σ and log10 t_end
   */
  constructor(
    readonly spec: SweepSpec,
    readonly size: number,
    readonly cellOf: (index: number) => {
      readonly samples: number;
      readonly sigma: number;
      readonly horizon: number;
    },
  ) {
    this.#test = new TimeColumns(spec.thresholds.test, size);
    this.#train = new TimeColumns(spec.thresholds.train, size);
    this.#present = new Uint8Array(size);
    this.#gradients = new Uint32Array(size);
    this.#finals = new Float64Array(size * FINALS.length);
    this.#records = new Array(size);
  }

  /** Takes in a replica as it comes from an engine. One that is there already is left as it is. */
  append(trajectory: Trajectory): void {
    const { index, rows } = trajectory;
    this.store(index, outcomeOf(trajectory, this.spec, this.cellOf(index)), rows);
  }

  /** Takes in what a replica came to, with its record or, from a file, without. */
  store(index: number, outcome: Outcome, rows?: Rows): void {
    const { testTimes, trainTimes, final, gradients, failure, separability } = outcome;
    if (this.has(index)) return;
    if (separability) this.#separability.set(index, separability);
    this.#records[index] = rows;
    if (rows) this.recorded++;
    this.#present[index] = 1;
    this.done++;
    this.#gradients[index] = gradients;
    if (failure !== null || final === null) {
      this.failures.set(index, failure ?? 'no final state');
      return;
    }
    this.#test.set(index, testTimes);
    this.#train.set(index, trainTimes);
    for (const [k, name] of FINALS.entries()) {
      this.#finals[index * FINALS.length + k] = final[name];
    }
  }

  has(index: number): boolean {
    return this.#present[index] === 1;
  }

  /** State of t_test at threshold k, for the map. */
  state(index: number, k: number): StateCode {
    if (!this.has(index)) return State.pending;
    return this.failures.has(index) ? State.failed : State[this.testTime(index, k).state];
  }

  /** t_test at threshold k of a replica that has come in and not failed. */
  testTime(index: number, k: number): Crossing {
    const crossing = this.#test.get(index, k);
    if (crossing.state !== 'notBy') return crossing;
    return this.#proven(index, this.spec.thresholds.test[k] as number)
      ? { state: 'never' }
      : crossing;
  }

  trainTime(index: number, k: number): Crossing {
    return this.#train.get(index, k);
  }

  /**
   * t_test at any accuracy of a replica that has come in and not failed: one of the spec's thresholds,
   * or read off the record. Undefined without a record, and where the run met its goal before it could
   * be asked for a higher accuracy.
   */
  testTimeAt(index: number, accuracy: number): Crossing | undefined {
    const k = this.spec.thresholds.test.indexOf(accuracy);
    if (k >= 0) return this.testTime(index, k);
    const rows = this.record(index);
    if (!rows) return undefined;
    const crossing = testTime(rows, accuracy, this.cellOf(index).horizon);
    if (crossing.state !== 'notBy') return crossing;
    if (this.#proven(index, accuracy)) return { state: 'never' };
    return this.#endedBefore(index) ? undefined : crossing;
  }

  /** The same for t_train. */
  trainTimeAt(index: number, accuracy: number): Crossing | undefined {
    const k = this.spec.thresholds.train.indexOf(accuracy);
    if (k >= 0) return this.trainTime(index, k);
    const rows = this.record(index);
    if (!rows) return undefined;
    const { samples, horizon } = this.cellOf(index);
    const crossing = trainTime(rows, accuracy, samples, horizon);
    return crossing.state === 'notBy' && this.#endedBefore(index) ? undefined : crossing;
  }

  /** Whether a run ended before t_end. */
  #endedBefore(index: number): boolean {
    return (this.#finals[index * FINALS.length] as number) < this.cellOf(index).horizon - 1e-9;
  }

  #proven(index: number, accuracy: number): boolean {
    const separability = this.separability(index);
    if (!separability || !followsMargin(this.spec)) return false;
    return neverReaches(separability, this.cellOf(index).sigma, accuracy);
  }

  /** Takes in what a dataset is; replicas need not have come in yet. */
  certify({ index, separability }: Certified): void {
    this.#separability.set(index, separability);
  }

  separability(index: number): Separability | undefined {
    return this.#separability.get(index);
  }

  /** Datasets that have been certified. */
  get certified(): number {
    return this.#separability.size;
  }

  /** What a replica that has come in came to. */
  outcome(index: number): Outcome {
    const failure = this.failures.get(index) ?? null;
    const { test, train } = failure === null ? this.spec.thresholds : { test: [], train: [] };
    return {
      testTimes: test.map((_, k) => this.testTime(index, k)),
      trainTimes: train.map((_, k) => this.trainTime(index, k)),
      final: this.final(index) ?? null,
      gradients: this.gradients(index),
      failure,
      separability: this.separability(index) ?? null,
    };
  }

  gradients(index: number): number {
    return this.#gradients[index] as number;
  }

  /** The record of a replica that has come in from an engine or with its record. */
  record(index: number): Rows | undefined {
    return this.#records[index];
  }

  /** Where a replica stood at its end; undefined for one that failed or has not come in. */
  final(index: number): Final | undefined {
    if (!this.has(index) || this.failures.has(index)) return undefined;
    const value = (k: number): number => this.#finals[index * FINALS.length + k] as number;
    return Object.fromEntries(FINALS.map((name, k) => [name, value(k)])) as unknown as Final;
  }
}

/** What a run came to, from its record; nothing is certified yet. */
export function outcomeOf(
  { rows, gradients, failure }: Trajectory,
  { thresholds }: SweepSpec,
  { samples, horizon }: { readonly samples: number; readonly horizon: number },
): Outcome {
  const shared = { gradients, failure, separability: null };
  if (failure !== null) return { testTimes: [], trainTimes: [], final: null, ...shared };
  return {
    testTimes: thresholds.test.map((a) => testTime(rows, a, horizon)),
    trainTimes: thresholds.train.map((a) => trainTime(rows, a, samples, horizon)),
    final: finalOf(rows, samples, horizon),
    ...shared,
  };
}

/** An outcome with the certificate of its dataset, which turns "not by t_end" into "never". */
export function withCertificate(
  outcome: Outcome,
  separability: Separability,
  spec: SweepSpec,
  sigma: number,
): Outcome {
  const { thresholds } = spec;
  const testTimes = outcome.testTimes.map((time, k): Crossing => {
    const proven =
      time.state === 'notBy' &&
      followsMargin(spec) &&
      neverReaches(separability, sigma, thresholds.test[k] as number);
    return proven ? { state: 'never' } : time;
  });
  return { ...outcome, testTimes, separability };
}

function finalOf(rows: Rows, samples: number, horizon: number): Final {
  const last = rowCount(rows) - 1;
  // A run that went past the horizon is read off at the horizon; one that met its goal, at its end.
  const end = locateTime(rows, log1pTimeOf(horizon * Math.LN10)) ?? { row: last - 1, s: 1 };
  const { clock, log1pTime, uNorm, logTrainLoss } = interpolate(rows, end.row, end.s);
  const errors = trainErrors(rows, end.s < 0.5 ? end.row : end.row + 1);
  return {
    log10t: logTime(log1pTime) / Math.LN10,
    bias: -clock,
    uNorm,
    testAccuracy: testAccuracy(clock, uNorm),
    trainAccuracy: 1 - errors / samples,
    trainLoss: Math.exp(logTrainLoss),
  };
}

/** Cost at which a run passed log10 t, in gradients, read off its record. */
export function gradientsAt(rows: Rows, log10t: number): number | undefined {
  const at = locateTime(rows, log1pTimeOf(log10t * Math.LN10));
  return at && entry(rows, at.row + 1, Column.gradients);
}

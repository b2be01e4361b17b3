import { datasetKey } from '../model/dataset.ts';
import type { Replica } from '../model/replica.ts';
import type { Work } from './plan.ts';

/** Replicas looked ahead at: enough to find those of a sweep that have a dataset in common. */
const LOOKAHEAD = 2048;

/**
 * What makes a dataset: replicas with the same may share one. Nested ones of all d are columns of the
 * same rows.
 */
export function dataOf(replica: Replica): unknown {
  if (replica.given) return replica.given;
  const [key0, key1] = datasetKey(replica);
  const { samples, dimensions, ensemble } = replica;
  return `${key0} ${key1} ${samples} ${ensemble === 'nested' ? '' : dimensions}`;
}

/** Replicas that wait for a seat, in order, with those at hand that have the same dataset. */
export class Waiting {
  readonly #source: Iterator<Replica>;
  /** In order of arrival; a set keeps it and forgets cheaply. */
  readonly #ahead = new Set<Replica>();
  readonly #byData = new Map<unknown, Set<Replica>>();
  #ended = false;

  constructor(replicas: Iterable<Replica>) {
    this.#source = replicas[Symbol.iterator]();
  }

  /** The next replica, or undefined at the end. */
  take(): Replica | undefined {
    this.#look();
    const [first] = this.#ahead;
    if (first) this.#forget(first);
    return first;
  }

  /** The next one with the same dataset and between so many columns. */
  takeSame(data: unknown, [least, most]: readonly [number, number]): Replica | undefined {
    for (const replica of this.#byData.get(data) ?? []) {
      if (replica.dimensions < least || replica.dimensions > most) continue;
      this.#forget(replica);
      return replica;
    }
    return undefined;
  }

  /** Most columns, up to a number, of those at hand that have the dataset; d itself at least. */
  columnsFor(replica: Replica, most: number): number {
    let columns = replica.dimensions;
    for (const { dimensions } of this.#byData.get(dataOf(replica)) ?? []) {
      if (dimensions <= most) columns = Math.max(columns, dimensions);
    }
    return columns;
  }

  /** Replicas at hand. */
  ahead(): Iterable<Replica> {
    this.#look();
    return this.#ahead;
  }

  /** What the replicas at hand for which `which` holds amount to. */
  work(which: (replica: Replica) => boolean): Work {
    const work = { samples: 0, dimensions: 0, narrowest: Infinity, replicas: 0, sharing: 1 };
    for (const replica of this.ahead()) {
      if (!which(replica)) continue;
      work.replicas++;
      work.samples = Math.max(work.samples, replica.samples);
      work.dimensions = Math.max(work.dimensions, replica.dimensions);
      work.narrowest = Math.min(work.narrowest, replica.dimensions);
      work.sharing = Math.max(work.sharing, this.#byData.get(dataOf(replica))?.size ?? 1);
    }
    return work;
  }

  #look(): void {
    while (!this.#ended && this.#ahead.size < LOOKAHEAD) {
      const { done, value } = this.#source.next();
      if (done) this.#ended = true;
      else this.#remember(value);
    }
  }

  #remember(replica: Replica): void {
    this.#ahead.add(replica);
    const data = dataOf(replica);
    const same = this.#byData.get(data);
    if (same) same.add(replica);
    else this.#byData.set(data, new Set([replica]));
  }

  #forget(replica: Replica): void {
    this.#ahead.delete(replica);
    const data = dataOf(replica);
    const same = this.#byData.get(data);
    same?.delete(replica);
    if (same?.size === 0) this.#byData.delete(data);
  }
}

import { datasetKey } from '../model/dataset.ts';
import type { Replica } from '../model/replica.ts';
import type { Work } from './machine.ts';

/** Replicas looked ahead at: enough to find those of a sweep that have a dataset in common. */
const LOOKAHEAD = 2048;

/** Nested datasets are shared as long as none has so much fewer columns than the widest. */
const SPREAD = 1.25;

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

/** Whether a replica with d `dimensions` can use a dataset with more columns. */
function share(columns: number, dimensions: number): boolean {
  return dimensions <= columns && columns <= SPREAD * dimensions;
}

/** How many datasets replicas of one matrix need that have so many columns each. */
function datasetsFor(widths: number[]): number {
  let datasets = 0;
  let widest = 0;
  for (const width of widths.sort((a, b) => b - a)) {
    if (datasets > 0 && share(widest, width)) continue;
    datasets++;
    widest = width;
  }
  return datasets;
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

  /** The next one for which `which` holds and that can share a dataset with so many columns. */
  takeSame(
    data: unknown,
    columns: number,
    which: (replica: Replica) => boolean,
  ): Replica | undefined {
    for (const replica of this.#byData.get(data) ?? []) {
      if (!share(columns, replica.dimensions) || !which(replica)) continue;
      this.#forget(replica);
      return replica;
    }
    return undefined;
  }

  /** Columns of a dataset that a replica can share with all narrower and most of the wider ones. */
  columnsFor(replica: Replica): number {
    let columns = replica.dimensions;
    for (const { dimensions } of this.#byData.get(dataOf(replica)) ?? []) {
      if (share(dimensions, replica.dimensions)) columns = Math.max(columns, dimensions);
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
    const work = { samples: 0, dimensions: 0, narrowest: Infinity, replicas: 0 };
    this.#look();
    let datasets = 0;
    for (const alike of this.#byData.values()) {
      const widths: number[] = [];
      for (const replica of alike) {
        if (!which(replica)) continue;
        widths.push(replica.dimensions);
        work.samples = Math.max(work.samples, replica.samples);
        work.dimensions = Math.max(work.dimensions, replica.dimensions);
        work.narrowest = Math.min(work.narrowest, replica.dimensions);
      }
      work.replicas += widths.length;
      datasets += datasetsFor(widths);
    }
    return { ...work, sharing: work.replicas / Math.max(1, datasets) };
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

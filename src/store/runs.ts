/** Runs kept in the browser: what they are, and their replicas in chunks as they came in. */
import type { EngineInfo } from '../model/engine.ts';
import type { Trajectory } from '../model/replica.ts';
import type { Certified } from '../model/separability/certifier.ts';
import { COLUMNS, isInTime, type Rows } from '../model/trajectory.ts';
import type { ResultTable } from '../results/table.ts';
import { completed, openDatabase, resultOf } from './database.ts';

const NAME = 'grokscope';
const VERSION = 1;

/** What is kept of a run beside its replicas. */
export interface RunInfo {
  readonly id: string;
  /** As the reader calls it; empty: not named, and the first to go. */
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly created: number;
  readonly updated: number;
  /** The spec as `specToJson` has it. */
  readonly spec: Readonly<Record<string, unknown>>;
  readonly engine: EngineInfo;
  /** Replicas kept, and of how many. */
  readonly done: number;
  readonly total: number;
}

/** Replicas that came in together. */
interface Chunk {
  readonly run: string;
  readonly seq: number;
  readonly indices: Uint32Array;
  readonly gradients: Uint32Array;
  readonly failures: readonly (string | null)[];
  /** Numbers in the record of each replica, and all records one after the other. */
  readonly lengths: Uint32Array;
  readonly rows: Rows;
  readonly certified: readonly Certified[];
}

/** Unnamed runs that are kept, the newest first. */
export const MOST_UNNAMED = 20;

function chunkOf(
  run: string,
  seq: number,
  trajectories: readonly Trajectory[],
  certified: readonly Certified[],
): Chunk {
  const lengths = Uint32Array.from(trajectories, ({ rows }) => rows.length);
  const size = lengths.reduce((sum, length) => sum + length, 0);
  // The records of a sweep are of one kind.
  const inTime = trajectories.some(({ rows }) => isInTime(rows));
  const rows = inTime ? new Float64Array(size) : new Float32Array(size);
  let at = 0;
  for (const trajectory of trajectories) {
    rows.set(trajectory.rows, at);
    at += trajectory.rows.length;
  }
  return {
    run,
    seq,
    indices: Uint32Array.from(trajectories, ({ index }) => index),
    gradients: Uint32Array.from(trajectories, ({ gradients }) => gradients),
    failures: trajectories.map(({ failure }) => failure),
    lengths,
    rows,
    certified,
  };
}

/** The replicas of a chunk; those of a damaged one, as far as they are whole. */
function* trajectoriesOf(chunk: Chunk, size: number): Generator<Trajectory> {
  let at = 0;
  for (const [k, index] of chunk.indices.entries()) {
    const length = chunk.lengths[k] ?? 0;
    const rows = chunk.rows.slice(at, at + length);
    at += length;
    const failure = chunk.failures[k] ?? null;
    const whole = rows.length === length && length % COLUMNS === 0;
    if (index >= size || !whole || (failure === null && length < 2 * COLUMNS)) continue;
    yield { index, rows, gradients: chunk.gradients[k] ?? 0, failure };
  }
}

/** The runs kept by this browser for this page. */
export class RunStore {
  private constructor(private readonly database: IDBDatabase) {}

  /** @throws Error where the browser keeps nothing, as some do in private windows */
  static async open(): Promise<RunStore> {
    if (typeof indexedDB === 'undefined') throw new Error('This browser has no IndexedDB.');
    return new RunStore(
      await openDatabase(NAME, VERSION, (database) => {
        database.createObjectStore('runs', { keyPath: 'id' });
        database.createObjectStore('chunks', { keyPath: ['run', 'seq'] });
      }),
    );
  }

  /** All runs, the one changed last first. */
  async list(): Promise<RunInfo[]> {
    const transaction = this.database.transaction('runs');
    const runs = await resultOf<RunInfo[]>(transaction.objectStore('runs').getAll());
    return runs.sort((a, b) => b.updated - a.updated);
  }

  async get(id: string): Promise<RunInfo | undefined> {
    return resultOf<RunInfo | undefined>(
      this.database.transaction('runs').objectStore('runs').get(id),
    );
  }

  /** Begins a run, and lets go of unnamed ones beyond the newest. */
  async create(info: RunInfo): Promise<void> {
    const unnamed = (await this.list()).filter(({ name }) => name === '');
    for (const { id } of unnamed.slice(MOST_UNNAMED - 1)) await this.delete(id);
    const transaction = this.database.transaction('runs', 'readwrite');
    transaction.objectStore('runs').put(info);
    await completed(transaction);
  }

  async rename(id: string, name: string): Promise<void> {
    const transaction = this.database.transaction('runs', 'readwrite');
    const runs = transaction.objectStore('runs');
    const info = await resultOf<RunInfo | undefined>(runs.get(id));
    if (info) runs.put({ ...info, name });
    await completed(transaction);
  }

  async delete(id: string): Promise<void> {
    const transaction = this.database.transaction(['runs', 'chunks'], 'readwrite');
    transaction.objectStore('runs').delete(id);
    transaction.objectStore('chunks').delete(chunksOf(id));
    await completed(transaction);
  }

  /** Adds what has come in, all of it or nothing, and counts it. */
  async append(
    id: string,
    trajectories: readonly Trajectory[],
    certified: readonly Certified[],
  ): Promise<void> {
    const transaction = this.database.transaction(['runs', 'chunks'], 'readwrite');
    const done = completed(transaction);
    const [runs, chunks] = [transaction.objectStore('runs'), transaction.objectStore('chunks')];
    const info = await resultOf<RunInfo | undefined>(runs.get(id));
    if (info) {
      const last = await resultOf(chunks.openKeyCursor(chunksOf(id), 'prev'));
      const seq = last ? (last.key as [string, number])[1] + 1 : 0;
      chunks.put(chunkOf(id, seq, trajectories, certified));
      runs.put({ ...info, done: info.done + trajectories.length, updated: Date.now() });
    }
    await done;
    if (!info) throw new Error('The run has been deleted.');
  }

  /** Fills a table with what is kept of a run, a chunk at a time. */
  async load(id: string, table: ResultTable): Promise<void> {
    let next = 0;
    for (;;) {
      const chunks = this.database.transaction('chunks').objectStore('chunks');
      const range = IDBKeyRange.bound([id, next], [id, Infinity]);
      const cursor = await resultOf(chunks.openCursor(range));
      if (!cursor) return;
      const chunk = cursor.value as Chunk;
      for (const trajectory of trajectoriesOf(chunk, table.size)) table.append(trajectory);
      for (const each of chunk.certified) if (each.index < table.size) table.certify(each);
      next = chunk.seq + 1;
    }
  }

  close(): void {
    this.database.close();
  }
}

const chunksOf = (id: string): IDBKeyRange => IDBKeyRange.bound([id, 0], [id, Infinity]);

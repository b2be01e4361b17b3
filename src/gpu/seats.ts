import { datasetHalves, datasetKey } from '../model/dataset.ts';
import type { Replica, Trajectory } from '../model/replica.ts';
import { COLUMNS } from '../model/trajectory.ts';
import { Arena, type Block } from './arena.ts';
import type { Journal } from './journal.ts';
import { METHODS } from './method.ts';
import { planFits } from './plan.ts';
import { quadsOf, SAMPLE_ARRAYS, vectorQuads } from './storage.ts';
import { gradientCost, type Variant, variantFor } from './variant.ts';
import { dataOf, type Waiting } from './waiting.ts';
import { shaderConstant } from './wgsl.ts';
import type { Workspace } from './workspace.ts';

const ENTRY_WORDS = shaderConstant('ENTRY_WORDS');
const ENTRY_ROW = shaderConstant('ENTRY_ROW');

/** A replica in its seat, with the rows that have come in. */
interface Occupant {
  readonly replica: Replica;
  readonly vectors: Block;
  readonly samples: Block;
  readonly record: GrowingRecord;
}

/** The columns of a replica's entries in the journal, one after the other: a sweep has hundreds of thousands. */
class GrowingRecord {
  #words = new Uint32Array(64 * COLUMNS);
  #length = 0;

  push(words: Uint32Array, at: number): void {
    if (this.#length === this.#words.length) {
      const longer = new Uint32Array(2 * this.#length);
      longer.set(this.#words);
      this.#words = longer;
    }
    for (let k = 0; k < COLUMNS; k++) this.#words[this.#length++] = words[at + k] as number;
  }

  words(): Uint32Array<ArrayBuffer> {
    return this.#words.slice(0, this.#length);
  }
}

/** The seats that share a dataset, while any of them is taken. */
interface Team {
  readonly data: unknown;
  readonly block: Block;
  /** Columns of the dataset that was made, and octets of its rows. */
  readonly dimensions: number;
  readonly octets: number;
  readonly partRows: number;
  readonly variant: number;
  taken: number;
}

/** What a journal says. */
export interface JournalReport {
  readonly trajectories: Trajectory[];
  readonly gradients: number;
}

/** Which replica sits where on the device, and what has come in from it. */
export class Seats {
  /** Seats that were filled since they were last made ready, and the size of the largest dataset. */
  fresh: number[] = [];
  freshOctets = 0;
  occupied = 0;
  readonly #teams: (Team | undefined)[];
  readonly #occupants: (Occupant | undefined)[];
  readonly #data: Arena;
  readonly #vectors: Arena;
  readonly #samples: Arena;

  constructor(readonly workspace: Workspace) {
    const { plan, seats } = workspace;
    this.#occupants = new Array(seats).fill(undefined);
    this.#teams = new Array(seats / plan.members).fill(undefined);
    const stored = plan.rowSource === 'stored';
    this.#data = new Arena(stored ? plan.dataBytes / 16 : Number.MAX_SAFE_INTEGER);
    this.#vectors = new Arena(plan.vectorBytes / 16);
    this.#samples = new Arena(plan.sampleBytes / 4);
    // Seats may hold replicas of a run that was stopped.
    for (let seat = 0; seat < seats; seat++) workspace.writeSlot(seat, {});
  }

  /**
   * Fills free seats.
   * @param waiting where replicas with the dataset of a team come from
   * @param belongs which of them the plan is for
   * @param take gives the first replica of a team
   * @returns one that was taken and for which there is no memory now
   */
  fill(
    waiting: Waiting,
    belongs: (replica: Replica) => boolean,
    take: () => Replica | undefined,
  ): Replica | undefined {
    const { plan } = this.workspace;
    const { members } = plan;
    for (const index of this.#order()) {
      for (let seat = index * members; seat < (index + 1) * members; seat++) {
        if (this.#occupants[seat] !== undefined) continue;
        const team = this.#teams[index];
        const replica = team ? waiting.takeSame(team.data, team.dimensions, belongs) : take();
        if (replica === undefined && team) break;
        if (replica === undefined) return undefined;
        const columns = members > 1 ? waiting.columnsFor(replica) : replica.dimensions;
        const fits = planFits(plan, replica.samples, columns);
        if (!this.seat(seat, replica, fits ? columns : replica.dimensions)) return replica;
      }
    }
    return undefined;
  }

  /** Variants that the teams need. */
  get variants(): Set<number> {
    return new Set(this.#teams.flatMap((team) => (team ? [team.variant] : [])));
  }

  /** Teams in the order in which they are filled: the first ones of all workgroups come first. */
  *#order(): Generator<number> {
    const { kernel, groups } = this.workspace.plan;
    for (let k = 0; k < this.#teams.length; k++) {
      yield kernel === 'streamed' ? k : k < groups ? 2 * k : 2 * (k - groups) + 1;
    }
  }

  /**
   * Puts a replica into a free seat. The dataset of a new team gets so many columns.
   * @returns false if there is no memory for it now
   */
  seat(seat: number, replica: Replica, columns = replica.dimensions): boolean {
    const { plan } = this.workspace;
    const index = Math.floor(seat / plan.members);
    const { samples, dimensions } = replica;
    const octets = Math.ceil(dimensions / 8);
    const vectors = this.#vectors.take(vectorQuads(plan.method, dimensions));
    const values = this.#samples.take(SAMPLE_ARRAYS * samples);
    const isFirst = this.#teams[index] === undefined;
    const team = vectors && values ? (this.#teams[index] ?? this.#gather(replica, columns)) : null;
    if (!vectors || !values || !team) {
      if (vectors) this.#vectors.give(vectors);
      if (values) this.#samples.give(values);
      return false;
    }
    this.#teams[index] = team;
    team.taken++;
    const [key0, key1] = datasetKey(replica);
    const variant = plan.variants[team.variant] as Variant;
    const { run, clock = 0, vectors: start } = METHODS[plan.method].contents(replica, variant);
    const own = Object.entries(run).map(([name, value]) => [`run.${name}`, value]);
    this.workspace.writeSlot(seat, {
      phase: shaderConstant('PHASE_ORIGIN'),
      variant: team.variant,
      samples,
      dimensions,
      octets,
      quads: quadsOf(plan.method, octets),
      row_octets: team.octets,
      data_columns: isFirst && !replica.given && plan.rowSource === 'stored' ? team.dimensions : 0,
      part_rows: team.partRows,
      data_offset: team.block.offset,
      vectors_offset: vectors.offset,
      samples_offset: values.offset,
      partials_offset: (index * plan.partialBytes) / 16 / this.#teams.length,
      key0,
      key1,
      has_goal: replica.goal ? 1 : 0,
      goal_quantile: replica.goal?.testQuantile ?? 0,
      goal_errors: replica.goal?.trainErrors ?? 0,
      cost: gradientCost(replica, variant),
      clock,
      ...Object.fromEntries(own),
    });
    if (start) this.workspace.writeVectors(vectors.offset, start);
    this.#occupants[seat] = { replica, vectors, samples: values, record: new GrowingRecord() };
    this.occupied++;
    this.fresh.push(seat);
    this.freshOctets = Math.max(this.freshOctets, team.octets * samples);
    if (isFirst && replica.given) this.#writeRows(replica, team);
    return true;
  }

  /** Room for the dataset of a new team. */
  #gather(replica: Replica, dimensions: number): Team | undefined {
    const octets = Math.ceil(dimensions / 8);
    const { plan } = this.workspace;
    const { parts, rowSource } = plan;
    const partRows = Math.ceil(replica.samples / parts);
    const variant = variantFor(plan.variants, replica.samples, octets);
    const size = rowSource === 'stored' ? partRows * octets : 1;
    const block = this.#data.take(size);
    const shape = { dimensions, octets, partRows, variant };
    return block && { ...shape, data: dataOf(replica), block, taken: 0 };
  }

  /** Writes given data, each row padded with zeros to whole octets. */
  #writeRows(replica: Replica, { octets, partRows, block }: Team): void {
    const { samples, dimensions } = replica;
    const halves = datasetHalves(replica);
    for (let part = 0; part * partRows < samples; part++) {
      const first = part * partRows;
      const rows = Math.min(partRows, samples - first);
      const packed = new Uint16Array(rows * 8 * octets);
      for (let i = 0; i < rows; i++) {
        const at = (first + i) * dimensions;
        packed.set(halves.subarray(at, at + dimensions), i * 8 * octets);
      }
      this.workspace.writeData(part, block.offset, packed);
    }
  }

  /**
   * Reads the journal of a round: rows go to their replicas, replicas that ended leave their seats.
   * @throws Error if the journal is damaged
   */
  read({ gradients, words }: Journal): JournalReport {
    const trajectories: Trajectory[] = [];
    for (let at = 0; at < words.length; at += ENTRY_WORDS) {
      const seat = words[at] as number;
      const kind = words[at + 1] as number;
      const occupant = this.#occupants[seat];
      if (occupant === undefined) throw new Error(`the journal names the empty seat ${seat}`);
      if (kind === ENTRY_ROW) {
        occupant.record.push(words, at + 2);
      } else {
        trajectories.push(this.#leave(seat, occupant, kind, words[at + 2] as number));
      }
    }
    return { trajectories, gradients };
  }

  #leave(seat: number, occupant: Occupant, kind: number, gradients: number): Trajectory {
    const { replica, vectors, samples, record } = occupant;
    const { method, members } = this.workspace.plan;
    const index = Math.floor(seat / members);
    const team = this.#teams[index] as Team;
    this.#vectors.give(vectors);
    this.#samples.give(samples);
    if (--team.taken === 0) {
      this.#data.give(team.block);
      this.#teams[index] = undefined;
    }
    this.#occupants[seat] = undefined;
    this.occupied--;
    const rows = METHODS[method].rows(replica, record.words());
    const failure = METHODS[method].failure(kind, gradients, rows);
    return { index: replica.index, rows, gradients, failure };
  }
}

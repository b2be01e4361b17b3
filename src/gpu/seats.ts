import { datasetHalves, datasetKey } from '../model/dataset.ts';
import { flowSettings, type Replica, type Trajectory } from '../model/replica.ts';
import { COLUMNS } from '../model/trajectory.ts';
import { Arena, type Block } from './arena.ts';
import type { Kernels } from './kernels.ts';
import { shaderConstant } from './wgsl.ts';

const ENTRY_WORDS = shaderConstant('ENTRY_WORDS');
const ENTRY_ROW = shaderConstant('ENTRY_ROW');
const ENTRY_FULL = shaderConstant('ENTRY_FULL');
const ENTRY_STALLED = shaderConstant('ENTRY_STALLED');
const VECTORS = 7;
const SAMPLE_ARRAYS = 3;

/** A replica in its seat, with the rows that have come in. */
interface Occupant {
  readonly replica: Replica;
  readonly blocks: { readonly data: Block; readonly vectors: Block; readonly samples: Block };
  readonly rows: Float32Array[];
}

/** What a journal says. */
export interface JournalReport {
  readonly trajectories: Trajectory[];
  readonly gradients: number;
}

/** Which replica sits where on the device, and what has come in from it. */
export class Seats {
  /** Seats that were filled since the datasets were last made, and the size of the largest. */
  fresh: number[] = [];
  freshOctets = 0;
  occupied = 0;
  readonly #occupants: (Occupant | undefined)[];
  readonly #data: Arena;
  readonly #vectors: Arena;
  readonly #samples: Arena;

  constructor(readonly kernels: Kernels) {
    const { groups, data, vectors, sampleValues } = kernels.sizes;
    this.#occupants = new Array(2 * groups).fill(undefined);
    this.#data = new Arena(data);
    this.#vectors = new Arena(vectors);
    this.#samples = new Arena(sampleValues);
  }

  /** A seat that is free, or undefined. First seats of all workgroups come before second ones. */
  freeSeat(): number | undefined {
    const { groups } = this.kernels.sizes;
    for (let k = 0; k < 2 * groups; k++) {
      const seat = k < groups ? 2 * k : 2 * (k - groups) + 1;
      if (this.#occupants[seat] === undefined) return seat;
    }
    return undefined;
  }

  /** Why a replica can never have a seat on this device, in words; undefined if it can. */
  refusal(replica: Replica): string | undefined {
    const { samples, dimensions } = replica;
    const { sizes } = this.kernels;
    const needs = needsOf(replica);
    const fits =
      needs.data <= sizes.data &&
      needs.vectors <= sizes.vectors &&
      needs.samples <= sizes.sampleValues;
    if (!fits) return `a dataset of ${samples} × ${dimensions} does not fit this device`;
    if (gradientCost(samples, needs.octets, sizes.workgroup) > sizes.maxCost) {
      return `a dataset of ${samples} × ${dimensions} is too large for this software driver's loops`;
    }
    return undefined;
  }

  /** Puts a replica into a free seat. False if there is no memory for it now. */
  fill(seat: number, replica: Replica): boolean {
    const { samples, dimensions } = replica;
    const { octets, ...needs } = needsOf(replica);
    const data = this.#data.take(needs.data);
    const vectors = this.#vectors.take(needs.vectors);
    const values = this.#samples.take(needs.samples);
    if (!data || !vectors || !values) {
      if (data) this.#data.give(data);
      if (vectors) this.#vectors.give(vectors);
      if (values) this.#samples.give(values);
      return false;
    }
    const [key0, key1] = datasetKey(replica);
    const settings = flowSettings(replica, 'float32');
    const { workgroup } = this.kernels.sizes;
    this.kernels.writeSlot(seat, {
      phase: shaderConstant('PHASE_ORIGIN'),
      samples,
      dimensions,
      octets,
      data_offset: data.offset,
      vectors_offset: vectors.offset,
      samples_offset: values.offset,
      key0,
      key1,
      sigma: replica.sigma,
      conformal: replica.dynamics === 'conformal' ? 1 : 0,
      tolerance: settings.tolerance,
      log1p_horizon: settings.log1pHorizon,
      has_goal: replica.goal ? 1 : 0,
      goal_quantile: replica.goal?.testQuantile ?? 0,
      goal_errors: replica.goal?.trainErrors ?? 0,
      max_rows: settings.maxRows,
      cost: gradientCost(samples, octets, workgroup),
    });
    this.#occupants[seat] = { replica, blocks: { data, vectors, samples: values }, rows: [] };
    this.occupied++;
    if (replica.given) {
      this.kernels.writeData(data.offset, packRows(datasetHalves(replica), dimensions, octets));
    } else {
      this.fresh.push(seat);
      this.freshOctets = Math.max(this.freshOctets, data.size);
    }
    return true;
  }

  /**
   * Reads the journal of a round: rows go to their replicas, replicas that ended leave their seats.
   * @throws Error if the journal is damaged
   */
  read(journal: ArrayBuffer): JournalReport {
    const [count, gradients] = new Uint32Array(journal, 0, 2) as unknown as [number, number];
    const words = new Uint32Array(journal, 8);
    const values = new Float32Array(journal, 8);
    if (count * ENTRY_WORDS > words.length) throw new Error(`the journal overflowed: ${count}`);
    const trajectories: Trajectory[] = [];
    for (let at = 0; at < count * ENTRY_WORDS; at += ENTRY_WORDS) {
      const seat = words[at] as number;
      const kind = words[at + 1] as number;
      const occupant = this.#occupants[seat];
      if (occupant === undefined) throw new Error(`the journal names the empty seat ${seat}`);
      if (kind === ENTRY_ROW) {
        occupant.rows.push(values.slice(at + 2, at + 2 + COLUMNS));
      } else {
        trajectories.push(this.#leave(seat, occupant, words[at + 2] as number, failureOf(kind)));
      }
    }
    return { trajectories, gradients };
  }

  #leave(seat: number, occupant: Occupant, gradients: number, failure: string | null): Trajectory {
    const { replica, blocks } = occupant;
    this.#data.give(blocks.data);
    this.#vectors.give(blocks.vectors);
    this.#samples.give(blocks.samples);
    this.#occupants[seat] = undefined;
    this.occupied--;
    const rows = new Float32Array(occupant.rows.length * COLUMNS);
    occupant.rows.forEach((row, k) => {
      rows.set(row, k * COLUMNS);
    });
    return { index: replica.index, rows, gradients, failure };
  }
}

/** Elements of each buffer that a replica needs. */
function needsOf({ samples, dimensions }: Replica): {
  readonly octets: number;
  readonly data: number;
  readonly vectors: number;
  readonly samples: number;
} {
  const octets = Math.ceil(dimensions / 8);
  return {
    octets,
    data: samples * octets,
    vectors: VECTORS * 2 * octets,
    samples: SAMPLE_ARRAYS * samples,
  };
}

/** Rows of halves, each padded with zeros to whole octets. */
function packRows(halves: Uint16Array, dimensions: number, octets: number): Uint16Array {
  const samples = halves.length / dimensions;
  const packed = new Uint16Array(samples * 8 * octets);
  for (let i = 0; i < samples; i++) {
    packed.set(halves.subarray(i * dimensions, (i + 1) * dimensions), i * 8 * octets);
  }
  return packed;
}

function failureOf(kind: number): string | null {
  if (kind === ENTRY_FULL) return 'the record is full';
  if (kind === ENTRY_STALLED) return 'the step size fell to zero';
  return null;
}

/** Loop iterations of one invocation in one gradient of shaders/gradient.wgsl and its vectors. */
function gradientCost(samples: number, octets: number, workgroup: number): number {
  const rowTrips = Math.ceil(samples / workgroup);
  const groups = Math.max(1, Math.floor(workgroup / octets));
  const columnTrips = Math.ceil(octets / workgroup);
  const vectorTrips = Math.ceil((2 * octets) / workgroup);
  const columns = columnTrips * Math.ceil(samples / (2 * groups)) + groups;
  return rowTrips * (octets + 3) + columns + 3 * vectorTrips + 4 * Math.log2(workgroup);
}

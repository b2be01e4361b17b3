import type { Replica } from '../model/replica.ts';
import type { Rows } from '../model/trajectory.ts';
import { Descent } from './descent.ts';
import { Flow } from './flow.ts';
import { FlowInTime } from './flow-in-time.ts';
import type { Method } from './machine.ts';
import type { Variant } from './variant.ts';

/** What a method has in a seat beside what all have. */
export interface SeatContents {
  /** Fields of `Run` in layout.wgsl of the method; the others are zero. */
  readonly run: Readonly<Record<string, number>>;
  /** θ of the first evaluation; default: 0. */
  readonly clock?: number;
  /** All vectors of the seat, where the host writes them; else the device makes them. */
  readonly vectors?: Float32Array;
}

/** The host's side of a method. */
export interface MethodHost {
  /** What is written for a replica that a variant of the pass over rows trains. */
  contents(replica: Replica, variant: Variant): SeatContents;
  /** The record from the columns of its entries in the journal, COLUMNS words each, which become part of it. */
  rows(replica: Replica, words: Uint32Array<ArrayBuffer>): Rows;
  /** Why a run failed, in words, from the kind of its last entry; null if it did not. */
  failure(kind: number, steps: number, rows: Rows): string | null;
}

export const METHODS: Readonly<Record<Method, MethodHost>> = {
  flow: Flow,
  flowInTime: FlowInTime,
  descent: Descent,
};

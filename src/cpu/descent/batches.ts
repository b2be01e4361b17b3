import { batchKey, epochOrder } from '../../model/draws.ts';
import type { Replica } from '../../model/replica.ts';
import type { Words } from '../../model/threefry.ts';

/**
 * Minibatches, without replacement in an epoch: consecutive pieces of its order. The last one of an epoch
 * has what is left.
 */
export class Batches {
  readonly #key: Words;
  readonly #samples: number;
  readonly #size: number;
  #epoch = -1;
  #order: Uint32Array = new Uint32Array();

  constructor(replica: Replica, size: number) {
    this.#key = batchKey(replica);
    this.#samples = replica.samples;
    this.#size = size;
  }

  /** Rows of the batch of a step (0, 1, …). */
  rows(step: number): Uint32Array {
    const perEpoch = Math.ceil(this.#samples / this.#size);
    const epoch = Math.floor(step / perEpoch);
    if (epoch !== this.#epoch) {
      this.#epoch = epoch;
      this.#order = epochOrder(this.#key, epoch, this.#samples);
    }
    const first = (step % perEpoch) * this.#size;
    return this.#order.subarray(first, Math.min(first + this.#size, this.#samples));
  }
}

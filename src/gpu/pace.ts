/**
 * How much work a round of submissions gets, adapted so that a round takes about as long as it
 * should. Work is counted in loop iterations of one invocation, or in gradients.
 */

/**
 * Most iterations in one dispatch: a few milliseconds on a slow GPU, and well below the 65 535 after
 * which Mesa's software driver stops loops.
 */
const PER_DISPATCH = 48_000;

/** Most dispatches in one round. */
const MAX_DISPATCHES = 64;

/** What a round may consist of. */
export interface PaceLimits {
  /** Work of the first round. */
  readonly start: number;
  readonly perDispatch: number;
  readonly maxDispatches: number;
}

/** Rounds of the resident kernel, in loop iterations. */
export const RESIDENT_PACE: PaceLimits = {
  start: 4000,
  perDispatch: PER_DISPATCH,
  maxDispatches: MAX_DISPATCHES,
};

/** Rounds of the streamed kernel, in gradients: one a dispatch. */
export function streamedPace(maxDispatches: number): PaceLimits {
  return { start: 1, perDispatch: 1, maxDispatches: Math.min(MAX_DISPATCHES, maxDispatches) };
}

export class Pace {
  readonly #aim: number;
  readonly #limits: PaceLimits;
  #work: number;
  #lastEnd = 0;

  /**
   * @param target milliseconds that a round should take
   * @param latency milliseconds that an empty round takes: some browsers answer on a timer only,
   * and less work than fits between two answers gains nothing
   */
  constructor(target: number, latency: number, limits: PaceLimits = RESIDENT_PACE) {
    this.#aim = Math.max(target, latency);
    this.#limits = limits;
    this.#work = limits.start;
  }

  /** Dispatches of the next round and the iterations each may use. */
  next(): { dispatches: number; budget: number } {
    const dispatches = Math.ceil(this.#work / this.#limits.perDispatch);
    return { dispatches, budget: Math.ceil(this.#work / dispatches) };
  }

  /** Takes note of a round that was submitted and ended at the given times (milliseconds). */
  ended(submittedAt: number, endedAt: number): void {
    const took = Math.max(0.1, endedAt - Math.max(submittedAt, this.#lastEnd));
    this.#lastEnd = endedAt;
    const factor = Math.min(1.5, Math.max(0.5, this.#aim / took));
    const most = this.#limits.perDispatch * this.#limits.maxDispatches;
    this.#work = Math.min(most, Math.max(1, this.#work * factor));
  }
}

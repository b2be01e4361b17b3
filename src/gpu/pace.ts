/**
 * How much work a round of submissions gets, adapted so that a round takes about as long as it
 * should. Work is counted in loop iterations of one invocation.
 */

/**
 * Most iterations in one dispatch: a few milliseconds on a slow GPU, and well below the 65 535 after
 * which Mesa's software driver stops loops.
 */
const PER_DISPATCH = 48_000;

/** Most dispatches in one round. */
const MAX_DISPATCHES = 64;

export class Pace {
  #work = 4000;
  #lastEnd = 0;

  readonly #aim: number;

  /**
   * @param target milliseconds that a round should take
   * @param latency milliseconds that an empty round takes: some browsers answer on a timer only,
   * and less work than fits between two answers gains nothing
   */
  constructor(target: number, latency: number) {
    this.#aim = Math.max(target, latency);
  }

  /** Dispatches of the next round and the iterations each may use. */
  next(): { dispatches: number; budget: number } {
    const dispatches = Math.ceil(this.#work / PER_DISPATCH);
    return { dispatches, budget: Math.ceil(this.#work / dispatches) };
  }

  /** Takes note of a round that was submitted and ended at the given times (milliseconds). */
  ended(submittedAt: number, endedAt: number): void {
    const took = Math.max(0.1, endedAt - Math.max(submittedAt, this.#lastEnd));
    this.#lastEnd = endedAt;
    const factor = Math.min(1.5, Math.max(0.5, this.#aim / took));
    const most = PER_DISPATCH * MAX_DISPATCHES;
    this.#work = Math.min(most, Math.max(1, this.#work * factor));
  }
}

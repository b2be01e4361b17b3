import { type Engine, EngineLostError } from '../model/engine.ts';
import type { Replica, Trajectory } from '../model/replica.ts';
import { ResultTable } from '../results/table.ts';
import { coarseToFine } from './order.ts';
import type { SweepPlan } from './plan.ts';

export type SweepState = 'idle' | 'running' | 'paused' | 'stopped' | 'done' | 'failed';

/** How far a sweep has come. */
export interface Progress {
  readonly done: number;
  readonly total: number;
  /** Gradient evaluations so far. */
  readonly gradients: number;
  /** Over the last few seconds of running. */
  readonly gradientsPerSecond: number;
  /** At the mean time per replica so far; undefined until there is one. */
  readonly secondsLeft: number | undefined;
  /** Running time without pauses. */
  readonly seconds: number;
}

/** What a sweep begins with. */
export interface SweepStart {
  /** Of the same spec; replicas that are in it are not run. Absent: an empty one. */
  readonly table?: ResultTable;
  /** Replicas to run; absent: all. */
  readonly only?: readonly number[];
}

/** Automatic restarts after the device was lost. */
const RETRIES = 1;

/** Milliseconds that a sweep computes before it lets the page have its turn. */
const LONGEST_TASK = 10;

/** Weight of the newest interval in the rate shown. */
const RATE_SMOOTHING = 0.2;

/**
 * One sweep over an engine: runs the replicas of a plan from coarse to fine into a table; can be
 * paused, resumed and stopped. A lost device is retried once with the replicas that had not come
 * back; finished ones are kept.
 */
export class Sweep {
  readonly table: ResultTable;
  /** What happened, for a reader: a retry or the reason of a failure. */
  message = '';
  /** How the engine trains the replicas, in sentences; empty until the sweep runs. */
  method: readonly string[] = [];
  /** Called after every change of state, table or progress. */
  onchange: () => void = () => {};
  /** Called with replicas that have come in. */
  onresults: (trajectories: readonly Trajectory[]) => void = () => {};

  #state: SweepState = 'idle';
  #gradients = 0;
  #gradientsPerSecond = 0;
  #milliseconds = 0;
  readonly #abort = new AbortController();
  #resume: (() => void) | undefined;
  readonly #only: readonly number[] | undefined;
  /** Replicas that the table had before. */
  readonly #before: number;

  constructor(
    readonly plan: SweepPlan,
    readonly engine: Engine,
    { table, only }: SweepStart = {},
  ) {
    this.table = table ?? tableFor(plan);
    this.#before = this.table.done;
    this.#only = only;
  }

  get state(): SweepState {
    return this.#state;
  }

  get progress(): Progress {
    const { done } = this.table;
    const total = this.#only ? this.#before + this.#only.length : this.table.size;
    const seconds = this.#milliseconds / 1000;
    const own = done - this.#before;
    return {
      done,
      total,
      gradients: this.#gradients,
      gradientsPerSecond: this.#gradientsPerSecond,
      secondsLeft: own > 0 ? (seconds / own) * (total - done) : undefined,
      seconds,
    };
  }

  /**
   * Runs to the end, if every dataset fits the engine. Resolves when the sweep is done, stopped or
   * failed; throws nothing.
   */
  async run(): Promise<void> {
    if (this.#state !== 'idle') throw new Error('a sweep runs once; make a new one');
    this.#setState('running');
    for (let attempt = 0; ; attempt++) {
      try {
        await this.#runRemaining();
        this.#setState(this.#abort.signal.aborted ? 'stopped' : 'done');
        return;
      } catch (error) {
        if (this.#abort.signal.aborted) return this.#setState('stopped');
        const reason = error instanceof Error ? error.message : String(error);
        const lost = error instanceof EngineLostError;
        if (!lost || attempt >= RETRIES) {
          this.message = lost ? `${reason} It was lost again after a retry.` : reason;
          return this.#setState('failed');
        }
        this.message = `${reason} Finished replicas are kept; the others are tried once more.`;
        this.onchange();
      }
    }
  }

  pause(): void {
    if (this.#state === 'running') this.#setState('paused');
  }

  resume(): void {
    if (this.#state !== 'paused') return;
    this.#setState('running');
    this.#resume?.();
  }

  /** Ends the sweep; what has come in stays. */
  stop(): void {
    if (this.#state !== 'running' && this.#state !== 'paused') return;
    this.#abort.abort();
    this.#resume?.();
  }

  /**
   * How the engine trains what is left, in sentences.
   * @throws TooLargeError if a dataset does not fit it
   */
  explain(): Promise<readonly string[]> {
    return this.engine.plan(this.#largestFirst());
  }

  async #runRemaining(): Promise<void> {
    const { signal } = this.#abort;
    // What is complete needs no engine, and may be too large for it.
    if (this.#remaining().next().done) return;
    this.method = await this.explain();
    this.onchange();
    let last = performance.now();
    for await (const { trajectories, gradients } of this.engine.run(this.#remaining(), signal)) {
      const now = performance.now();
      this.#count(gradients, now - last);
      if (trajectories.length > 0) this.onresults(trajectories);
      await this.#takeIn(trajectories);
      this.onchange();
      if (this.#state === 'paused') {
        await new Promise<void>((resolve) => {
          this.#resume = resolve;
        });
      }
      if (signal.aborted) return;
      last = performance.now();
    }
  }

  /** A fast device may hand over hundreds of replicas at once: the page gets its turn in between. */
  async #takeIn(trajectories: readonly Trajectory[]): Promise<void> {
    let begun = performance.now();
    for (const trajectory of trajectories) {
      this.table.append(trajectory);
      if (performance.now() - begun < LONGEST_TASK) continue;
      await new Promise((resolve) => setTimeout(resolve));
      begun = performance.now();
    }
  }

  /** What an engine is asked about: axes ascend, so the largest replica is in the last cell. */
  *#largestFirst(): Generator<Replica> {
    const { plan } = this;
    const largest = plan.firstOf(plan.xs.length - 1, plan.ys.length - 1);
    if (!this.#only && !this.table.has(largest)) yield plan.replica(largest);
    for (const replica of this.#remaining()) if (replica.index !== largest) yield replica;
  }

  *#remaining(): Generator<Replica> {
    for (const index of this.#only ?? coarseToFine(this.plan)) {
      if (!this.table.has(index)) yield this.plan.replica(index);
    }
  }

  #count(gradients: number, milliseconds: number): void {
    this.#gradients += gradients;
    this.#milliseconds += milliseconds;
    if (milliseconds <= 0) return;
    const rate = (1000 * gradients) / milliseconds;
    this.#gradientsPerSecond =
      this.#gradientsPerSecond === 0
        ? rate
        : (1 - RATE_SMOOTHING) * this.#gradientsPerSecond + RATE_SMOOTHING * rate;
  }

  #setState(state: SweepState): void {
    this.#state = state;
    this.onchange();
  }
}

/** An empty table for a plan. */
export function tableFor(plan: SweepPlan): ResultTable {
  return new ResultTable(plan.spec, plan.size, (index) => plan.cellOf(index));
}

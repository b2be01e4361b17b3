import type { Replica } from '../model/replica.ts';
import type { Certified, Certifier, Separability } from '../model/separability/certifier.ts';
import type { ResultTable } from '../results/table.ts';
import { coarseToFine } from './order.ts';
import type { SweepPlan } from './plan.ts';

export type CertificationState = 'idle' | 'running' | 'stopped' | 'done' | 'failed';

/**
 * Certifies the datasets of a sweep, or of some of its replicas, into its table: each dataset once,
 * although replicas that differ only in σ share it. Coarse to fine, like the sweep.
 */
export class Certification {
  /** Why it failed, in words. */
  message = '';
  /** Called after every change of state or table. */
  onchange: () => void = () => {};
  /** Called with what has been certified, every replica of a dataset among it. */
  onresults: (certified: readonly Certified[]) => void = () => {};
  /** Datasets to certify, and how many of them have been. */
  readonly total: number;
  done = 0;

  #state: CertificationState = 'idle';
  #startedAt = 0;
  readonly #abort = new AbortController();
  /** Replicas of each dataset; the first one stands for it. */
  readonly #sharing = new Map<string, number[]>();

  /**
   * @param indices replicas whose datasets are wanted; absent: all. Those that are in the table
   * already are left out.
   */
  constructor(
    readonly plan: SweepPlan,
    readonly table: ResultTable,
    readonly certifier: Certifier,
    indices?: Iterable<number>,
  ) {
    for (const index of indices ?? coarseToFine(plan)) {
      if (table.separability(index)) continue;
      const key = datasetName(plan.replica(index));
      const sharing = this.#sharing.get(key);
      if (sharing) sharing.push(index);
      else this.#sharing.set(key, [index]);
    }
    this.total = this.#sharing.size;
  }

  get state(): CertificationState {
    return this.#state;
  }

  /** At the mean time per dataset so far; undefined until there is one. */
  get secondsLeft(): number | undefined {
    if (this.done === 0) return undefined;
    const seconds = (performance.now() - this.#startedAt) / 1000;
    return (seconds / this.done) * (this.total - this.done);
  }

  /** Runs to the end. Resolves when it is done, stopped or failed; throws nothing. */
  async run(): Promise<void> {
    if (this.#state !== 'idle') throw new Error('a certification runs once; make a new one');
    this.#startedAt = performance.now();
    this.#setState('running');
    try {
      for await (const batch of this.certifier.run(this.#datasets(), this.#abort.signal)) {
        for (const { index, separability } of batch) this.#take(index, separability);
        if (batch.length > 0) this.onchange();
      }
      this.#setState(this.#abort.signal.aborted ? 'stopped' : 'done');
    } catch (error) {
      this.message = error instanceof Error ? error.message : String(error);
      this.#setState('failed');
    }
  }

  /** Ends it; what has come in stays. */
  stop(): void {
    this.#abort.abort();
  }

  *#datasets(): Generator<Replica> {
    for (const [first] of this.#sharing.values()) yield this.plan.replica(first as number);
  }

  #take(index: number, separability: Separability): void {
    this.done++;
    const sharing = this.#sharing.get(datasetName(this.plan.replica(index))) ?? [];
    const certified = sharing.map((each) => ({ index: each, separability }));
    for (const each of certified) this.table.certify(each);
    this.onresults(certified);
  }

  #setState(state: CertificationState): void {
    this.#state = state;
    this.onchange();
  }
}

/** The same for replicas with the same dataset. */
export function datasetName({ seed, samples, dimensions, ensemble, given }: Replica): string {
  return [seed, samples, dimensions, ensemble, ...(given ?? [])].join(' ');
}

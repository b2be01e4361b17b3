/**
 * Which replicas of a run go together: one plan has room for those of much the same shape. Small ones,
 * for the resident kernel, come first; then large ones, each kind with a plan of its own.
 */

import { isDescent } from '../model/dynamics.ts';
import { TooLargeError } from '../model/memory.ts';
import type { Replica } from '../model/replica.ts';
import { explain } from './explain.ts';
import type { Machine, Method, Work } from './machine.ts';
import { alike, type Plan, type PlanOptions, planFits, planTraining } from './plan.ts';
import { Waiting } from './waiting.ts';

/** What trains a replica. */
export function methodOf({ dynamics, training }: Replica): Method {
  if (isDescent(dynamics)) return 'descent';
  return training ? 'flowInTime' : 'flow';
}

/** What trains the next replicas, and what they amount to. */
export interface Phase {
  readonly work: Work;
  readonly plan: Plan;
}

/** Plans the phases of one run on a device. */
export class Phases {
  /** Shapes are few, replicas many. */
  readonly #kernels = new Map<string, Pick<Plan, 'method' | 'kernel'>>();

  /**
   * @param replicas how many there are, as far as one has looked ahead
   */
  constructor(
    readonly machine: Machine,
    readonly options: PlanOptions,
    readonly replicas: number,
  ) {}

  /**
   * Which kernel trains a replica.
   * @throws TooLargeError if it does not fit
   */
  kernelFor(replica: Replica): Pick<Plan, 'method' | 'kernel'> {
    const { samples, dimensions } = replica;
    const method = methodOf(replica);
    const shape = `${method} ${samples} ${dimensions}`;
    const known = this.#kernels.get(shape);
    if (known) return known;
    const { replicas, machine, options } = this;
    const work = { samples, dimensions, narrowest: dimensions, replicas, sharing: 1 };
    const { kernel } = planTraining(work, machine, { ...options, method });
    this.#kernels.set(shape, { method, kernel });
    return { method, kernel };
  }

  /** Why a replica can never be trained, in words; undefined if it can. */
  refusalOf(replica: Replica): string | undefined {
    try {
      this.kernelFor(replica);
      return undefined;
    } catch (error) {
      if (error instanceof TooLargeError) return error.message;
      throw error;
    }
  }

  /**
   * The phase for the small replicas that wait and train as the first does, or where there are none, for
   * the first of the large and those alike; undefined if nothing waits.
   * @throws TooLargeError if a replica at hand does not fit
   */
  next(waiting: Waiting): Phase | undefined {
    for (const replica of waiting.ahead()) this.kernelFor(replica);
    const [first] = waiting.ahead();
    if (first === undefined) return undefined;
    const { method } = this.kernelFor(first);
    const small = waiting.work((replica) => {
      const own = this.kernelFor(replica);
      return own.method === method && own.kernel === 'resident';
    });
    if (small.replicas > 0) return this.#phase(small, { method, kernel: 'resident' });
    const large = waiting.work(
      (replica) =>
        this.kernelFor(replica).method === method && alike(replica.dimensions, first.dimensions),
    );
    return this.#phase(large, { method, kernel: 'streamed' });
  }

  /** Whether a replica is trained in a phase. */
  belongs(replica: Replica, { plan }: Phase): boolean {
    const { samples, dimensions } = replica;
    const { method, kernel } = this.kernelFor(replica);
    const own = method === plan.method && kernel === plan.kernel;
    return own && planFits(plan, samples, dimensions);
  }

  /** All phases in sentences, in order, as if no more replicas came than are at hand. */
  explain(waiting: Waiting): string[] {
    const sentences: string[] = [];
    let left = [...waiting.ahead()];
    for (;;) {
      const phase = this.next(new Waiting(left));
      if (phase === undefined) return sentences;
      sentences.push(...explain(phase.work, phase.plan));
      left = left.filter((replica) => !this.belongs(replica, phase));
    }
  }

  #phase(work: Work, kind: Pick<Plan, 'method' | 'kernel'>): Phase {
    return { work, plan: planTraining(work, this.machine, { ...this.options, ...kind }) };
  }
}

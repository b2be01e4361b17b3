/** Jobs over a pool of workers. */
import { EngineLostError } from '../model/engine.ts';
import type { Replica } from '../model/replica.ts';
import type { Job, WorkerReport } from './worker.ts';

/** The part that Web Workers and worker threads have in common. */
export interface WorkerPort {
  post(jobs: readonly Job[]): void;
  onreport: (report: WorkerReport) => void;
  onfailure: (message: string) => void;
  terminate(): void;
}

/** Bytes for datasets where nobody says how many there are. */
export const DEFAULT_MEMORY = 2 ** 31;

/**
 * Milliseconds that the jobs of a parcel take: small replicas end by the thousand a second, and who waits for
 * them, a page with one processor left, would be woken for each.
 */
const PARCEL = 60;
/** Most jobs of a parcel. */
const MOST_JOBS = 128;

/** Milliseconds between two yields, if no job ends. */
const INTERVAL = 100;

/** A worker in a run. */
interface Hand {
  readonly worker: WorkerPort;
  /** Jobs that it has and has not ended. */
  jobs: number;
  /** Jobs of its next parcel: one until it is known how long they take. */
  parcel: number;
  /** Milliseconds it has worked since it last ended any. */
  worked: number;
}

/** Workers from one run to the next: starting one takes as long as many small replicas. */
export class Workers {
  readonly #idle: WorkerPort[] = [];
  #disposed = false;

  /** @param spawn starts a worker that calls `serve` with all that is posted to it */
  constructor(readonly spawn: () => WorkerPort) {}

  take(): WorkerPort {
    return this.#idle.pop() ?? this.spawn();
  }

  /** Takes back a worker that has nothing to do. */
  give(worker: WorkerPort): void {
    if (this.#disposed) worker.terminate();
    else this.#idle.push(worker);
  }

  /** Ends those that have nothing to do, and with them the memory they hold. */
  clear(): void {
    for (const worker of this.#idle.splice(0)) worker.terminate();
  }

  dispose(): void {
    this.#disposed = true;
    this.clear();
  }
}

/**
 * Runs jobs on `size` workers and yields their reports as they come, at least every 100 ms, possibly
 * none. Every worker has a parcel of jobs to work on and one to go on with at once; jobs are drawn only while
 * somebody asks for reports. Ends when all jobs have, or at once when
 * `signal` aborts; workers that are busy then end with it.
 *
 * @param takes asked of every job, whether the worker of that number may have it; the first one gets
 * what no other may
 * @throws EngineLostError if a worker fails
 */
export async function* runPool(
  staff: Workers,
  size: number,
  jobs: Iterable<Job>,
  signal: AbortSignal,
  takes: (job: Job, worker: number) => boolean = () => true,
): AsyncGenerator<WorkerReport[]> {
  const source = jobs[Symbol.iterator]();
  let next: Job | undefined;
  let reports: WorkerReport[] = [];
  let ended = 0;
  let failure: string | undefined;
  let wake = (): void => {};

  const parcelFor = (number: number, most: number): Job[] => {
    const parcel: Job[] = [];
    while (parcel.length < most) {
      next ??= source.next().value as Job | undefined;
      if (next === undefined || (!takes(next, number) && number > 0)) break;
      parcel.push(next);
      next = undefined;
    }
    return parcel;
  };
  const feed = (hand: Hand, number: number): void => {
    while (hand.jobs <= hand.parcel) {
      const parcel = parcelFor(number, hand.parcel);
      if (parcel.length === 0) return;
      hand.jobs += parcel.length;
      hand.worker.post(parcel);
    }
  };
  const hands = Array.from(
    { length: size },
    (): Hand => ({ worker: staff.take(), jobs: 0, parcel: 1, worked: 0 }),
  );
  for (const hand of hands) {
    const { worker } = hand;
    worker.onreport = (report) => {
      reports.push(report);
      hand.worked += report.milliseconds;
      const count = report.trajectories.length + report.certified.length;
      if (count === 0) return;
      // At most doubled, so that a few small replicas are shared among many workers.
      const most = Math.min(MOST_JOBS, 2 * hand.parcel);
      hand.parcel = Math.max(1, Math.min(most, Math.floor((PARCEL * count) / hand.worked)));
      hand.worked = 0;
      hand.jobs -= count;
      ended += count;
      wake();
    };
    worker.onfailure = (message) => {
      failure = message;
      wake();
    };
  }
  try {
    for (;;) {
      // Only here are workers fed: while nobody asks for reports they run dry and wait.
      hands.forEach(feed);
      const busy = hands.some(({ jobs }) => jobs > 0);
      if (signal.aborted || (!busy && reports.length === 0)) return;
      if (busy && ended === 0) {
        await pause(INTERVAL, signal, (resolve) => {
          wake = resolve;
        });
      }
      if (failure !== undefined) throw new EngineLostError(`A worker failed: ${failure}.`);
      const batch = reports;
      reports = [];
      ended = 0;
      yield batch;
    }
  } finally {
    for (const { worker, jobs } of hands) {
      if (failure === undefined && jobs === 0) staff.give(worker);
      else worker.terminate();
    }
  }
}

/** Which workers take a job, for `runPool`: as many take large datasets as have room for them at once. */
export function roomFor(
  memory: number,
  bytesOf: (replica: Replica) => number,
): (job: Job, worker: number) => boolean {
  return ({ replica }, worker) => (worker + 1) * bytesOf(replica) <= memory;
}

/** Waits for a call of what `arm` is handed, for the signal or for the time to pass. */
function pause(
  milliseconds: number,
  signal: AbortSignal,
  arm: (resolve: () => void) => void,
): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, milliseconds);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done);
    arm(done);
  });
}

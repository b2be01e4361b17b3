/** Jobs over a pool of workers. */
import { EngineLostError } from '../model/engine.ts';
import type { Replica } from '../model/replica.ts';
import type { Job, WorkerReport } from './worker.ts';

/** The part that Web Workers and worker threads have in common. */
export interface WorkerPort {
  post(job: Job): void;
  onreport: (report: WorkerReport) => void;
  onfailure: (message: string) => void;
  terminate(): void;
}

/** Bytes for datasets where nobody says how many there are. */
export const DEFAULT_MEMORY = 2 ** 31;

/** Jobs a worker holds: one to work on and one to go on with at once. */
const QUEUE = 2;

/** Milliseconds between two yields, if no job ends. */
const INTERVAL = 100;

/** Workers from one run to the next: starting one takes as long as many small replicas. */
export class Workers {
  readonly #idle: WorkerPort[] = [];
  #disposed = false;

  /** @param spawn starts a worker that calls `serve` with every job posted to it */
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
 * none. Jobs are drawn only while somebody asks for reports. Ends when all jobs have, or at once when
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
  const queued = new Map<WorkerPort, number>();
  let reports: WorkerReport[] = [];
  let ended = 0;
  let failure: string | undefined;
  let wake = (): void => {};

  const feed = (worker: WorkerPort, number: number): void => {
    while ((queued.get(worker) as number) < QUEUE) {
      next ??= source.next().value as Job | undefined;
      if (next === undefined || (!takes(next, number) && number > 0)) return;
      queued.set(worker, (queued.get(worker) as number) + 1);
      worker.post(next);
      next = undefined;
    }
  };
  const workers = Array.from({ length: size }, () => staff.take());
  for (const worker of workers) {
    queued.set(worker, 0);
    worker.onreport = (report) => {
      reports.push(report);
      if (!report.trajectory && !report.certified) return;
      ended++;
      queued.set(worker, (queued.get(worker) as number) - 1);
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
      workers.forEach(feed);
      const busy = [...queued.values()].some((count) => count > 0);
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
    for (const worker of workers) {
      if (failure === undefined && queued.get(worker) === 0) staff.give(worker);
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

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
const PARCEL = 30;
/** Most jobs of a parcel, and the share of a worker's jobs so far: at the end of a run no worker waits long. */
const MOST_JOBS = 128;
const SHARE = 1 / 8;
/** Entries of a dataset that take as long as all else of a gradient. */
const ENTRIES_BESIDE = 2 ** 13;

/** Milliseconds between two yields, if no job ends. */
const INTERVAL = 100;

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
  /** Jobs that have ended. */
  let done = 0;
  let failure: string | undefined;
  let wake = (): void => {};

  const parcelFor = (hand: Hand, number: number): Job[] => {
    const parcel: Job[] = [];
    const most = Math.min(MOST_JOBS, Math.max(1, Math.floor((SHARE * done) / size)));
    let cost = 0;
    while (parcel.length < most) {
      next ??= source.next().value as Job | undefined;
      if (next === undefined || (!takes(next, number) && number > 0)) break;
      cost += costOf(next);
      if (parcel.length > 0 && !(hand.milliseconds(cost) <= PARCEL)) break;
      hand.take(next);
      parcel.push(next);
      next = undefined;
    }
    return parcel;
  };
  /** One parcel for each that lacks one. */
  const feed = (lacks: (hand: Hand) => boolean): void => {
    for (const [number, hand] of hands.entries()) {
      if (!lacks(hand)) continue;
      const parcel = parcelFor(hand, number);
      if (parcel.length > 0) hand.worker.post(parcel);
    }
  };
  const hands = Array.from({ length: size }, () => new Hand(staff.take()));
  for (const hand of hands) {
    hand.worker.onreport = (report) => {
      reports.push(report);
      const count = hand.note(report);
      if (count === 0) return;
      done += count;
      wake();
    };
    hand.worker.onfailure = (message) => {
      failure = message;
      wake();
    };
  }
  try {
    for (;;) {
      // Only here are workers fed: while nobody asks for reports they run dry and wait.
      feed(({ jobs }) => jobs === 0);
      feed(({ jobs, isShort }) => jobs < 2 || isShort);
      const busy = hands.some(({ jobs }) => jobs > 0);
      if (signal.aborted || (!busy && reports.length === 0)) return;
      if (busy && !reports.some((report) => endedIn(report) > 0)) {
        await pause(INTERVAL, signal, (resolve) => {
          wake = resolve;
        });
      }
      if (failure !== undefined) throw new EngineLostError(`A worker failed: ${failure}.`);
      const batch = reports;
      reports = [];
      yield batch;
    }
  } finally {
    for (const { worker, jobs } of hands) {
      if (failure === undefined && jobs === 0) staff.give(worker);
      else worker.terminate();
    }
  }
}

/** A worker in a run: what it has to do, and how long that takes. */
class Hand {
  /** Costs of the jobs that it has, in their order. */
  readonly #costs: number[] = [];
  /** Milliseconds for a unit of cost; NaN before the first report. */
  #pace = Number.NaN;
  /** Milliseconds, since it last ended any job. */
  #worked = 0;

  constructor(readonly worker: WorkerPort) {}

  get jobs(): number {
    return this.#costs.length;
  }

  /** What a cost takes it; NaN as long as nothing is known. */
  milliseconds(cost: number): number {
    return cost * this.#pace;
  }

  /** Whether half of its second parcel is through. */
  get isShort(): boolean {
    return this.milliseconds(sum(this.#costs)) < 1.5 * PARCEL;
  }

  take(job: Job): void {
    this.#costs.push(costOf(job));
  }

  /** Notes a report; returns how many jobs have ended. */
  note(report: WorkerReport): number {
    this.#worked += report.workMilliseconds;
    const count = endedIn(report);
    if (count === 0) return 0;
    this.#pace = this.#worked / sum(this.#costs.splice(0, count));
    this.#worked = 0;
    return count;
  }
}

/** Jobs whose end a report tells. */
function endedIn({ trajectories, certified }: WorkerReport): number {
  return trajectories.length + certified.length;
}

function sum(list: readonly number[]): number {
  return list.reduce((total, each) => total + each, 0);
}

/** Cost of a gradient, in entries of a dataset. */
function costOf({ replica: { samples, dimensions } }: Job): number {
  return samples * dimensions + ENTRIES_BESIDE;
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

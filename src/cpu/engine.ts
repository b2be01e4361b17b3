import { type Batch, type Engine, type EngineInfo, EngineLostError } from '../model/engine.ts';
import type { Replica, Trajectory } from '../model/replica.ts';
import type { WorkerReport } from './worker.ts';

/** The part that Web Workers and worker threads have in common. */
export interface WorkerPort {
  post(replica: Replica): void;
  onreport: (report: WorkerReport) => void;
  onfailure: (message: string) => void;
  terminate(): void;
}

/** Replicas a worker holds: one to train and one to go on with at once. */
const QUEUE = 2;

/** Milliseconds between two batches. */
const BATCH_INTERVAL = 100;

/**
 * The float64 engine: one replica at a time in each worker of a pool. It is the reference of the
 * tests, and what readers without WebGPU get.
 */
export class CpuEngine implements Engine {
  readonly info: EngineInfo;
  #workers: WorkerPort[] = [];

  /**
   * @param spawn starts a worker that calls `serve` with every replica posted to it
   * @param size number of workers
   */
  constructor(
    readonly spawn: () => WorkerPort,
    readonly size: number,
  ) {
    const device = size === 1 ? '1 worker' : `${size} workers`;
    this.info = { kind: 'cpu', device, precision: 'float64' };
  }

  async *run(replicas: Iterable<Replica>, signal: AbortSignal): AsyncGenerator<Batch> {
    const source = replicas[Symbol.iterator]();
    const queued = new Map<WorkerPort, number>();
    let trajectories: Trajectory[] = [];
    let gradients = 0;
    let failure: string | undefined;
    let wake = (): void => {};

    const feed = (worker: WorkerPort): void => {
      while ((queued.get(worker) as number) < QUEUE) {
        const next = source.next();
        if (next.done) return;
        queued.set(worker, (queued.get(worker) as number) + 1);
        worker.post(next.value);
      }
    };
    this.#workers = Array.from({ length: this.size }, this.spawn);
    for (const worker of this.#workers) {
      queued.set(worker, 0);
      worker.onreport = (report) => {
        gradients += report.gradients;
        if (report.trajectory === null) return;
        trajectories.push(report.trajectory);
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
        // Only here are workers fed: while nobody asks for a batch they run dry and wait.
        for (const worker of this.#workers) feed(worker);
        const busy = [...queued.values()].some((count) => count > 0);
        if (signal.aborted || (!busy && trajectories.length === 0)) return;
        if (busy && trajectories.length === 0) {
          await pause(BATCH_INTERVAL, signal, (resolve) => {
            wake = resolve;
          });
        }
        if (failure !== undefined) throw new EngineLostError(`A worker failed: ${failure}.`);
        const batch = { trajectories, gradients };
        trajectories = [];
        gradients = 0;
        yield batch;
      }
    } finally {
      this.dispose();
    }
  }

  async probe(): Promise<null> {
    return null;
  }

  dispose(): void {
    for (const worker of this.#workers) worker.terminate();
    this.#workers = [];
  }
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

import type { Batch, Engine, EngineInfo } from '../model/engine.ts';
import type { Replica } from '../model/replica.ts';
import { runPool, type WorkerPort } from './pool.ts';
import { asJobs } from './worker.ts';

/**
 * The float64 engine: one replica at a time in each worker of a pool. It is the reference of the
 * tests, and what readers without WebGPU get.
 */
export class CpuEngine implements Engine {
  readonly info: EngineInfo;
  #stop = new AbortController();

  /**
   * @param spawn starts a worker that calls `serve` with every job posted to it
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
    const jobs = asJobs('train', replicas);
    const both = AbortSignal.any([signal, this.#stop.signal]);
    for await (const reports of runPool(this.spawn, this.size, jobs, both)) {
      const trajectories = reports.flatMap(({ trajectory }) => (trajectory ? [trajectory] : []));
      yield { trajectories, gradients: reports.reduce((sum, report) => sum + report.gradients, 0) };
    }
  }

  async probe(): Promise<null> {
    return null;
  }

  dispose(): void {
    this.#stop.abort();
  }
}

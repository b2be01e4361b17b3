import type { Batch, Engine, EngineInfo } from '../model/engine.ts';
import type { Replica } from '../model/replica.ts';
import { runPool, type WorkerPort } from './pool.ts';
import type { Simd } from './simd.ts';
import { asJobs } from './worker.ts';

const SIMD_NAMES: Record<Simd, string> = { plain: 'SIMD', relaxed: 'relaxed SIMD' };

/**
 * The engines of the processor: one replica at a time in each worker of a pool. In float64 it is the
 * reference of the tests; with SIMD, in float32, it is what readers without WebGPU get.
 */
export class CpuEngine implements Engine {
  readonly info: EngineInfo;
  #stop = new AbortController();

  /**
   * @param spawn starts a worker that calls `serve` with every job posted to it
   * @param size number of workers
   * @param simd vector instructions that the workers have; null: float64
   */
  constructor(
    readonly spawn: () => WorkerPort,
    readonly size: number,
    readonly simd: Simd | null = null,
  ) {
    const workers = size === 1 ? '1 worker' : `${size} workers`;
    this.info = simd
      ? { kind: 'wasm', device: `${workers}, ${SIMD_NAMES[simd]}`, precision: 'float32' }
      : { kind: 'cpu', device: workers, precision: 'float64' };
  }

  async *run(replicas: Iterable<Replica>, signal: AbortSignal): AsyncGenerator<Batch> {
    const jobs = asJobs({ kind: 'train', simd: this.simd }, replicas);
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

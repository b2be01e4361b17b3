import type { Batch, Engine, EngineInfo } from '../model/engine.ts';
import { type BytesOf, inBytes, tooLarge } from '../model/memory.ts';
import type { Precision, Replica } from '../model/replica.ts';
import { descentBytes } from './descent/run.ts';
import { gradientBytes } from './gradient.ts';
import { DEFAULT_MEMORY, roomFor, runPool, type WorkerPort, Workers } from './pool.ts';
import type { Simd } from './simd.ts';
import { MAX_WASM_BYTES, wasmGradientBytes } from './wasm-gradient.ts';
import { asJobs } from './worker.ts';

const SIMD_NAMES: Record<Simd, string> = { plain: 'SIMD', relaxed: 'relaxed SIMD' };

/** Replicas that are looked at for a plan. */
const LOOKAHEAD = 2048;

/** Workers that have had larger datasets are not kept: their memory does not shrink. */
const KEPT_BYTES = 2 ** 26;

/**
 * The engines of the processor: one replica at a time in each worker of a pool. In float64 it is the
 * reference of the tests; with SIMD, in float32, it is what readers without WebGPU get.
 */
export class CpuEngine implements Engine {
  readonly info: EngineInfo;
  readonly #bytesOf: BytesOf;
  /** Bytes that one dataset may take. */
  readonly #most: number;
  readonly #workers: Workers;
  readonly #stop = new AbortController();

  /**
   * @param spawn starts a worker that calls `serve` with all that is posted to it
   * @param size number of workers
   * @param simd vector instructions that the workers have; null: float64
   * @param memory bytes for the datasets of all workers
   * @param precision of what is to be run: training in steps is in float64 with SIMD too
   */
  constructor(
    spawn: () => WorkerPort,
    readonly size: number,
    readonly simd: Simd | null = null,
    readonly memory = DEFAULT_MEMORY,
    precision: Precision = simd ? 'float32' : 'float64',
  ) {
    this.info = simd
      ? { kind: 'wasm', device: `${workers(size)}, ${SIMD_NAMES[simd]}`, precision }
      : { kind: 'cpu', device: workers(size), precision };
    this.#workers = new Workers(spawn);
    this.#bytesOf = simd ? wasmGradientBytes : gradientBytes;
    this.#most = simd ? Math.min(memory, MAX_WASM_BYTES) : memory;
  }

  async plan(replicas: Iterable<Replica>): Promise<string[]> {
    let largest: Replica | undefined;
    let looked = 0;
    for (const replica of replicas) {
      if (!largest || this.#bytes(replica) > this.#bytes(largest)) largest = replica;
      if (++looked === LOOKAHEAD) break;
    }
    if (!largest) return [];
    const { samples, dimensions, training } = largest;
    const bytes = this.#bytes(largest);
    if (bytes > this.#most) {
      const bytesOf = training ? descentBytes : this.#bytesOf;
      throw tooLarge(samples, dimensions, bytesOf, this.#most);
    }
    const busy = Math.min(this.size, Math.floor(this.memory / bytes));
    const arithmetic = this.simd
      ? `${this.info.precision} with ${SIMD_NAMES[this.simd]} of WebAssembly`
      : 'float64 in TypeScript';
    return [
      `${workers(this.size)}, one replica at a time${this.size > 1 ? ' in each' : ''}, in ${arithmetic}.`,
      `The largest dataset, ${samples} × ${dimensions}, takes ${inBytes(bytes)}, and is read once a gradient.`,
      ...(busy < this.size
        ? [
            `There is ${inBytes(this.memory)} for datasets: the largest are trained ${busy} at a time.`,
          ]
        : []),
    ];
  }

  async *run(replicas: Iterable<Replica>, signal: AbortSignal): AsyncGenerator<Batch> {
    let largest = 0;
    const jobs = asJobs({ kind: 'train', simd: this.simd }, replicas);
    const both = AbortSignal.any([signal, this.#stop.signal]);
    const takes = roomFor(this.memory, (replica) => {
      const bytes = this.#bytes(replica);
      largest = Math.max(largest, bytes);
      return bytes;
    });
    try {
      for await (const reports of runPool(this.#workers, this.size, jobs, both, takes)) {
        const trajectories = reports.flatMap((report) => report.trajectories);
        const gradients = reports.reduce((sum, report) => sum + report.gradients, 0);
        yield { trajectories, gradients };
      }
    } finally {
      if (largest > KEPT_BYTES) this.#workers.clear();
    }
  }

  async probe(): Promise<null> {
    return null;
  }

  dispose(): void {
    this.#stop.abort();
    this.#workers.dispose();
  }

  #bytes({ samples, dimensions, training }: Replica): number {
    const bytesOf = training ? descentBytes : this.#bytesOf;
    return bytesOf(samples, dimensions);
  }
}

function workers(size: number): string {
  return size === 1 ? '1 worker' : `${size} workers`;
}

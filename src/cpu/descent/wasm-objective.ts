import binary from '../../../assembly/descent.ts?simd=plain';
import type { DescentObjective } from './objective.ts';
import type { ObjectiveMaker } from './run.ts';

/** What `assembly/descent.ts` exports; pointers are bytes into its memory. */
interface Kernel {
  readonly memory: WebAssembly.Memory;
  gradient(
    data: number,
    rows: number,
    count: number,
    quads: number,
    x: number,
    bias: number,
    sigma: number,
    slope: number,
    z: number,
  ): number;
}

/** Bytes of a page of memory; the first one stays with the compiler. */
const PAGE = 65536;
/** Vectors begin at lines of the cache. */
const LINE = 64;

let kernel: Kernel | undefined;

function kernelOf(): Kernel {
  if (!kernel) {
    const bytes = Uint8Array.from(atob(binary), (character) => character.charCodeAt(0));
    // A kilobyte: compiled at once, so that a worker can do its job at once.
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes));
    kernel = exports as unknown as Kernel;
  }
  return kernel;
}

/**
 * What `Objective` does, in float64 SIMD, by the kernel in `assembly/descent.ts`. The memory is that of the
 * kernel: of the objectives of a thread only the last one made can be used.
 */
export class WasmObjective implements DescentObjective {
  readonly z: Float64Array;
  readonly #kernel = kernelOf();
  readonly #quads: number;
  readonly #data: number;
  readonly #x: Float64Array;
  readonly #slope: Float64Array;
  readonly #rows: Uint32Array;
  readonly #all: Uint32Array;

  /**
   * @param data g, row-major, samples × dimensions
   * @throws RangeError if there is no memory for the data
   */
  constructor(
    data: Float32Array,
    readonly samples: number,
    readonly dimensions: number,
    readonly sigma: number,
  ) {
    this.#quads = Math.ceil(dimensions / 4);
    const columns = 4 * this.#quads;
    const padded = 4 * Math.ceil(samples / 4);
    let end = PAGE;
    const take = (bytes: number): number => {
      const start = end;
      end += Math.ceil(bytes / LINE) * LINE;
      return start;
    };
    const x = take(columns * 8);
    const slope = take(columns * 8);
    const z = take(padded * 8);
    const rows = take(padded * 4);
    this.#data = take(samples * columns * 4);
    const { memory } = this.#kernel;
    const missing = end - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
    const { buffer } = memory;
    this.#x = new Float64Array(buffer, x, columns).fill(0);
    this.#slope = new Float64Array(buffer, slope, columns);
    this.z = new Float64Array(buffer, z, samples);
    this.#rows = new Uint32Array(buffer, rows, padded);
    this.#all = Uint32Array.from({ length: padded }, (_, i) => Math.min(i, samples - 1));
    const values = new Float32Array(buffer, this.#data, samples * columns).fill(0);
    for (let i = 0; i < samples; i++) {
      values.set(data.subarray(i * dimensions, (i + 1) * dimensions), i * columns);
    }
  }

  gradient(x: Float64Array, slope: Float64Array, rows?: Uint32Array): void {
    const { dimensions } = this;
    const count = rows?.length ?? this.samples;
    // Rows of the last block that are not there repeat one that is, and have no weight.
    if (rows) this.#rows.fill(rows[count - 1] as number, 0, Math.ceil(count / 4) * 4);
    this.#rows.set(rows ?? this.#all);
    const total = this.#evaluate(x, count);
    const scale = this.sigma / count;
    for (let j = 0; j < dimensions; j++) slope[j] = (this.#slope[j] as number) * scale;
    slope[dimensions] = total / count;
  }

  products(x: Float64Array): Float64Array {
    this.#rows.set(this.#all);
    this.#evaluate(x, this.samples);
    return this.z;
  }

  #evaluate(x: Float64Array, count: number): number {
    const { dimensions } = this;
    this.#x.set(x.subarray(0, dimensions));
    return this.#kernel.gradient(
      this.#data,
      this.#rows.byteOffset,
      count,
      this.#quads,
      this.#x.byteOffset,
      x[dimensions] as number,
      this.sigma,
      this.#slope.byteOffset,
      this.z.byteOffset,
    );
  }
}

/** Float64 by SIMD, for the runs of one thread. */
export const wasmObjective: ObjectiveMaker = ({ samples, dimensions, sigma }, data) =>
  new WasmObjective(data, samples, dimensions, sigma);

import plain from '../../assembly/gradient.ts?simd=plain';
import relaxed from '../../assembly/gradient.ts?simd=relaxed';
import { patternHalves, patternValues } from '../model/dataset.ts';
import { type Distribution, tableName } from '../model/quantiles.ts';

/** Vector instructions of WebAssembly; `relaxed` has the fused multiply-add. */
export type Simd = 'plain' | 'relaxed';

/** What `assembly/gradient.ts` exports; pointers are bytes into its memory. */
export interface Kernel {
  readonly memory: WebAssembly.Memory;
  evaluate(
    data: number,
    halves: boolean,
    samples: number,
    quads: number,
    block: number,
    u: number,
    anchor: number,
    step: number,
    total: number,
    slope: number,
    anchorSums: number,
    sums: number,
    z: number,
    weights: number,
    stats: number,
    clock: number,
    shift: number,
    ratio: number,
    overRatio: number,
    sigma: number,
  ): void;
  accept(anchor: number, step: number, quads: number): void;
  countErrors(accepted: number, z: number, samples: number, counts: number): void;
  sumUp(
    a: number,
    b: number,
    c: number,
    first: number,
    last: number,
    increment: number,
    end: number,
    quads: number,
    sums: number,
  ): void;
  stage(
    mu: number,
    nu: number,
    a: number,
    b: number,
    increment: number,
    previous: number,
    last: number,
    first: number,
    u: number,
    end: number,
    quads: number,
  ): void;
  /** Writes the tiles of a dataset made from a seed; see assembly/dataset.ts. */
  generate(
    data: number,
    samples: number,
    dimensions: number,
    key0: number,
    key1: number,
    values: number,
    halves: boolean,
  ): void;
  expAt(at: number): void;
  artanhOverAt(at: number): void;
}

/** Bytes of a page of memory. */
export const PAGE = 65536;

/** The first page stays with the compiler; then come the values of all patterns of an entry, also as halves. */
export const VALUES = PAGE;
export const HALVES = VALUES + 4 * 65536;
/** Where a run may lay out its memory. */
export const FREE = HALVES + 2 * 65536;

const kernels = new Map<Simd, Kernel>();

/**
 * The compiled kernel of this thread. There is one, with one memory that grows and is used by one
 * replica after the other.
 */
export function kernelOf(simd: Simd): Kernel {
  let kernel = kernels.get(simd);
  if (!kernel) {
    const binary = atob(simd === 'relaxed' ? relaxed : plain);
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
    // A few kilobytes: compiled at once, so that a worker can do its job at once.
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes));
    kernel = exports as unknown as Kernel;
    kernel.memory.grow(FREE / PAGE);
    kernels.set(simd, kernel);
  }
  return kernel;
}

/** Whose values each kernel has. */
const tables = new WeakMap<Kernel, string>();

/** Gives a kernel the values of the patterns of a distribution. */
export function useDistribution(kernel: Kernel, distribution: Distribution = {}): void {
  const name = tableName(distribution);
  if (tables.get(kernel) === name) return;
  const { buffer } = kernel.memory;
  new Float32Array(buffer, VALUES, 65536).set(patternValues(distribution));
  new Uint16Array(buffer, HALVES, 65536).set(patternHalves(distribution));
  tables.set(kernel, name);
}

import { type DatasetId, datasetKey, datasetValues } from '../model/dataset.ts';
import type { DynamicsKind } from '../model/dynamics.ts';
import type { GradientMaker } from './flow.ts';
import type { GradientSource, GradientStats, StepSums } from './gradient.ts';
import {
  FREE,
  HALVES,
  type Kernel,
  kernelOf,
  PAGE,
  type Simd,
  useDistribution,
  VALUES,
} from './simd.ts';

/** Vectors begin at lines of the cache. */
const LINE = 64;

/** Rows and columns of a tile of the data, in which `assembly/gradient.ts` reads them. */
const ROWS = 4;
const COLUMNS = 4;
/** Most rows that it takes at a time, and bytes of them that stay in the nearest cache between their two uses. */
const BLOCK = 64;
const NEAR = 32768;

/** How entries are kept. */
export type Storage = 'float32' | 'half';

/**
 * Bytes of data from which on they are kept as halves, which have the same values and give the same bits:
 * what is in no cache has to come from the memory that all processors wait for.
 */
const LARGE = 2 ** 24;

function storageFor(samples: number, dimensions: number): Storage {
  return 4 * samples * dimensions >= LARGE ? 'half' : 'float32';
}

/** Vectors that it has room for: those of a run. */
const VECTORS = 8;

/** Bytes that a `WasmGradient` may have in the memory of a module. */
export const MAX_WASM_BYTES = 2 ** 32 - PAGE - FREE;

/** Bytes of a `WasmGradient`. */
export function wasmGradientBytes(samples: number, dimensions: number): number {
  return layOut(samples, dimensions, storageFor(samples, dimensions)).end - FREE;
}

/**
 * A weight below e^{−87} is taken as zero, and float32 ends at e^{88}: the largest log weight has to be
 * within these bounds, so that neither is ever near.
 */
const LEAST = -20;
const MOST = 40;

/** Most of shift − θ that is looked at: beyond, all weights are too small, and the shift becomes another. */
const FAR = 80;

/**
 * The flow's slope in float32 SIMD: what `Gradient` does, by the kernel in `assembly/gradient.ts`.
 * Points are steps from the last accepted point, whose u and s_i = u·g_i are kept in float64: the
 * rounding of float32 is that of the steps, and stages of a stiff run differ by no noise of u.
 * The memory is that of the kernel: of the gradients of a thread only the last one made can be used.
 */
export class WasmGradient implements GradientSource {
  readonly stats: GradientStats = { logMeanResidual: 0, logTrainLoss: 0, trainErrors: 0 };

  readonly #kernel: Kernel;
  readonly #data: number;
  readonly #halves: boolean;
  readonly #block: number;
  /** The accepted point, and where its s_i and those of the last point are. */
  readonly #anchor: number;
  #anchorSums: number;
  #sums: number;
  /** From there to the last point. */
  readonly #step: number;
  readonly #total: number;
  readonly #weights: number;
  /** Where the next vector goes, and how many there may be. */
  #vectors: number;
  #free = VECTORS;
  /** z_i at the last point, N values, and where those at the accepted one are. */
  readonly z: Float32Array;
  readonly #accepted: number;
  /** Σ w, Σ w·loss/r, errors, largest log weight. */
  readonly #out: Float64Array;
  /** Of the last step: its sums, or its training errors. */
  readonly #ofStep: Float64Array;
  readonly #quads: number;
  /** Largest log r_i + θ of the last evaluation (log r_i if conformal): the next one's shift. */
  #shift = -Math.LN2;

  readonly samples: number;
  readonly dimensions: number;

  /**
   * @param id makes the data
   * @param storage how entries are kept; given ones are always float32, since they need not be halves
   * @throws RangeError if there is no memory for the data
   */
  constructor(
    kernel: Kernel,
    id: DatasetId,
    readonly sigma: number,
    readonly dynamics: DynamicsKind,
    storage: Storage = storageFor(id.samples, id.dimensions),
  ) {
    const { samples, dimensions } = id;
    this.samples = samples;
    this.dimensions = dimensions;
    this.#kernel = kernel;
    this.#quads = Math.ceil(dimensions / COLUMNS);
    this.#halves = storage === 'half' && !id.given;
    const kept = this.#halves ? 'half' : 'float32';
    const { rows, columns, block, ...places } = layOut(samples, dimensions, kept);
    this.#anchorSums = places.anchorSums;
    this.#sums = places.sums;
    this.#anchor = places.anchor;
    this.#step = places.step;
    this.#total = places.total;
    this.#weights = places.weights;
    this.#vectors = places.vectors;
    this.#data = places.data;
    this.#block = block;
    reserve(kernel.memory, places.end);

    const { buffer } = kernel.memory;
    this.#out = new Float64Array(buffer, places.out, 4);
    this.#ofStep = new Float64Array(buffer, places.ofStep, 4);
    new Float64Array(buffer, this.#anchor, columns).fill(0);
    new Float64Array(buffer, this.#anchorSums, rows).fill(0);
    this.z = new Float32Array(buffer, places.z, samples);
    this.#accepted = places.accepted;
    new Float32Array(buffer, this.#accepted, rows).fill(0);
    if (id.given) {
      tile(new Float32Array(buffer, this.#data, rows * columns), id);
    } else {
      useDistribution(kernel, id.data);
      const values = this.#halves ? HALVES : VALUES;
      kernel.generate(this.#data, samples, dimensions, ...datasetKey(id), values, this.#halves);
    }
  }

  vector(): Float64Array {
    if (this.#free-- === 0) throw new Error(`no more than ${VECTORS} vectors`);
    const at = this.#vectors;
    const columns = COLUMNS * this.#quads;
    this.#vectors += Math.ceil((8 * columns) / LINE) * LINE;
    const { buffer } = this.#kernel.memory;
    new Float64Array(buffer, at, columns).fill(0);
    return new Float64Array(buffer, at, this.dimensions);
  }

  evaluate(u: Float64Array, clock: number, slope: Float64Array): void {
    // The point moved too far for the last shift; the largest weight is known by then.
    if (!this.#accumulate(u, clock, slope)) this.#accumulate(u, clock, slope);
  }

  accept(): number[] {
    this.#kernel.accept(this.#anchor, this.#step, this.#quads);
    [this.#anchorSums, this.#sums] = [this.#sums, this.#anchorSums];
    const counts = this.#ofStep;
    this.#kernel.countErrors(this.#accepted, this.z.byteOffset, this.samples, counts.byteOffset);
    return Array.from(counts);
  }

  sumUp(
    a: number,
    b: number,
    c: number,
    first: Float64Array,
    last: Float64Array,
    increment: Float64Array,
    end: Float64Array,
  ): StepSums {
    this.#kernel.sumUp(
      a,
      b,
      c,
      first.byteOffset,
      last.byteOffset,
      increment.byteOffset,
      end.byteOffset,
      this.#quads,
      this.#ofStep.byteOffset,
    );
    const sums = this.#ofStep;
    return {
      error: sums[0] as number,
      point: sums[1] as number,
      along: sums[2] as number,
      slope: sums[3] as number,
    };
  }

  stage(
    mu: number,
    nu: number,
    a: number,
    b: number,
    increment: Float64Array,
    previous: Float64Array,
    last: Float64Array,
    first: Float64Array,
    u: Float64Array,
    end: Float64Array,
  ): void {
    this.#kernel.stage(
      mu,
      nu,
      a,
      b,
      increment.byteOffset,
      previous.byteOffset,
      last.byteOffset,
      first.byteOffset,
      u.byteOffset,
      end.byteOffset,
      this.#quads,
    );
  }

  /** One pass; whether the shift was near enough. */
  #accumulate(u: Float64Array, clock: number, slope: Float64Array): boolean {
    const conformal = this.dynamics === 'conformal';
    const shift = this.#shift;
    // Where e^{θ − shift} is beyond float32 no z_i is near 0, and r is e^z.
    const away = conformal ? -Infinity : Math.min(shift - clock, FAR);
    this.#kernel.evaluate(
      this.#data,
      this.#halves,
      this.samples,
      this.#quads,
      this.#block,
      u.byteOffset,
      this.#anchor,
      this.#step,
      this.#total,
      slope.byteOffset,
      this.#anchorSums,
      this.#sums,
      this.z.byteOffset,
      this.#weights,
      this.#out.byteOffset,
      clock,
      shift,
      Math.exp(away),
      Math.exp(-away),
      this.sigma,
    );
    const out = this.#out;
    const weightSum = out[0] as number;
    const lossSum = out[1] as number;
    const top = out[3] as number;
    const largest = conformal ? top : logWeight(top, clock - shift);
    // Without a number among the weights there is nothing to go by.
    if (Math.abs(largest) < 1e38) this.#shift += largest;
    const scale = conformal ? shift : shift - clock;
    this.stats.logMeanResidual = scale + Math.log(weightSum / this.samples);
    this.stats.logTrainLoss = scale + Math.log(lossSum / this.samples);
    this.stats.trainErrors = out[2] as number;
    return largest > LEAST && largest < MOST;
  }
}

/** log r + θ − shift of a sample with s − shift = `log`; the larger, the larger s is. */
function logWeight(log: number, away: number): number {
  return Math.min(log, away) - Math.log1p(Math.exp(-Math.abs(log - away)));
}

/** Float32 by SIMD, for the runs of one thread. */
export function float32(simd: Simd): GradientMaker {
  return {
    precision: 'float32',
    make: (replica) => new WasmGradient(kernelOf(simd), replica, replica.sigma, replica.dynamics),
  };
}

/** Where things are in the memory of the kernel, in bytes, up to `end`. */
function layOut(samples: number, dimensions: number, storage: Storage) {
  const columns = Math.ceil(dimensions / COLUMNS) * COLUMNS;
  const rows = Math.ceil(samples / ROWS) * ROWS;
  const entryBytes = storage === 'half' ? 2 : 4;
  // The same for halves, so that sums are.
  let block = BLOCK;
  while (block > ROWS && block * columns * 4 > NEAR) block /= 2;
  let end = FREE;
  const take = (bytes: number): number => {
    const start = end;
    end += Math.ceil(bytes / LINE) * LINE;
    return start;
  };
  const places = {
    rows,
    columns,
    block,
    out: take(4 * 8),
    ofStep: take(4 * 8),
    anchor: take(columns * 8),
    step: take(columns * 4),
    total: take(columns * 4),
    vectors: take(VECTORS * Math.ceil((columns * 8) / LINE) * LINE),
    anchorSums: take(rows * 8),
    sums: take(rows * 8),
    z: take(rows * 4),
    accepted: take(rows * 4),
    weights: take(BLOCK * 4),
    data: take(rows * columns * entryBytes),
  };
  return { ...places, end };
}

/** Makes the memory at least so long; what it holds is kept. */
function reserve(memory: WebAssembly.Memory, bytes: number): void {
  const missing = bytes - memory.buffer.byteLength;
  if (missing <= 0) return;
  try {
    memory.grow(Math.ceil(missing / PAGE));
  } catch {
    const size = `${Math.ceil(bytes / 2 ** 20)} MiB`;
    throw new RangeError(`WebAssembly cannot have ${size}`);
  }
}

/** Writes given data as tiles of four rows and four columns, with zeros where there are none. */
function tile(tiles: Float32Array, id: DatasetId): void {
  const { samples, dimensions } = id;
  const data = datasetValues(id);
  const columns = Math.ceil(dimensions / COLUMNS) * COLUMNS;
  tiles.fill(0);
  for (let i = 0, at = 0; i < samples; i++) {
    const first = (i - (i % ROWS)) * columns + (i % ROWS) * COLUMNS;
    for (let j = 0; j < dimensions; j++) {
      const lane = j % COLUMNS;
      tiles[first + (j - lane) * ROWS + lane] = data[at++] as number;
    }
  }
}

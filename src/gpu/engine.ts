import type { Arithmetic } from '../model/device-check.ts';
import { type Batch, type Engine, type EngineInfo, EngineLostError } from '../model/engine.ts';
import type { Replica, Trajectory } from '../model/replica.ts';
import { adapterName, Device, isSoftware, loopLimit } from './device.ts';
import { Kernels, type Sizes } from './kernels.ts';
import { Pace } from './pace.ts';
import { probeArithmetic } from './probe.ts';
import { Seats } from './seats.ts';

/** Bytes of datasets in flight: what every device can bind. */
const DATA_BYTES = 2 ** 27;

/** Rounds submitted and not yet read. */
const ROUNDS_IN_FLIGHT = 2;

/** How the engine is set up; the defaults are for a page. */
export interface WebGpuOptions {
  /** Milliseconds of a round of submissions. */
  readonly roundMilliseconds?: number;
  /** Workgroups; each trains one replica at a time. */
  readonly groups?: number;
  /** Invocations of a workgroup. */
  readonly workgroup?: number;
}

/**
 * The float32 engine on WebGPU: each replica is trained by one workgroup, many gradients a
 * submission, with its step control on the GPU. See shaders/flow.wgsl.
 */
export class WebGpuEngine implements Engine {
  readonly info: EngineInfo;
  readonly software: boolean;
  readonly #gpu: GPU;
  readonly #options: Required<WebGpuOptions>;
  #adapter: GPUAdapter | undefined;
  #device: Device | undefined;
  #kernels: Kernels | undefined;
  /** A device being made ready: whoever asks meanwhile waits for the same one. */
  #starting: Promise<Kernels> | undefined;
  /** Halved at every loss of the device. */
  #share = 1;
  readonly #maxCost: number;

  private constructor(gpu: GPU, adapter: GPUAdapter, options: WebGpuOptions) {
    this.#gpu = gpu;
    this.#adapter = adapter;
    this.software = isSoftware(adapter);
    this.#maxCost = loopLimit(adapter);
    this.info = { kind: 'webgpu', device: adapterName(adapter), precision: 'float32' };
    this.#options = {
      roundMilliseconds: 8,
      // A software adapter has as many processors as there are cores, and pays dearly for barriers.
      groups: this.software ? 16 : 256,
      workgroup: this.software ? 8 : 128,
      ...options,
    };
  }

  /**
   * Finds an adapter; the device itself is requested by the first run.
   * @returns undefined if there is no adapter
   */
  static async create(gpu: GPU, options: WebGpuOptions = {}): Promise<WebGpuEngine | undefined> {
    const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
    return adapter ? new WebGpuEngine(gpu, adapter, options) : undefined;
  }

  /** The device of the current or last run, for tests and for reading limits. */
  get device(): GPUDevice | undefined {
    return this.#device?.gpu;
  }

  async *run(replicas: Iterable<Replica>, signal: AbortSignal): AsyncGenerator<Batch> {
    try {
      yield* this.#run(replicas, signal);
    } catch (error) {
      this.#forgetIfLost(error);
      throw error;
    }
  }

  async probe(): Promise<Arithmetic> {
    try {
      const { device } = await this.#prepare();
      return await probeArithmetic(device);
    } catch (error) {
      this.#forgetIfLost(error);
      throw error;
    }
  }

  /** After a loss the next run requests a new device, and asks less of it at a time. */
  #forgetIfLost(error: unknown): void {
    if (!(error instanceof EngineLostError)) return;
    this.#device = undefined;
    this.#kernels = undefined;
    this.#share /= 2;
  }

  async *#run(replicas: Iterable<Replica>, signal: AbortSignal): AsyncGenerator<Batch> {
    const kernels = await this.#prepare();
    // Compiling takes long on some devices: whoever stopped may be running something else by now.
    if (signal.aborted) return;
    const { device } = kernels;
    const seats = new Seats(kernels);
    const readers = Array.from({ length: ROUNDS_IN_FLIGHT }, () => new Reader(kernels));
    const latency = await emptyRound(readers[0] as Reader);
    const pace = new Pace(this.#options.roundMilliseconds * this.#share, latency);
    const rounds: Promise<ArrayBuffer>[] = [];
    const source = replicas[Symbol.iterator]();
    let waiting: Replica | undefined;
    // Seats may hold replicas of a run that was stopped.
    for (let seat = 0; seat < 2 * kernels.sizes.groups; seat++) kernels.writeSlot(seat, {});
    try {
      for (;;) {
        const refused: Trajectory[] = [];
        for (let seat = seats.freeSeat(); seat !== undefined; seat = seats.freeSeat()) {
          waiting ??= next(source);
          if (waiting === undefined) break;
          const refusal = seats.refusal(waiting);
          if (refusal !== undefined) refused.push(failed(waiting, refusal));
          else if (!seats.fill(seat, waiting)) break;
          waiting = undefined;
        }
        while (seats.occupied > 0 && rounds.length < ROUNDS_IN_FLIGHT) {
          const round = this.#submit(kernels, seats, pace, readers);
          round.catch(() => {}); // a loss while nobody asks for a batch is thrown when one does
          rounds.push(round);
        }
        const round = rounds.shift();
        if (round === undefined) {
          if (refused.length > 0) yield { trajectories: refused, gradients: 0 };
          return;
        }
        const { trajectories, gradients } = seats.read(await round);
        device.check();
        if (signal.aborted) return;
        yield { trajectories: [...refused, ...trajectories], gradients };
      }
    } finally {
      await Promise.allSettled(rounds);
      for (const reader of readers) reader.destroy();
    }
  }

  async #submit(
    kernels: Kernels,
    seats: Seats,
    pace: Pace,
    readers: Reader[],
  ): Promise<ArrayBuffer> {
    const { device } = kernels;
    device.check();
    const encoder = device.gpu.createCommandEncoder();
    if (seats.fresh.length > 0) {
      kernels.encodeGenerate(encoder, seats.fresh, seats.freshOctets);
      seats.fresh = [];
      seats.freshOctets = 0;
    }
    const { dispatches, budget } = pace.next();
    kernels.encodeFlow(encoder, dispatches, budget);
    const reader = readers.shift() as Reader;
    reader.encode(encoder);
    const submittedAt = performance.now();
    device.gpu.queue.submit([encoder.finish()]);
    const journal = await device.settle(reader.read());
    pace.ended(submittedAt, performance.now());
    readers.push(reader);
    return journal;
  }

  dispose(): void {
    this.#device?.gpu.destroy();
    this.#device = undefined;
    this.#kernels = undefined;
  }

  async #prepare(): Promise<Kernels> {
    if (this.#kernels) {
      this.#kernels.device.check();
      return this.#kernels;
    }
    this.#starting ??= this.#start().finally(() => {
      this.#starting = undefined;
    });
    return this.#starting;
  }

  async #start(): Promise<Kernels> {
    const adapter = this.#adapter ?? (await this.#gpu.requestAdapter());
    this.#adapter = undefined; // a device uses its adapter up
    if (!adapter) throw new EngineLostError('The browser gives the GPU to this page no more.');
    this.#device = await Device.request(adapter);
    this.#kernels = await Kernels.create(this.#device, this.#sizes(this.#device.gpu.limits));
    this.#device.check();
    return this.#kernels;
  }

  #sizes({ maxStorageBufferBindingSize, maxBufferSize }: GPUSupportedLimits): Sizes {
    const { workgroup, groups } = this.#options;
    const bytes = Math.min(DATA_BYTES, maxStorageBufferBindingSize, maxBufferSize);
    return {
      workgroup,
      groups,
      maxCost: this.#maxCost,
      data: bytes / 16,
      vectors: bytes / 4 / 16,
      sampleValues: bytes / 4 / 4,
      journal: 64 * groups,
    };
  }
}

/** Reads the journal of one round. */
class Reader {
  readonly #staging: GPUBuffer;

  constructor(readonly kernels: Kernels) {
    this.#staging = kernels.device.gpu.createBuffer({
      label: 'journal reader',
      size: kernels.journalBytes,
      usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
    });
  }

  encode(encoder: GPUCommandEncoder): void {
    const { journal, journalBytes } = this.kernels;
    encoder.copyBufferToBuffer(journal, 0, this.#staging, 0, journalBytes);
  }

  async read(): Promise<ArrayBuffer> {
    await this.#staging.mapAsync(GPUMapMode.READ);
    const copy = this.#staging.getMappedRange().slice(0);
    this.#staging.unmap();
    return copy;
  }

  destroy(): void {
    this.#staging.destroy();
  }
}

/** Milliseconds that a round without work takes. */
async function emptyRound(reader: Reader): Promise<number> {
  const { device } = reader.kernels;
  const encoder = device.gpu.createCommandEncoder();
  reader.encode(encoder);
  const submittedAt = performance.now();
  device.gpu.queue.submit([encoder.finish()]);
  await device.settle(reader.read());
  return performance.now() - submittedAt;
}

function next(source: Iterator<Replica>): Replica | undefined {
  const { done, value } = source.next();
  return done ? undefined : value;
}

function failed({ index }: Replica, failure: string): Trajectory {
  return { index, rows: new Float32Array(), gradients: 0, failure };
}

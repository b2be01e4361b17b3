import type { Arithmetic } from '../model/device-check.ts';
import { type Batch, type Engine, type EngineInfo, EngineLostError } from '../model/engine.ts';
import { TooLargeError } from '../model/memory.ts';
import type { Replica, Trajectory } from '../model/replica.ts';
import { adapterName, Device, isSoftware, MAX_MEMORY, machineOf } from './device.ts';
import { emptyRound, type Journal, JournalReader } from './journal.ts';
import { Kernels } from './kernels.ts';
import type { Machine } from './machine.ts';
import { Pace, RESIDENT_PACE, streamedPace } from './pace.ts';
import { type Phase, Phases } from './phases.ts';
import type { Plan, PlanOptions } from './plan.ts';
import { probeArithmetic } from './probe.ts';
import { Seats } from './seats.ts';
import { Waiting } from './waiting.ts';
import { OutOfMemoryError, Workspace } from './workspace.ts';

/** Rounds submitted and not yet read. */
const ROUNDS_IN_FLIGHT = 2;

/** How the engine is set up; the defaults are for a page. */
export interface WebGpuOptions extends PlanOptions {
  /** Milliseconds of a round of submissions. */
  readonly roundMilliseconds?: number;
  /** Most bytes of datasets on the device. */
  readonly memory?: number;
}

/**
 * The float32 engine on WebGPU: each replica is trained by one workgroup, many gradients a
 * submission, or a large one by many, with its step control on the GPU. See shaders/flow and
 * shaders/descent.
 */
export class WebGpuEngine implements Engine {
  readonly info: EngineInfo;
  readonly software: boolean;
  readonly #gpu: GPU;
  readonly #options: WebGpuOptions & { readonly roundMilliseconds: number };
  #adapter: GPUAdapter | undefined;
  #device: Device | undefined;
  #kernels: Kernels | undefined;
  /** A device being made ready: whoever asks meanwhile waits for the same one. */
  #starting: Promise<Kernels> | undefined;
  /** Halved at every loss of the device. */
  #share = 1;
  /** Bytes that datasets may take; halved where the device has less than it was thought to. */
  #memory: number;
  readonly #plans: PlanOptions;
  #machineFound: Omit<Machine, 'memory'> | undefined;
  #workspace: Workspace | undefined;

  private constructor(gpu: GPU, adapter: GPUAdapter, options: WebGpuOptions) {
    this.#gpu = gpu;
    this.#adapter = adapter;
    this.software = isSoftware(adapter);
    this.info = { kind: 'webgpu', device: adapterName(adapter), precision: 'float32' };
    this.#options = { roundMilliseconds: 8, ...options };
    this.#memory = options.memory ?? MAX_MEMORY;
    const { roundMilliseconds: _, memory: __, ...plans } = options;
    this.#plans = plans;
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

  async plan(replicas: Iterable<Replica>): Promise<string[]> {
    try {
      await this.#prepare();
    } catch (error) {
      this.#forgetIfLost(error);
      throw error;
    }
    const waiting = new Waiting(replicas);
    const { roundMilliseconds } = this.#options;
    return [
      ...this.#phases(waiting).explain(waiting),
      `A submission has as many gradients as take about ${roundMilliseconds} ms, by the time of those before it.`,
    ];
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
    this.#workspace = undefined;
    this.#share /= 2;
  }

  async *#run(replicas: Iterable<Replica>, signal: AbortSignal): AsyncGenerator<Batch> {
    const kernels = await this.#prepare();
    let waiting = new Waiting(replicas);
    // The replicas of a sweep have one distribution.
    const [first] = waiting.ahead();
    kernels.useDistribution(first?.data);
    for (;;) {
      const deferred: Replica[] = [];
      yield* this.#phase(kernels, waiting, deferred, signal);
      if (signal.aborted || deferred.length === 0) return;
      waiting = new Waiting(deferred);
    }
  }

  #phases(waiting: Waiting): Phases {
    return new Phases(this.#machine(), this.#plans, waiting.work(() => true).replicas);
  }

  /** Trains what one plan has room for and puts the others off. */
  async *#phase(
    kernels: Kernels,
    waiting: Waiting,
    deferred: Replica[],
    signal: AbortSignal,
  ): AsyncGenerator<Batch> {
    const allocated = await this.#allocate(kernels, waiting);
    if (allocated === undefined) return;
    const { phases, phase, workspace } = allocated;
    const { plan } = phase;
    // Compiling takes long on some devices: whoever stopped may be running something else by now.
    if (signal.aborted) return;
    const seats = new Seats(workspace);
    const readers = Array.from({ length: ROUNDS_IN_FLIGHT }, () => new JournalReader(workspace));
    const latency = await emptyRound(readers[0] as JournalReader);
    const limits = plan.kernel === 'resident' ? RESIDENT_PACE : streamedPace(workspace.roundLimit);
    const pace = new Pace(this.#options.roundMilliseconds * this.#share, latency, limits);
    const rounds: Promise<Journal>[] = [];
    let refused: Trajectory[] = [];
    let next: Replica | undefined;
    const belongs = (replica: Replica): boolean => phases.belongs(replica, phase);
    const take = (): Replica | undefined => {
      for (;;) {
        const replica = next ?? waiting.take();
        next = undefined;
        if (replica === undefined) return undefined;
        const refusal = phases.refusalOf(replica);
        if (refusal !== undefined) refused.push(failed(replica, refusal));
        else if (belongs(replica)) return replica;
        else deferred.push(replica);
      }
    };
    try {
      for (;;) {
        next = seats.fill(waiting, belongs, take);
        while (seats.occupied > 0 && rounds.length < ROUNDS_IN_FLIGHT) {
          const round = this.#submit(workspace, seats, pace, readers);
          round.catch(() => {}); // a loss while nobody asks for a batch is thrown when one does
          rounds.push(round);
        }
        const round = rounds.shift();
        if (round === undefined) {
          // Nothing is in its way, so it would have a seat if the plan had room for it.
          if (next) throw new Error(`the plan has no room for replica ${next.index}`);
          if (refused.length > 0) yield { trajectories: refused, gradients: 0 };
          return;
        }
        const { trajectories, gradients } = seats.read(await round);
        workspace.device.check();
        if (signal.aborted) return;
        yield { trajectories: [...refused, ...trajectories], gradients };
        refused = [];
      }
    } finally {
      await Promise.allSettled(rounds);
      for (const reader of readers) reader.destroy();
    }
  }

  /**
   * The next phase with memory for it; undefined if nothing waits. Where the device has less than was
   * thought, half of it is planned with.
   * @throws TooLargeError if a dataset does not fit what is left
   */
  async #allocate(
    kernels: Kernels,
    waiting: Waiting,
  ): Promise<{ phases: Phases; phase: Phase; workspace: Workspace } | undefined> {
    for (;;) {
      const phases = this.#phases(waiting);
      const phase = phases.next(waiting);
      if (phase === undefined) return undefined;
      try {
        const workspace = await this.#workspaceFor(kernels, phase.plan);
        return { phases, phase, workspace };
      } catch (error) {
        if (!(error instanceof OutOfMemoryError)) throw error;
        // Without stored data there is nothing left to have less of.
        if (phase.plan.rowSource === 'regenerated') throw new TooLargeError(error.message);
        this.#memory = Math.floor((phase.plan.parts * phase.plan.dataBytes) / 2);
      }
    }
  }

  /** Buffers are kept from one run to the next where the plan is the same. */
  async #workspaceFor(kernels: Kernels, plan: Plan): Promise<Workspace> {
    const last = this.#workspace;
    if (last && JSON.stringify(last.plan) === JSON.stringify(plan)) return last;
    last?.destroy();
    this.#workspace = undefined;
    this.#workspace = await Workspace.create(kernels, plan);
    return this.#workspace;
  }

  async #submit(
    workspace: Workspace,
    seats: Seats,
    pace: Pace,
    readers: JournalReader[],
  ): Promise<Journal> {
    const { device } = workspace;
    device.check();
    const encoder = device.gpu.createCommandEncoder();
    if (seats.fresh.length > 0) {
      workspace.encodeGenerate(encoder, seats.fresh, seats.freshOctets);
      seats.fresh = [];
      seats.freshOctets = 0;
    }
    workspace.encodeTraining(encoder, pace.next(), seats.variants);
    const reader = readers.shift() as JournalReader;
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
    this.#workspace = undefined;
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
    this.#machineFound = machineOf(adapter, this.#device);
    this.#kernels = new Kernels(this.#device);
    this.#device.check();
    return this.#kernels;
  }

  /** What the planner knows of the device. */
  #machine(): Machine {
    const machine = this.#machineFound;
    if (!machine) throw new Error('no device yet');
    return { ...machine, memory: this.#memory };
  }
}

function failed({ index }: Replica, failure: string): Trajectory {
  return { index, rows: new Float32Array(), gradients: 0, failure };
}

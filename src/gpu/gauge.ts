import type { Replica } from '../model/replica.ts';
import { Device, MAX_MEMORY, machineOf } from './device.ts';
import type { WebGpuOptions } from './engine.ts';
import { emptyRound, JournalReader } from './journal.ts';
import { Kernels } from './kernels.ts';
import { Phases } from './phases.ts';
import { Seats } from './seats.ts';
import { Waiting } from './waiting.ts';
import { copySource } from './wgsl.ts';
import { Workspace } from './workspace.ts';

/** Bytes that are copied to measure the bandwidth: more than caches hold. */
const COPY_BYTES = 2 ** 27;
const COPY_WORKGROUP = 256;
/** Milliseconds that a series of copies takes at least, and the most copies of one. */
const COPY_MILLISECONDS = 50;
const MOST_COPIES = 4096;

/** What a run consists of besides gradients, in seconds. */
export interface GpuParts {
  /** All pipelines of the plan. */
  readonly compile: number;
  /** Datasets of the replicas that are first in flight, and the entries N·d of all of them. */
  readonly generate: number;
  readonly generatedEntries: number;
  /** Reading one round's journal back, with nothing in it to wait for, and its bytes. */
  readonly readBack: number;
  readonly readBackBytes: number;
}

/** Measures a device by itself, apart from the engine: a device of its own on the same adapter. */
export class Gauge {
  private constructor(
    readonly device: Device,
    readonly adapter: GPUAdapter,
  ) {}

  /** @throws Error if there is no adapter */
  static async create(gpu: GPU): Promise<Gauge> {
    const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
    if (!adapter) throw new Error('WebGPU finds no GPU that it may use.');
    return new Gauge(await Device.request(adapter), adapter);
  }

  /** Bytes that were copied and the milliseconds of each of some copies, by a kernel. */
  async copies(
    times: number,
  ): Promise<{ readonly bytes: number; readonly milliseconds: number[] }> {
    const { gpu } = this.device;
    const { STORAGE } = GPUBufferUsage;
    const bytes = Math.min(COPY_BYTES, gpu.limits.maxStorageBufferBindingSize);
    const pipeline = await this.device.pipeline('copy', copySource(COPY_WORKGROUP));
    const buffers = [0, 1].map(() => gpu.createBuffer({ size: bytes, usage: STORAGE }));
    const group = gpu.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })),
    });
    const timed = async (count: number): Promise<number> => {
      const encoder = gpu.createCommandEncoder();
      const pass = encoder.beginComputePass({ label: 'copy' });
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, group);
      for (let k = 0; k < count; k++)
        pass.dispatchWorkgroups(Math.ceil(bytes / 16 / COPY_WORKGROUP));
      pass.end();
      const begun = performance.now();
      gpu.queue.submit([encoder.finish()]);
      await this.device.settle(gpu.queue.onSubmittedWorkDone());
      return performance.now() - begun;
    };
    // The first one makes the memory. As many in a row as take long beside what a submission takes.
    await timed(1);
    let count = 1;
    while (count < MOST_COPIES && (await timed(count)) < COPY_MILLISECONDS) count *= 2;
    const milliseconds: number[] = [];
    for (let k = 0; k < times; k++) milliseconds.push((await timed(count)) / count);
    for (const buffer of buffers) buffer.destroy();
    this.device.check();
    return { bytes, milliseconds };
  }

  /** Times the parts of a run of some replicas; nothing is compiled before. */
  async parts(replicas: Iterable<Replica>, options: WebGpuOptions = {}): Promise<GpuParts> {
    const { device, adapter } = this;
    const waiting = new Waiting(replicas);
    const { memory = MAX_MEMORY, roundMilliseconds: _, ...plans } = options;
    const machine = { ...machineOf(adapter, device), memory };
    const phases = new Phases(machine, plans, waiting.work(() => true).replicas);
    const phase = phases.next(waiting);
    if (!phase) throw new Error('no replicas to measure with');
    const { plan } = phase;
    const compiling = performance.now();
    const kernels = new Kernels(device);
    await Promise.all([kernels.training(plan), kernels.generate(plan.method)]);
    const compile = seconds(compiling);
    const workspace = await Workspace.create(kernels, plan);
    const seats = new Seats(workspace);
    let generatedEntries = 0;
    const belongs = (replica: Replica): boolean => phases.belongs(replica, phase);
    const take = (): Replica | undefined => {
      for (;;) {
        const replica = waiting.take();
        if (replica === undefined) return undefined;
        if (!belongs(replica)) continue;
        generatedEntries += replica.samples * replica.dimensions;
        return replica;
      }
    };
    const homeless = seats.fill(waiting, belongs, take);
    if (homeless) generatedEntries -= homeless.samples * homeless.dimensions;
    await device.settle(device.gpu.queue.onSubmittedWorkDone());
    const generating = performance.now();
    const encoder = device.gpu.createCommandEncoder();
    workspace.encodeGenerate(encoder, seats.fresh, seats.freshOctets);
    device.gpu.queue.submit([encoder.finish()]);
    await device.settle(device.gpu.queue.onSubmittedWorkDone());
    const generate = seconds(generating);
    const reader = new JournalReader(workspace);
    const readBack = (await emptyRound(reader)) / 1000;
    reader.destroy();
    workspace.destroy();
    device.check();
    return { compile, generate, generatedEntries, readBack, readBackBytes: workspace.journalBytes };
  }

  dispose(): void {
    this.device.gpu.destroy();
  }
}

function seconds(since: number): number {
  return (performance.now() - since) / 1000;
}

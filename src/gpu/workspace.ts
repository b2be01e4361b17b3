import type { Device } from './device.ts';
import { GENERATE_WORKGROUP, type Kernels, type TrainingPipelines } from './kernels.ts';
import { type Layout, packStruct } from './layout.ts';
import type { Plan } from './plan.ts';
import type { Variant } from './variant.ts';

import { mergedQuads, paramsLayout, shaderConstant, slotLayouts } from './wgsl.ts';

/** Bytes of the journal before its first entry. */
export const JOURNAL_HEADER = 8;

/** Most workgroups in one dimension of a dispatch. */
const MAX_GROUPS = 65_535;

/** The device has no memory for the buffers of a plan. */
export class OutOfMemoryError extends Error {
  override readonly name = 'OutOfMemoryError';
}

/** The buffers that the replicas of a plan live in, and the encoding of work on them. */
export class Workspace {
  readonly device: Device;
  readonly slots: GPUBuffer;
  readonly vectors: GPUBuffer;
  /** Rows of the datasets, part by part. */
  readonly data: readonly GPUBuffer[];
  readonly journal: GPUBuffer;
  readonly journalBytes: number;
  readonly #journalEntries: number;
  readonly #fresh: GPUBuffer;
  readonly #params: readonly GPUBuffer[];
  readonly #buffers: GPUBuffer[] = [];
  readonly #slot: Layout;
  readonly #trainingGroups: readonly GPUBindGroup[];
  readonly #generateGroups: readonly GPUBindGroup[];

  private constructor(
    readonly kernels: Kernels,
    readonly plan: Plan,
    readonly pipelines: TrainingPipelines,
    readonly generate: GPUComputePipeline,
  ) {
    this.#slot = slotLayouts[plan.method];
    this.device = kernels.device;
    const { STORAGE, UNIFORM, COPY_DST, COPY_SRC } = GPUBufferUsage;
    const seats = this.seats;
    // Each gradient of a seat may append two entries; what is not read back in time makes it wait.
    this.#journalEntries = Math.max(4 * seats, Math.min(128 * seats, 2 ** 15));
    this.journalBytes = JOURNAL_HEADER + this.#journalEntries * 4 * shaderConstant('ENTRY_WORDS');
    this.slots = this.#buffer('slots', STORAGE | COPY_DST, seats * 4 * this.#slot.words);
    this.journal = this.#buffer('journal', STORAGE | COPY_SRC | COPY_DST, this.journalBytes);
    this.#fresh = this.#buffer('fresh', STORAGE | COPY_DST, 4 * seats);
    this.vectors = this.#buffer('vectors', STORAGE | COPY_SRC | COPY_DST, plan.vectorBytes);
    const samples = this.#buffer('sample values', STORAGE, plan.sampleBytes);
    const partials = this.#buffer('partials', STORAGE, plan.partialBytes);
    const parts = Array.from({ length: plan.parts }, (_, part) => part);
    this.data = parts.map((part) =>
      this.#buffer(`data ${part}`, STORAGE | COPY_SRC | COPY_DST, plan.dataBytes),
    );
    this.#params = parts.map((part) =>
      this.#buffer(`params ${part}`, UNIFORM | COPY_DST, 4 * paramsLayout.words),
    );
    const { quantiles } = kernels;
    // A method without a table gets another that is at hand: the binding has to be there.
    const table = kernels.tables[plan.method] ?? quantiles;
    this.#trainingGroups = parts.map((part) => {
      const rows = plan.rowSource === 'stored' ? (this.data[part] as GPUBuffer) : quantiles;
      const params = this.#params[part] as GPUBuffer;
      const buffers = [
        this.slots,
        rows,
        this.vectors,
        samples,
        table,
        this.journal,
        params,
        partials,
      ];
      return this.#bind(kernels.trainingBindings, buffers);
    });
    this.#generateGroups = parts.map((part) => {
      const [rows, params] = [this.data[part], this.#params[part]] as [GPUBuffer, GPUBuffer];
      const buffers = [this.slots, rows, this.vectors, samples, quantiles, this.#fresh, params];
      return this.#bind(kernels.generateBindings, buffers);
    });
  }

  /**
   * Allocates the buffers of a plan.
   * @throws OutOfMemoryError
   */
  static async create(kernels: Kernels, plan: Plan): Promise<Workspace> {
    const [pipelines, generate] = await Promise.all([
      kernels.training(plan),
      kernels.generate(plan.method),
    ]);
    const { gpu } = kernels.device;
    gpu.pushErrorScope('out-of-memory');
    const workspace = new Workspace(kernels, plan, pipelines, generate);
    const error = await kernels.device.settle(gpu.popErrorScope());
    if (!error) return workspace;
    workspace.destroy();
    throw new OutOfMemoryError(error.message);
  }

  /** Seats: `members` a team. A resident workgroup has two teams, whether there is data for both. */
  get seats(): number {
    const { kernel, teams, groups, members } = this.plan;
    return members * (kernel === 'resident' ? 2 * groups : teams);
  }

  /** Writes a seat; fields that are not given are zero. */
  writeSlot(seat: number, fields: Readonly<Record<string, number>>): void {
    const { queue } = this.device.gpu;
    queue.writeBuffer(this.slots, seat * 4 * this.#slot.words, packStruct(this.#slot, fields));
  }

  /** Writes the vectors of a seat, from the vec4<f32> `offset` on. */
  writeVectors(offset: number, values: Float32Array): void {
    const { queue } = this.device.gpu;
    queue.writeBuffer(this.vectors, 16 * offset, values as Float32Array<ArrayBuffer>);
  }

  /** Writes given data, eight halves a vec4<u32>, from the vec4 `offset` of a part on. */
  writeData(part: number, offset: number, octets: Uint16Array): void {
    const buffer = this.data[part] as GPUBuffer;
    this.device.gpu.queue.writeBuffer(buffer, 16 * offset, octets as Uint16Array<ArrayBuffer>);
  }

  /** Encodes what gets seats ready, the largest with a dataset of `octets` vec4<u32>. */
  encodeGenerate(encoder: GPUCommandEncoder, seats: readonly number[], octets: number): void {
    this.device.gpu.queue.writeBuffer(this.#fresh, 0, Uint32Array.from(seats));
    this.#writeParams(0);
    const pass = encoder.beginComputePass({ label: 'generate' });
    pass.setPipeline(this.generate);
    // Four octets an invocation; the shader loops where the grid would be too large.
    const width = Math.ceil(octets / this.plan.parts / (4 * GENERATE_WORKGROUP));
    for (const group of this.#generateGroups) {
      pass.setBindGroup(0, group);
      pass.dispatchWorkgroups(Math.min(Math.max(1, width), MAX_GROUPS), seats.length);
    }
    pass.end();
  }

  /**
   * Encodes a round of training over an empty journal.
   * @param budget loop iterations of a dispatch of the resident kernel; the streamed one makes one
   * gradient a dispatch
   * @param variants those that any seat needs
   */
  encodeTraining(
    encoder: GPUCommandEncoder,
    { dispatches, budget }: { readonly dispatches: number; readonly budget: number },
    variants: Iterable<number>,
  ): void {
    const { plan } = this;
    this.#writeParams(budget);
    encoder.clearBuffer(this.journal, 0, JOURNAL_HEADER);
    const pass = encoder.beginComputePass({ label: plan.method });
    for (let k = 0; k < dispatches; k++) this.#encodeGradients(pass, variants);
    pass.end();
  }

  /** Gradients that a streamed round may have: each appends two entries a seat at most. */
  get roundLimit(): number {
    return Math.floor(this.#journalEntries / (2 * this.seats));
  }

  destroy(): void {
    for (const buffer of this.#buffers) buffer.destroy();
  }

  #encodeGradients(pass: GPUComputePassEncoder, variants: Iterable<number>): void {
    const { pipelines, plan } = this;
    if (pipelines.kernel === 'resident') {
      pass.setBindGroup(0, this.#trainingGroups[0] as GPUBindGroup);
      for (const variant of variants) {
        pass.setPipeline(pipelines.variants[variant] as GPUComputePipeline);
        pass.dispatchWorkgroups(plan.groups);
      }
      return;
    }
    pass.setPipeline(pipelines.rows);
    for (const group of this.#trainingGroups) {
      pass.setBindGroup(0, group);
      pass.dispatchWorkgroups(plan.groups, plan.teams);
    }
    const { workgroup, lanes, held } = plan.variants[0] as Variant;
    pass.setPipeline(pipelines.merge);
    pass.dispatchWorkgroups(Math.ceil((2 * lanes * held) / mergedQuads(workgroup)), plan.teams);
    pass.setPipeline(pipelines.control);
    pass.dispatchWorkgroups(plan.teams);
  }

  #writeParams(budget: number): void {
    const slices = this.plan.parts * this.plan.groups;
    for (const [part, buffer] of this.#params.entries()) {
      const fields = { budget, journal_capacity: this.#journalEntries, part, slices };
      this.device.gpu.queue.writeBuffer(buffer, 0, packStruct(paramsLayout, fields));
    }
  }

  #buffer(label: string, usage: GPUBufferUsageFlags, size: number): GPUBuffer {
    const buffer = this.device.gpu.createBuffer({ label, usage, size });
    this.#buffers.push(buffer);
    return buffer;
  }

  #bind(layout: GPUBindGroupLayout, buffers: readonly GPUBuffer[]): GPUBindGroup {
    return this.device.gpu.createBindGroup({
      layout,
      entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })),
    });
  }
}

import { gaussianQuantiles } from '../model/quantiles.ts';
import { MAX_STAGES, stageCoefficients } from '../model/rkc.ts';
import type { Device } from './device.ts';
import { packStruct } from './layout.ts';
import {
  flowSource,
  generateSource,
  paramsLayout,
  shaderConstant,
  slotLayout,
  stageLayout,
} from './wgsl.ts';

/** Sizes of everything that a set of kernels works on. */
export interface Sizes {
  /** Invocations of a workgroup. */
  readonly workgroup: number;
  /** Workgroups; each owns two seats. */
  readonly groups: number;
  /** vec4<u32> of dataset, vec4<f32> of vectors, f32 of per-sample values. */
  readonly data: number;
  readonly vectors: number;
  readonly sampleValues: number;
  /** Most loop iterations of one gradient; see `loopLimit`. */
  readonly maxCost: number;
  /** Entries of the journal. */
  readonly journal: number;
}

/** Bytes before the first entry of the journal. */
const JOURNAL_HEADER = 8;

/** The pipelines of the engine and the buffers they work on. */
export class Kernels {
  readonly journalBytes: number;
  readonly slots: GPUBuffer;
  readonly data: GPUBuffer;
  readonly journal: GPUBuffer;
  readonly #params: GPUBuffer;
  readonly #fresh: GPUBuffer;
  readonly #buffers: GPUBuffer[] = [];
  readonly #flowBindings: GPUBindGroup;
  readonly #generateBindings: GPUBindGroup;

  private constructor(
    readonly device: Device,
    readonly sizes: Sizes,
    readonly generate: GPUComputePipeline,
    readonly flow: GPUComputePipeline,
  ) {
    const { STORAGE, UNIFORM, COPY_DST, COPY_SRC } = GPUBufferUsage;
    const seats = 2 * sizes.groups;
    this.journalBytes = JOURNAL_HEADER + sizes.journal * 4 * shaderConstant('ENTRY_WORDS');
    this.slots = this.#buffer('slots', STORAGE | COPY_DST, seats * 4 * slotLayout.words);
    this.data = this.#buffer('data', STORAGE | COPY_SRC | COPY_DST, 16 * sizes.data);
    this.journal = this.#buffer('journal', STORAGE | COPY_SRC | COPY_DST, this.journalBytes);
    this.#params = this.#buffer('params', UNIFORM | COPY_DST, 16);
    this.#fresh = this.#buffer('fresh', STORAGE | COPY_DST, 4 * seats);
    const vectors = this.#buffer('vectors', STORAGE, 16 * sizes.vectors);
    const sampleValues = this.#buffer('sample values', STORAGE, 4 * sizes.sampleValues);
    const stages = device.upload('stages', STORAGE, stageTable());
    const quantiles = device.upload('quantiles', STORAGE, gaussianQuantiles());
    this.#buffers.push(stages, quantiles);
    this.#flowBindings = this.#bind(flow, [
      this.slots,
      this.data,
      vectors,
      sampleValues,
      stages,
      this.journal,
      this.#params,
    ]);
    this.#generateBindings = this.#bind(generate, [this.slots, this.data, quantiles, this.#fresh]);
  }

  /** Compiles the kernels and allocates their buffers. */
  static async create(device: Device, sizes: Sizes): Promise<Kernels> {
    const [generate, flow] = await Promise.all([
      device.pipeline('generate', generateSource(sizes.workgroup)),
      device.pipeline('flow', flowSource(sizes.workgroup)),
    ]);
    return new Kernels(device, sizes, generate, flow);
  }

  /** Writes a seat; fields that are not given are zero. */
  writeSlot(seat: number, fields: Readonly<Record<string, number>>): void {
    const { queue } = this.device.gpu;
    queue.writeBuffer(this.slots, seat * 4 * slotLayout.words, packStruct(slotLayout, fields));
  }

  /** Writes given data, eight halves a vec4<u32>, from the vec4 `offset` on. */
  writeData(offset: number, octets: Uint16Array): void {
    this.device.gpu.queue.writeBuffer(this.data, 16 * offset, octets as Uint16Array<ArrayBuffer>);
  }

  /** Encodes the making of the datasets of some seats, the largest of `octets` vec4<u32>. */
  encodeGenerate(encoder: GPUCommandEncoder, seats: readonly number[], octets: number): void {
    this.device.gpu.queue.writeBuffer(this.#fresh, 0, Uint32Array.from(seats));
    const pass = encoder.beginComputePass({ label: 'generate' });
    pass.setPipeline(this.generate);
    pass.setBindGroup(0, this.#generateBindings);
    // Four octets an invocation; the shader loops where the grid would be too large.
    const width = Math.ceil(octets / (4 * this.sizes.workgroup));
    pass.dispatchWorkgroups(Math.min(width, 65_535), seats.length);
    pass.end();
  }

  /** Encodes a round of training over an empty journal. */
  encodeFlow(encoder: GPUCommandEncoder, dispatches: number, budget: number): void {
    const params = packStruct(paramsLayout, { budget, journal_capacity: this.sizes.journal });
    this.device.gpu.queue.writeBuffer(this.#params, 0, params);
    encoder.clearBuffer(this.journal, 0, JOURNAL_HEADER);
    const pass = encoder.beginComputePass({ label: 'flow' });
    pass.setPipeline(this.flow);
    pass.setBindGroup(0, this.#flowBindings);
    for (let k = 0; k < dispatches; k++) pass.dispatchWorkgroups(this.sizes.groups);
    pass.end();
  }

  destroy(): void {
    for (const buffer of this.#buffers) buffer.destroy();
  }

  #buffer(label: string, usage: GPUBufferUsageFlags, size: number): GPUBuffer {
    const buffer = this.device.gpu.createBuffer({ label, usage, size });
    this.#buffers.push(buffer);
    return buffer;
  }

  #bind(pipeline: GPUComputePipeline, buffers: readonly GPUBuffer[]): GPUBindGroup {
    return this.device.gpu.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })),
    });
  }
}

/** Coefficients of the methods with 2 … MAX_STAGES stages, one after the other. */
function stageTable(): ArrayBuffer {
  const rows: ArrayBuffer[] = [];
  for (let s = 2; s <= MAX_STAGES; s++) {
    for (const { mu, nu, muTilde, gammaTilde, c } of stageCoefficients(s)) {
      rows.push(packStruct(stageLayout, { mu, nu, mu_tilde: muTilde, gamma_tilde: gammaTilde, c }));
    }
  }
  const table = new Uint8Array(rows.length * 4 * stageLayout.words);
  rows.forEach((row, k) => {
    table.set(new Uint8Array(row), k * 4 * stageLayout.words);
  });
  return table.buffer;
}

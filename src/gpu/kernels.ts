import { type Distribution, quantileTable, tableName } from '../model/quantiles.ts';
import { MAX_STAGES, stageCoefficients } from '../model/rkc.ts';
import type { Device } from './device.ts';
import { packStruct } from './layout.ts';
import type { Plan, Variant } from './plan.ts';
import { generateSource, residentSource, stageLayout, streamedSource } from './wgsl.ts';

/** Invocations of a workgroup of the pass that gets seats ready. */
export const GENERATE_WORKGROUP = 64;

/** The pipelines of a plan, in the order in which a gradient runs them. */
export type FlowPipelines =
  | { readonly kernel: 'resident'; readonly flows: readonly GPUComputePipeline[] }
  | {
      readonly kernel: 'streamed';
      readonly rows: GPUComputePipeline;
      readonly merge: GPUComputePipeline;
      readonly control: GPUComputePipeline;
    };

/** Pipelines and tables of a device. Pipelines are compiled once for each variant and kept. */
export class Kernels {
  readonly stages: GPUBuffer;
  readonly quantiles: GPUBuffer;
  readonly flowBindings: GPUBindGroupLayout;
  readonly generateBindings: GPUBindGroupLayout;
  readonly #flowLayout: GPUPipelineLayout;
  #distribution = tableName({});
  readonly #compiled = new Map<string, Promise<GPUComputePipeline>>();

  private constructor(
    readonly device: Device,
    readonly generate: GPUComputePipeline,
    generateBindings: GPUBindGroupLayout,
  ) {
    const { STORAGE } = GPUBufferUsage;
    this.stages = device.upload('stages', STORAGE, stageTable());
    this.quantiles = device.upload('quantiles', STORAGE, quantileTable({}));
    this.generateBindings = generateBindings;
    this.flowBindings = bindings(device, [
      'storage', // slots
      'read-only-storage', // data, or the quantiles it is made from
      'storage', // vectors
      'storage', // sample values
      'read-only-storage', // stages
      'storage', // journal
      'uniform', // params
      'storage', // partials
    ]);
    this.#flowLayout = device.gpu.createPipelineLayout({ bindGroupLayouts: [this.flowBindings] });
  }

  /** Datasets of runs to come are drawn from a distribution. */
  useDistribution(distribution: Distribution = {}): void {
    const name = tableName(distribution);
    if (name === this.#distribution) return;
    this.device.gpu.queue.writeBuffer(
      this.quantiles,
      0,
      quantileTable(distribution) as BufferSource,
    );
    this.#distribution = name;
  }

  /** Compiles what every run needs. */
  static async create(device: Device): Promise<Kernels> {
    const layout = bindings(device, [
      'storage', // slots
      'storage', // data
      'storage', // vectors
      'storage', // sample values
      'read-only-storage', // quantiles
      'read-only-storage', // fresh
      'uniform', // params
    ]);
    const source = generateSource(GENERATE_WORKGROUP);
    const pipelines = device.gpu.createPipelineLayout({ bindGroupLayouts: [layout] });
    return new Kernels(device, await device.pipeline('generate', source, pipelines), layout);
  }

  /** The pipelines of a plan. */
  async flow({ kernel, variants, rowSource }: Plan): Promise<FlowPipelines> {
    if (kernel === 'resident') {
      const sources = variants.map((variant, index) => residentSource(variant, index));
      const flows = await Promise.all(sources.map((source) => this.#compile('flow', source)));
      return { kernel, flows };
    }
    const sources = streamedSource(variants[0] as Variant, rowSource);
    const [rows, merge, control] = await Promise.all([
      this.#compile('rows', sources.rows),
      this.#compile('merge', sources.merge),
      this.#compile('control', sources.control),
    ]);
    return { kernel, rows, merge, control };
  }

  #compile(label: string, source: string): Promise<GPUComputePipeline> {
    let pipeline = this.#compiled.get(source);
    if (pipeline === undefined) {
      pipeline = this.device.pipeline(label, source, this.#flowLayout);
      this.#compiled.set(source, pipeline);
      // What was lost with the device, or stopped, may compile the next time.
      pipeline.catch(() => this.#compiled.delete(source));
    }
    return pipeline;
  }
}

/** A layout of one bind group: bindings 0, 1, … of the given types. */
function bindings(device: Device, types: readonly GPUBufferBindingType[]): GPUBindGroupLayout {
  return device.gpu.createBindGroupLayout({
    entries: types.map((type, binding) => ({
      binding,
      visibility: GPUShaderStage.COMPUTE,
      buffer: { type },
    })),
  });
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

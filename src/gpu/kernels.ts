import { DYNAMICS_RANGES } from '../model/dynamics.ts';
import { type Distribution, quantileTable, tableName } from '../model/quantiles.ts';
import { nextRecord } from '../model/record.ts';
import { MAX_STAGES, stageCoefficients } from '../model/rkc.ts';
import type { Device } from './device.ts';
import { packStruct } from './layout.ts';
import type { Method } from './machine.ts';
import type { Plan } from './plan.ts';
import type { Variant } from './variant.ts';
import { generateSource, residentSource, stageLayout, streamedSource } from './wgsl.ts';

/** Invocations of a workgroup of the pass that gets seats ready. */
export const GENERATE_WORKGROUP = 64;

/** The pipelines of a plan, in the order in which a gradient runs them. */
export type TrainingPipelines =
  | { readonly kernel: 'resident'; readonly variants: readonly GPUComputePipeline[] }
  | {
      readonly kernel: 'streamed';
      readonly rows: GPUComputePipeline;
      readonly merge: GPUComputePipeline;
      readonly control: GPUComputePipeline;
    };

/** Pipelines and tables of a device. Pipelines are compiled once for each variant and kept. */
export class Kernels {
  /** What a method looks up: the coefficients of RKC2, the steps that have rows. */
  readonly tables: Readonly<Partial<Record<Method, GPUBuffer>>>;
  readonly quantiles: GPUBuffer;
  readonly trainingBindings: GPUBindGroupLayout;
  readonly generateBindings: GPUBindGroupLayout;
  readonly #trainingLayout: GPUPipelineLayout;
  readonly #generateLayout: GPUPipelineLayout;
  #distribution = tableName({});
  readonly #compiled = new Map<string, Promise<GPUComputePipeline>>();

  constructor(readonly device: Device) {
    const { STORAGE } = GPUBufferUsage;
    this.tables = {
      flow: device.upload('stages', STORAGE, stageTable()),
      descent: device.upload('schedule', STORAGE, recordSchedule()),
    };
    this.quantiles = device.upload('quantiles', STORAGE, quantileTable({}));
    this.generateBindings = bindings(device, [
      'storage', // slots
      'storage', // data
      'storage', // vectors
      'storage', // sample values
      'read-only-storage', // quantiles
      'read-only-storage', // fresh
      'uniform', // params
    ]);
    this.trainingBindings = bindings(device, [
      'storage', // slots
      'read-only-storage', // data, or the quantiles it is made from
      'storage', // vectors
      'storage', // sample values
      'read-only-storage', // table of the method
      'storage', // journal
      'uniform', // params
      'storage', // partials
    ]);
    const layoutOf = (layout: GPUBindGroupLayout): GPUPipelineLayout =>
      device.gpu.createPipelineLayout({ bindGroupLayouts: [layout] });
    this.#trainingLayout = layoutOf(this.trainingBindings);
    this.#generateLayout = layoutOf(this.generateBindings);
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

  /** The pass that gets the seats of a method ready. */
  generate(method: Method): Promise<GPUComputePipeline> {
    const source = generateSource(GENERATE_WORKGROUP, method);
    return this.#compile('generate', source, this.#generateLayout);
  }

  /** The pipelines of a plan. */
  async training(plan: Plan): Promise<TrainingPipelines> {
    const { method, kernel, variants, rowSource } = plan;
    const compile = (label: string, source: string): Promise<GPUComputePipeline> =>
      this.#compile(label, source, this.#trainingLayout);
    if (kernel === 'resident') {
      const sources = variants.map((variant, index) => residentSource(method, variant, index));
      return {
        kernel,
        variants: await Promise.all(sources.map((source) => compile(method, source))),
      };
    }
    const sources = streamedSource(variants[0] as Variant, rowSource);
    const [rows, merge, control] = await Promise.all([
      compile('rows', sources.rows),
      compile('merge', sources.merge),
      compile('control', sources.control),
    ]);
    return { kernel, rows, merge, control };
  }

  #compile(label: string, source: string, layout: GPUPipelineLayout): Promise<GPUComputePipeline> {
    let pipeline = this.#compiled.get(source);
    if (pipeline === undefined) {
      pipeline = this.device.pipeline(label, source, layout);
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

/** Steps that have a row whatever happens, from the first to past the last that there can be. */
function recordSchedule(): Uint32Array {
  const steps = [1];
  while ((steps.at(-1) as number) <= DYNAMICS_RANGES.steps.max) {
    steps.push(nextRecord(steps.at(-1) as number));
  }
  return Uint32Array.from(steps);
}

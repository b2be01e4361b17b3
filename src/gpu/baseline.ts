import { type DatasetId, datasetHalves } from '../model/dataset.ts';
import type { Device } from './device.ts';
import { packStruct } from './layout.ts';
import { baselineSources, shapeLayout } from './wgsl.ts';

/** Invocations of a workgroup of both passes. */
const WORKGROUP = 64;

/** The points of replicas with the same dataset, which every one of them has a copy of. */
export interface BaselineSetting {
  readonly dataset: DatasetId;
  readonly replicas: number;
  readonly sigma: number;
  /** d values, the same in every replica. */
  readonly u: Float32Array;
  /** θ. */
  readonly clock: number;
  /** Length in θ of the step after each gradient. */
  readonly step: number;
}

/**
 * The straightforward gradient on a device, for comparison: two passes from storage, see
 * shaders/baseline. It does less than the engine does with a gradient: there is no step control, no
 * record, no shift of the weights.
 */
export class Baseline {
  readonly #slopes: GPUBuffer;
  readonly #buffers: GPUBuffer[] = [];
  readonly #pairs: number;
  readonly #passes: { readonly pipeline: GPUComputePipeline; readonly groups: GPUBindGroup }[];

  private constructor(
    readonly device: Device,
    readonly setting: BaselineSetting,
    pipelines: { readonly rows: GPUComputePipeline; readonly columns: GPUComputePipeline },
  ) {
    const { dataset, replicas, sigma, step } = setting;
    const { samples, dimensions } = dataset;
    const pairs = Math.ceil(dimensions / 2);
    this.#pairs = pairs;
    const { STORAGE, UNIFORM, COPY_SRC } = GPUBufferUsage;
    const fields = { samples, pairs, sigma, step };
    const shape = device.upload('shape', UNIFORM, packStruct(shapeLayout, fields));
    const data = this.#empty('data', 4 * replicas * samples * pairs);
    const rows = paddedRows(dataset);
    for (let k = 0; k < replicas; k++) {
      device.gpu.queue.writeBuffer(data, k * rows.byteLength, rows as Uint16Array<ArrayBuffer>);
    }
    const u = new Float32Array(replicas * 2 * pairs);
    for (let k = 0; k < replicas; k++) u.set(setting.u, k * 2 * pairs);
    const points = device.upload('u', STORAGE, u);
    const residuals = this.#empty('residuals', 4 * replicas * samples);
    this.#slopes = this.#empty('slopes', u.byteLength, COPY_SRC);
    const clocks = device.upload('clocks', STORAGE, new Float32Array(replicas).fill(setting.clock));
    this.#buffers.push(shape, points, clocks);
    const bind = (
      pipeline: GPUComputePipeline,
      buffers: readonly (readonly [number, GPUBuffer])[],
    ) => ({
      pipeline,
      groups: device.gpu.createBindGroup({
        layout: pipeline.getBindGroupLayout(0),
        entries: buffers.map(([binding, buffer]) => ({ binding, resource: { buffer } })),
      }),
    });
    const both = [
      [0, shape],
      [1, data],
      [2, points],
      [3, residuals],
      [5, clocks],
    ] as const;
    this.#passes = [
      bind(pipelines.rows, both),
      bind(pipelines.columns, [...both, [4, this.#slopes]]),
    ];
  }

  /** Compiles the passes and uploads the data. */
  static async create(device: Device, setting: BaselineSetting): Promise<Baseline> {
    const sources = baselineSources(WORKGROUP);
    const rows = await device.pipeline('baseline rows', sources.rows);
    const columns = await device.pipeline('baseline columns', sources.columns);
    return new Baseline(device, setting, { rows, columns });
  }

  /** Evaluates so many gradients of every replica; returns milliseconds. */
  async evaluate(gradients: number): Promise<number> {
    const { gpu } = this.device;
    const { replicas, dataset } = this.setting;
    const encoder = gpu.createCommandEncoder();
    const pass = encoder.beginComputePass({ label: 'baseline' });
    for (let k = 0; k < gradients; k++) {
      for (const [which, { pipeline, groups }] of this.#passes.entries()) {
        pass.setPipeline(pipeline);
        pass.setBindGroup(0, groups);
        const threads = which === 0 ? dataset.samples : this.#pairs;
        pass.dispatchWorkgroups(Math.ceil(threads / WORKGROUP), replicas);
      }
    }
    pass.end();
    const begun = performance.now();
    gpu.queue.submit([encoder.finish()]);
    await this.device.settle(gpu.queue.onSubmittedWorkDone());
    this.device.check();
    return performance.now() - begun;
  }

  /** F of a replica at the last gradient, d values. */
  async slope(replica: number): Promise<Float32Array> {
    const { gpu } = this.device;
    const { MAP_READ, COPY_DST } = GPUBufferUsage;
    const bytes = 8 * this.#pairs;
    const staging = gpu.createBuffer({ size: bytes, usage: MAP_READ | COPY_DST });
    const encoder = gpu.createCommandEncoder();
    encoder.copyBufferToBuffer(this.#slopes, replica * bytes, staging, 0, bytes);
    gpu.queue.submit([encoder.finish()]);
    await this.device.settle(staging.mapAsync(GPUMapMode.READ));
    const values = new Float32Array(staging.getMappedRange().slice(0));
    staging.destroy();
    return values.subarray(0, this.setting.dataset.dimensions);
  }

  destroy(): void {
    for (const buffer of this.#buffers) buffer.destroy();
  }

  #empty(label: string, size: number, usage = 0): GPUBuffer {
    const { STORAGE, COPY_DST } = GPUBufferUsage;
    const buffer = this.device.gpu.createBuffer({ label, usage: STORAGE | COPY_DST | usage, size });
    this.#buffers.push(buffer);
    return buffer;
  }
}

/** Bytes of the data of a replica. */
export function baselineBytes(samples: number, dimensions: number): number {
  return 4 * samples * Math.ceil(dimensions / 2);
}

/** Halves of a dataset, each row padded to an even number of them. */
function paddedRows(dataset: DatasetId): Uint16Array {
  const { samples, dimensions } = dataset;
  const halves = datasetHalves(dataset);
  if (dimensions % 2 === 0) return halves;
  const padded = new Uint16Array(samples * (dimensions + 1));
  for (let i = 0; i < samples; i++) {
    padded.set(halves.subarray(i * dimensions, (i + 1) * dimensions), i * (dimensions + 1));
  }
  return padded;
}

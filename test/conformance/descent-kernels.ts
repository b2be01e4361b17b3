/** The parts of training in steps by themselves: sums in two numbers, orders of samples, weights. */
import accumulator from '../../shaders/descent/accumulator.wgsl?raw';
import type { Device } from '../../src/gpu/device.ts';
import { JournalReader } from '../../src/gpu/journal.ts';
import { Kernels } from '../../src/gpu/kernels.ts';
import { packStruct } from '../../src/gpu/layout.ts';
import { planTraining } from '../../src/gpu/plan.ts';
import { Seats } from '../../src/gpu/seats.ts';
import { quadsOf } from '../../src/gpu/storage.ts';
import type { Variant } from '../../src/gpu/variant.ts';
import { residentSource, slotLayouts, vectorPlace } from '../../src/gpu/wgsl.ts';
import { Workspace } from '../../src/gpu/workspace.ts';
import { batchKey, epochOrder } from '../../src/model/draws.ts';
import type { Replica } from '../../src/model/replica.ts';
import reference from '../fixtures/gd.json';
import { type Case, check, checkEqual } from './check.ts';
import { replicaOf } from './descent.ts';

// As in WebGPU, whose constants are not there yet when this module is read.
const [MAP_READ, COPY_SRC, COPY_DST, STORAGE] = [1, 4, 8, 128];

function compile({ gpu }: Device, code: string, entryPoint: string): Promise<GPUComputePipeline> {
  const compute = { module: gpu.createShaderModule({ code }), entryPoint };
  return gpu.createComputePipelineAsync({ layout: 'auto', compute });
}

/** Runs one workgroup; the contents of a buffer after it. */
async function dispatch(
  device: Device,
  pipeline: GPUComputePipeline,
  bindings: ReadonlyMap<number, GPUBuffer>,
  result: GPUBuffer,
): Promise<ArrayBuffer> {
  const { gpu } = device;
  const staging = gpu.createBuffer({ size: result.size, usage: MAP_READ | COPY_DST });
  const encoder = gpu.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  const entries = [...bindings].map(([binding, buffer]) => ({ binding, resource: { buffer } }));
  pass.setBindGroup(0, gpu.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
  pass.dispatchWorkgroups(1);
  pass.end();
  encoder.copyBufferToBuffer(result, 0, staging, 0, result.size);
  gpu.queue.submit([encoder.finish()]);
  await staging.mapAsync(MAP_READ);
  const copy = staging.getMappedRange().slice(0);
  staging.destroy();
  device.check();
  return copy;
}

const COUNT = 60_000;
const ADD_UP = `
@group(0) @binding(0) var<storage, read_write> io: array<vec4<f32>>;

@compute @workgroup_size(1)
fn add_up() {
  var sum = Sum(io[0], vec4(0.0));
  var plain = io[0];
  let increment = io[1];
  for (var k = 0u; k < ${COUNT}u; k++) {
    sum = add(sum, increment, PARAMETER_LEAST);
    plain += increment;
  }
  io[2] = sum.high;
  io[3] = sum.low;
  io[4] = plain;
}`;

/** Starts and increments: what plain float32 loses, from zero, across 64, and far beyond. */
const SUMS = [
  [1, 1e-9],
  [0, -1e-9],
  [63.9999, 1e-8],
  [-1000, 1e-6],
] as const;

const ORDER = `
@compute @workgroup_size(WORKGROUP)
fn probe_order(@builtin(local_invocation_index) lid: u32) {
  if (take_team(lid, 0u)) { order_epoch(lid); }
}`;

const variantOf = (workgroup: number): Variant => ({
  workgroup,
  lanes: 1,
  held: 1,
  batch: 4,
  members: 1,
  kept: 0,
  subgroup: 0,
  rereads: false,
});

/** Trains a replica to its last step; u and b there. */
async function pointAfter(kernels: Kernels, replica: Replica): Promise<Float32Array> {
  const { device } = kernels;
  const { gpu } = device;
  const { samples, dimensions } = replica;
  const work = { samples, dimensions, narrowest: dimensions, replicas: 1, sharing: 1 };
  const machine = {
    software: true,
    simdWidth: 8,
    subgroup: 0,
    loopLimit: 65_000,
    maxBinding: 2 ** 27,
    maxWorkgroupStorage: 16_384,
    maxInvocations: 256,
    memory: 2 ** 27,
  };
  const plan = planTraining(work, machine, { method: 'descent' });
  const workspace = await Workspace.create(kernels, plan);
  const seats = new Seats(workspace);
  check(seats.seat(0, replica), 'the replica has room');
  const reader = new JournalReader(workspace);
  const bytes = 16 * quadsOf('descent', Math.ceil(dimensions / 8));
  const staging = gpu.createBuffer({ size: bytes, usage: MAP_READ | COPY_DST });
  const encoder = gpu.createCommandEncoder();
  workspace.encodeGenerate(encoder, seats.fresh, seats.freshOctets);
  gpu.queue.submit([encoder.finish()]);
  try {
    for (;;) {
      const round = gpu.createCommandEncoder();
      workspace.encodeTraining(round, { dispatches: 4, budget: 20_000 }, seats.variants);
      reader.encode(round);
      const from = vectorPlace('descent', 'POINT') * bytes;
      round.copyBufferToBuffer(workspace.vectors, from, staging, 0, bytes);
      gpu.queue.submit([round.finish()]);
      await device.settle(staging.mapAsync(MAP_READ));
      const copy = staging.getMappedRange().slice(0);
      staging.unmap();
      const { trajectories } = seats.read(await reader.read());
      device.check();
      if (trajectories.length > 0) return new Float32Array(copy);
    }
  } finally {
    staging.destroy();
    reader.destroy();
    workspace.destroy();
  }
}

export const descentKernelCases: readonly Case<Device>[] = [
  {
    name: 'descent: sums in two numbers keep what plain float32 loses',
    run: async (device) => {
      const words = new Float32Array(20);
      SUMS.forEach(([start, increment], k) => {
        words.set([start], k);
        words.set([increment], 4 + k);
      });
      const pipeline = await compile(device, accumulator + ADD_UP, 'add_up');
      const io = device.upload('io', STORAGE | COPY_SRC, words);
      const result = new Float32Array(await dispatch(device, pipeline, new Map([[0, io]]), io));
      const figures = SUMS.map((_, k) => {
        const at = (row: number): number => result[4 * row + k] as number;
        const exact = at(0) + COUNT * at(1);
        const [high, low] = [at(2), at(3)];
        const q = Math.max(2 ** -18, 2 ** (Math.floor(Math.log2(Math.abs(high))) - 23));
        check(Number.isInteger(high / q), `sum ${k}: the high part ${high} is no multiple of ${q}`);
        check(Math.abs(low) <= q, `sum ${k}: the low part is ${low}`);
        // Every increment is rounded to half a spacing of the low part, and the sum that passes 64 once.
        const most = COUNT * q * 2 ** -26 + (k === 2 ? 2 ** -18 : 0);
        const error = Math.abs(high + low - exact);
        check(error <= most, `sum ${k}: off by ${error}, more than ${most}`);
        if (k === 0) {
          check(error <= 1e-8 * exact, `sum ${k}: off by ${error}`);
          checkEqual(at(4), at(0), 'plain float32');
        }
        return error.toExponential(1);
      });
      return `errors ${figures.join(', ')} after ${COUNT} increments`;
    },
  },
  {
    name: 'descent: the samples of an epoch come in the order of the host',
    run: async (device) => {
      for (const workgroup of [8, 64]) {
        const source = residentSource('descent', variantOf(workgroup)) + ORDER;
        const pipeline = await compile(device, source, 'probe_order');
        for (const samples of [2, 3, 5, 40, 64, 257, 1000]) {
          const id = { seed: 0xfedcba98, samples, dimensions: 7, ensemble: 'independent' } as const;
          const [key0, key1] = batchKey(id);
          for (const epoch of [0, 1, 123_456]) {
            const fields = {
              phase: 1,
              samples,
              'run.batch_key0': key0,
              'run.batch_key1': key1,
              'run.epochs': epoch + 1,
            };
            const values = device.upload(
              'values',
              STORAGE | COPY_SRC,
              new Uint32Array(2 * samples),
            );
            const slots = device.upload('slots', STORAGE, packStruct(slotLayouts.descent, fields));
            const bindings = new Map([
              [0, slots],
              [3, values],
            ]);
            const result = await dispatch(device, pipeline, bindings, values);
            const order = [...new Uint32Array(result).subarray(samples)];
            const expected = [...epochOrder([key0, key1], epoch, samples)];
            checkEqual(order, expected, `N ${samples}, epoch ${epoch}`);
          }
        }
      }
      return undefined;
    },
  },
  {
    name: 'descent: the first weight is that of the float64 reference',
    run: async (device) => {
      const kernels = new Kernels(device);
      let worst = 0;
      for (const run of reference.filter(({ N }) => N === 64)) {
        for (const point of run.points) {
          const steps = point.step;
          if (steps !== 1000) continue;
          const dynamics = { kind: 'gd', learningRate: run.eta, steps };
          const [u0] = await pointAfter(kernels, replicaOf(run, dynamics));
          const error = Math.abs((u0 as number) - point.u0) / point.uNorm;
          check(error <= 1e-4, `N ${run.N}, seed ${run.seed}, step ${steps}: off by ${error}`);
          worst = Math.max(worst, error);
        }
      }
      return `worst ${worst.toExponential(1)} of ‖u‖`;
    },
  },
];

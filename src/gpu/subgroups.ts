/** Whether kernels may exchange values within subgroups; see shaders/shared/exchange-subgroups.wgsl. */
import type { Device } from './device.ts';
import { subgroupsSource } from './wgsl.ts';

/** Most invocations of a workgroup that kernels have. */
const MOST_INVOCATIONS = 512;
const GROUPS = 64;

/** Invocations of every subgroup of an adapter; 0 if they differ, or there are none. */
export function subgroupSize({ features, info }: GPUAdapter): number {
  const { subgroupMinSize = 0, subgroupMaxSize } = info;
  return features.has('subgroups') && subgroupMinSize === subgroupMaxSize ? subgroupMinSize : 0;
}

/**
 * Whether the invocations of a workgroup are in subgroups of `size` one after the other. WebGPU does not
 * promise it, and kernels that take it for granted would be wrong without a word.
 * @throws EngineLostError if the device is lost, Error if it does not compile what it says it has
 */
export async function subgroupsInOrder(device: Device, size: number): Promise<boolean> {
  const { gpu } = device;
  const { STORAGE, COPY_SRC, COPY_DST, MAP_READ } = GPUBufferUsage;
  const workgroup = Math.min(MOST_INVOCATIONS, gpu.limits.maxComputeInvocationsPerWorkgroup);
  const pipeline = await device.pipeline('subgroups', subgroupsSource(workgroup, size));
  const elsewhere = gpu.createBuffer({ size: 4, usage: STORAGE | COPY_SRC });
  const staging = gpu.createBuffer({ size: 4, usage: MAP_READ | COPY_DST });
  const encoder = gpu.createCommandEncoder();
  const pass = encoder.beginComputePass({ label: 'subgroups' });
  pass.setPipeline(pipeline);
  const entries = [{ binding: 0, resource: { buffer: elsewhere } }];
  pass.setBindGroup(0, gpu.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
  pass.dispatchWorkgroups(GROUPS);
  pass.end();
  encoder.copyBufferToBuffer(elsewhere, 0, staging, 0, 4);
  gpu.queue.submit([encoder.finish()]);
  await device.settle(staging.mapAsync(GPUMapMode.READ));
  const [count] = new Uint32Array(staging.getMappedRange().slice(0));
  elsewhere.destroy();
  staging.destroy();
  return count === 0;
}

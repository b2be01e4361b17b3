/** Everything that a WebGPU implementation must pass, for surroundings without a test runner. */

import { Device } from '../../src/gpu/device.ts';
import { WebGpuEngine, type WebGpuOptions } from '../../src/gpu/engine.ts';
import { type Case, type Outcome, runCases } from './check.ts';
import { datasetCases } from './dataset.ts';
import { descentCases } from './descent.ts';
import { descentKernelCases } from './descent-kernels.ts';
import { deviceCheckCases } from './device-check.ts';
import {
  type EngineContext,
  engineCases,
  FLOAT32_LIMITS,
  LARGE_SHAPES,
  largestCase,
  referenceCase,
  shapesCase,
  sharingCase,
} from './engine.ts';
import { flowInTimeCases, sharedFlowInTimeCase } from './flow-in-time.ts';
import { gradientCases } from './gradient.ts';
import { probeCases } from './probe.ts';

/** Which replicas of the reference; absent: all. */
type Selection = Parameters<typeof referenceCase>[2];

/** The reference, or some of it, with the rows of a dataset in the memory of a workgroup. */
function keptCase(selection?: Selection): Case<GPU> {
  return onEngine(referenceCase('default', 'rows in workgroup memory', selection), { keep: true });
}

/** The reference, or some of it, through the streamed kernel. */
function streamedCase(selection?: Selection): Case<GPU> {
  const reference = referenceCase('default', 'streamed from several buffers', selection);
  return onEngine(reference, { kernel: 'streamed', maxBinding: 2 ** 16 });
}

/** What a WebGPU engine must do beyond what every engine does, in any case. */
const webGpuCases: readonly Case<GPU>[] = [
  // Software adapters run with small workgroups by default; GPUs with these.
  onEngine(shapesCase('agrees with the twin with the workgroups of a GPU', LARGE_SHAPES), {
    workgroup: 128,
    groups: 2,
  }),
  onEngine(referenceCase('default', 'rows made anew', { largest: 64, count: 12 }), {
    regenerate: true,
  }),
  onEngine(sharingCase, { maxMembers: 4 }),
  onEngine(
    { ...sharingCase, name: 'trains several replicas of a dataset in one streamed pass' },
    { maxMembers: 4, kernel: 'streamed' },
  ),
];

/** All of it. */
export const allWebGpuCases: typeof webGpuCases = [
  ...webGpuCases,
  keptCase({ largest: 128, count: 29 }),
  streamedCase(),
  onEngine(sharedFlowInTimeCase, { maxMembers: 4, workgroup: 64, keep: true }),
  // Mesa's software driver needs large workgroups for it: its loops end after 65 535 turns.
  onEngine(largestCase, { workgroup: 256 }),
];

/** A selection for a driver that takes seconds to compile a kernel. */
export const briefWebGpuCases: typeof webGpuCases = [
  ...webGpuCases,
  keptCase({ largest: 64, count: 12 }),
  streamedCase({ largest: 64, count: 12 }),
];

function onEngine({ name, run }: Case<EngineContext>, options: WebGpuOptions): Case<GPU> {
  return {
    name,
    run: async (gpu) => {
      const engine = await WebGpuEngine.create(gpu, options);
      if (!engine) throw new Error('no WebGPU adapter');
      try {
        return await run({ engine, limits: FLOAT32_LIMITS });
      } finally {
        engine.dispose();
      }
    },
  };
}

/** A device of its own, as tests of single kernels need. */
export async function requestDevice(gpu: GPU): Promise<Device> {
  const adapter = await gpu.requestAdapter();
  if (!adapter) throw new Error('no WebGPU adapter: a GPU test cannot run, and does not pass');
  return Device.request(adapter);
}

/** An engine; throws where there is no adapter. */
export async function requestEngine(gpu: GPU): Promise<WebGpuEngine> {
  const engine = await WebGpuEngine.create(gpu, { roundMilliseconds: 30 });
  if (!engine) throw new Error('no WebGPU adapter: a GPU test cannot run, and does not pass');
  return engine;
}

/** Runs the cases of the kernels and, unless told not to, of the engine. */
export async function conformance(
  gpu: GPU,
  parts: { readonly engine: boolean },
): Promise<{ adapter: string; outcomes: Outcome[] }> {
  const device = await requestDevice(gpu);
  const kernelCases = [...datasetCases, ...gradientCases, ...descentKernelCases, ...probeCases];
  const outcomes = await runCases(kernelCases, device);
  device.gpu.destroy();
  const engine = await requestEngine(gpu);
  if (parts.engine) {
    outcomes.push(...(await runCases(deviceCheckCases, { engine })));
    outcomes.push(...(await runCases(engineCases, { engine, limits: FLOAT32_LIMITS })));
    outcomes.push(...(await runCases([...descentCases, ...flowInTimeCases], { engine })));
    outcomes.push(...(await runCases(allWebGpuCases, gpu)));
  }
  engine.dispose();
  return { adapter: engine.info.device, outcomes };
}

import { CpuCertifier } from './cpu/certifier.ts';
import { CpuEngine } from './cpu/engine.ts';
import type { WorkerPort } from './cpu/pool.ts';
import { simdSupport } from './cpu/simd-support.ts';
import { WebGpuEngine, type WebGpuOptions } from './gpu/engine.ts';
import { NEEDS_STORED } from './gpu/plan.ts';
import {
  asksForGpu,
  type ChooseEngine,
  type EngineChoice,
  type EnginePreference,
  type Workload,
} from './model/engine.ts';
import type { Certifier } from './model/separability/certifier.ts';

/** What the surroundings offer; the page and the command line fill it in. */
export interface Surroundings {
  /** Entry to WebGPU, or in a sentence why there is none; called when WebGPU may be used. */
  readonly findGpu: () => Promise<GPU | string>;
  readonly gpuOptions?: WebGpuOptions;
  readonly spawnWorker: () => WorkerPort;
  readonly workers: number;
  /** Bytes for the datasets of all workers. */
  readonly memory: number;
}

/**
 * The chooser for some surroundings. `auto` takes WebGPU on a real GPU; a software adapter is slower
 * than WebAssembly and is taken only when asked for. Where WebAssembly has no SIMD, the float64
 * engine stands in for it.
 */
export function engineChooser({
  spawnWorker,
  workers,
  memory,
  ...gpu
}: Surroundings): ChooseEngine {
  const onProcessor = (workload: Workload, why: string, simd = simdSupport()): EngineChoice => {
    const precision = simd && workload === 'flow' ? 'float32' : 'float64';
    return { engine: new CpuEngine(spawnWorker, workers, simd, memory, precision), why };
  };
  const wasm = (workload: Workload, why: string): EngineChoice => {
    const missing = simdSupport() ? '' : ' WebAssembly here has no SIMD.';
    return onProcessor(workload, `${why}${missing}`);
  };
  return async (preference, workload = 'flow') => {
    if (preference === 'wasm') return wasm(workload, 'WebAssembly was asked for.');
    if (preference === 'cpu')
      return onProcessor(workload, 'The float64 engine was asked for.', null);
    const needed = asksForGpu(preference);
    const untrained = untrainedOnGpu(workload, preference);
    if (untrained) {
      if (needed) throw new Error(untrained);
      return wasm(workload, untrained);
    }
    const found = await startGpu(gpu, preference === 'webgpu-regenerating');
    if (typeof found === 'string') {
      if (needed) throw new Error(`WebGPU cannot be used. ${found}`);
      return wasm(workload, found);
    }
    if (needed) return { engine: found, why: 'WebGPU was asked for.' };
    if (!found.software) return { engine: found, why: 'This device offers WebGPU on a GPU.' };
    found.dispose();
    return wasm(
      workload,
      `WebGPU here runs in software (${found.info.device}), which is slower than WebAssembly.`,
    );
  };
}

/** Why WebGPU does not train a workload, in words. */
function untrainedOnGpu(workload: Workload, preference: EnginePreference): string | undefined {
  return workload !== 'flow' && preference === 'webgpu-regenerating' ? NEEDS_STORED : undefined;
}

/** Certifies datasets on the CPU, whichever engine trains. */
export function certifierOf({ spawnWorker, workers, memory }: Surroundings): Certifier {
  return new CpuCertifier(spawnWorker, workers, memory);
}

/** The WebGPU engine, or in words why there is none. */
async function startGpu(
  { findGpu, gpuOptions }: Pick<Surroundings, 'findGpu' | 'gpuOptions'>,
  regenerate: boolean,
): Promise<WebGpuEngine | string> {
  const gpu = await findGpu();
  if (typeof gpu === 'string') return gpu;
  try {
    const engine = await WebGpuEngine.create(gpu, { ...gpuOptions, regenerate });
    return engine ?? 'WebGPU finds no GPU that it may use.';
  } catch (error) {
    return `WebGPU failed to start: ${error instanceof Error ? error.message : error}.`;
  }
}

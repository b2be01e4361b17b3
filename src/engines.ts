import { CpuCertifier } from './cpu/certifier.ts';
import { CpuEngine } from './cpu/engine.ts';
import type { WorkerPort } from './cpu/pool.ts';
import { simdSupport } from './cpu/simd-support.ts';
import { WebGpuEngine, type WebGpuOptions } from './gpu/engine.ts';
import {
  asksForGpu,
  type ChooseEngine,
  type EngineChoice,
  type EnginePreference,
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
  const wasm = (why: string): EngineChoice => {
    const simd = simdSupport();
    const engine = new CpuEngine(spawnWorker, workers, simd, memory);
    return { engine, why: simd ? why : `${why} WebAssembly here has no SIMD.` };
  };
  const float64 = (preference: EnginePreference): EngineChoice => {
    if (asksForGpu(preference)) {
      throw new Error('WebGPU trains gradient flow only; steps and weight decay need the CPU.');
    }
    const simd = preference === 'cpu' ? null : simdSupport();
    const engine = new CpuEngine(spawnWorker, workers, simd, memory, 'float64');
    const why =
      preference === 'auto'
        ? 'WebGPU trains gradient flow only.'
        : `The ${preference === 'cpu' ? 'float64 engine' : 'WebAssembly engine'} was asked for.`;
    return { engine, why };
  };
  return async (preference, training = false) => {
    if (training) return float64(preference);
    if (preference === 'wasm') return wasm('WebAssembly was asked for.');
    if (preference === 'cpu') {
      const engine = new CpuEngine(spawnWorker, workers, null, memory);
      return { engine, why: 'The float64 engine was asked for.' };
    }
    const found = await startGpu(gpu, preference === 'webgpu-regenerating');
    const needed = asksForGpu(preference);
    if (typeof found === 'string') {
      if (needed) throw new Error(`WebGPU cannot be used. ${found}`);
      return wasm(found);
    }
    if (needed) return { engine: found, why: 'WebGPU was asked for.' };
    if (!found.software) return { engine: found, why: 'This device offers WebGPU on a GPU.' };
    found.dispose();
    return wasm(
      `WebGPU here runs in software (${found.info.device}), which is slower than WebAssembly.`,
    );
  };
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

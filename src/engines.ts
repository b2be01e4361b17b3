import { CpuCertifier } from './cpu/certifier.ts';
import { CpuEngine } from './cpu/engine.ts';
import type { WorkerPort } from './cpu/pool.ts';
import { WebGpuEngine, type WebGpuOptions } from './gpu/engine.ts';
import type { ChooseEngine, EngineChoice } from './model/engine.ts';
import type { Certifier } from './model/separability/certifier.ts';

/** What the surroundings offer; the page and the command line fill it in. */
export interface Surroundings {
  /** Entry to WebGPU, or in a sentence why there is none; called when WebGPU may be used. */
  readonly findGpu: () => Promise<GPU | string>;
  readonly gpuOptions?: WebGpuOptions;
  readonly spawnWorker: () => WorkerPort;
  readonly workers: number;
}

/**
 * The chooser for some surroundings. `auto` takes WebGPU on a real GPU; a software adapter is slower
 * than the CPU engine and is taken only when asked for.
 */
export function engineChooser(surroundings: Surroundings): ChooseEngine {
  const cpu = (why: string): EngineChoice => ({
    engine: new CpuEngine(surroundings.spawnWorker, surroundings.workers),
    why,
  });
  return async (preference) => {
    if (preference === 'cpu') return cpu('The CPU engine was asked for.');
    const found = await startGpu(surroundings);
    if (typeof found === 'string') {
      if (preference === 'webgpu') throw new Error(`WebGPU cannot be used. ${found}`);
      return cpu(found);
    }
    if (preference === 'webgpu') return { engine: found, why: 'WebGPU was asked for.' };
    if (!found.software) return { engine: found, why: 'This device offers WebGPU on a GPU.' };
    found.dispose();
    return cpu(
      `WebGPU here runs in software (${found.info.device}), which is slower than the CPU engine.`,
    );
  };
}

/** Certifies datasets on the CPU, whichever engine trains. */
export function certifierOf({ spawnWorker, workers }: Surroundings): Certifier {
  return new CpuCertifier(spawnWorker, workers);
}

/** The WebGPU engine, or in words why there is none. */
async function startGpu({ findGpu, gpuOptions }: Surroundings): Promise<WebGpuEngine | string> {
  const gpu = await findGpu();
  if (typeof gpu === 'string') return gpu;
  try {
    return (await WebGpuEngine.create(gpu, gpuOptions)) ?? 'WebGPU finds no GPU that it may use.';
  } catch (error) {
    return `WebGPU failed to start: ${error instanceof Error ? error.message : error}.`;
  }
}

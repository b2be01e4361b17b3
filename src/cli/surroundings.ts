import { availableParallelism, totalmem } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { WorkerPort } from '../cpu/pool.ts';
import type { WorkerReport } from '../cpu/worker.ts';
import type { Surroundings } from '../engines.ts';
import type { Computing } from './arguments.ts';

/** Milliseconds of a round on the GPU: nobody looks at a page meanwhile. */
const ROUND_MILLISECONDS = 50;

/** Of the machine's memory, what datasets may take on the processor. */
const MEMORY_SHARE = 0.75;

/** What node offers: worker threads, and WebGPU if the package `webgpu` is installed. */
export function nodeSurroundings({ workers, memory, adapter }: Computing): Surroundings {
  const gpuOptions = { roundMilliseconds: ROUND_MILLISECONDS };
  return {
    findGpu: () => findGpu(adapter),
    gpuOptions: memory === undefined ? gpuOptions : { ...gpuOptions, memory },
    spawnWorker,
    workers: workers ?? availableParallelism(),
    memory: memory ?? MEMORY_SHARE * totalmem(),
  };
}

/** Kept alive for as long as the process runs: Dawn crashes when what it made outlives it. */
let gpu: GPU | undefined;

/** @param adapter a part of the name of the GPU, where there are several */
async function findGpu(adapter: string | undefined): Promise<GPU | string> {
  try {
    const { create, globals } = await import('webgpu');
    Object.assign(globalThis, globals);
    gpu ??= create(adapter === undefined ? [] : [`adapter=${adapter}`]);
    return gpu;
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND';
    return missing
      ? 'WebGPU outside a browser needs the package "webgpu": npm install webgpu.'
      : `WebGPU does not start: ${(error as Error).message}`;
  }
}

function spawnWorker(): WorkerPort {
  // The build puts the worker beside the command line.
  const worker = new Worker(new URL('./worker.js', import.meta.url));
  const port: WorkerPort = {
    post: (jobs) => worker.postMessage(jobs),
    onreport: () => {},
    onfailure: () => {},
    terminate: () => void worker.terminate(),
  };
  worker.on('message', (report: WorkerReport) => port.onreport(report));
  worker.on('error', (error: Error) => port.onfailure(error.message));
  return port;
}

/** What a browser offers to engines; every page starts from it, and so does the element. */
import type { WorkerPort } from './cpu/pool.ts';
import type { WorkerReport } from './cpu/worker.ts';
import type { Surroundings } from './engines.ts';

/** @param start starts a worker of `cpu/worker.web.ts`, which a page fetches and the element contains */
export function browserSurroundings(start: () => Worker): Surroundings {
  // In GiB, at most 8; not every browser tells.
  const { deviceMemory = 4 } = navigator as { deviceMemory?: number };
  return {
    findGpu: async () => navigator.gpu ?? 'This browser offers no WebGPU.',
    spawnWorker: () => portOf(start()),
    // One processor is left for the page.
    workers: Math.max(1, (navigator.hardwareConcurrency ?? 2) - 1),
    memory: (deviceMemory * 2 ** 30) / 2,
  };
}

function portOf(worker: Worker): WorkerPort {
  const port: WorkerPort = {
    post: (jobs) => worker.postMessage(jobs),
    onreport: () => {},
    onfailure: () => {},
    terminate: () => worker.terminate(),
  };
  worker.onmessage = ({ data }: MessageEvent<WorkerReport>) => port.onreport(data);
  worker.onerror = ({ message }) => port.onfailure(message);
  return port;
}

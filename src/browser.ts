/** What a browser offers to engines; every page starts from it. */
import type { WorkerPort } from './cpu/pool.ts';
import type { WorkerReport } from './cpu/worker.ts';
import type { Surroundings } from './engines.ts';

export function browserSurroundings(): Surroundings {
  // In GiB, at most 8; not every browser tells.
  const { deviceMemory = 4 } = navigator as { deviceMemory?: number };
  return {
    findGpu: async () => navigator.gpu ?? 'This browser offers no WebGPU.',
    spawnWorker,
    // One processor is left for the page.
    workers: Math.max(1, (navigator.hardwareConcurrency ?? 2) - 1),
    memory: (deviceMemory * 2 ** 30) / 2,
  };
}

function spawnWorker(): WorkerPort {
  const worker = new Worker(new URL('./cpu/worker.web.ts', import.meta.url), { type: 'module' });
  const port: WorkerPort = {
    post: (job) => worker.postMessage(job),
    onreport: () => {},
    onfailure: () => {},
    terminate: () => worker.terminate(),
  };
  worker.onmessage = ({ data }: MessageEvent<WorkerReport>) => port.onreport(data);
  worker.onerror = ({ message }) => port.onfailure(message);
  return port;
}

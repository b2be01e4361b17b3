/** Entry of the page: registers the elements and hands the laboratory an engine chooser. */
import type { WorkerPort } from './cpu/pool.ts';
import type { WorkerReport } from './cpu/worker.ts';
import './define.ts';
import { engineChooser } from './engines.ts';
import type { GrokLab } from './ui/lab.ts';

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

const lab = document.querySelector<GrokLab>('grok-lab');
if (lab) {
  lab.chooseEngine = engineChooser({
    findGpu: async () => navigator.gpu ?? 'This browser offers no WebGPU.',
    spawnWorker,
    // One processor is left for the page.
    workers: Math.max(1, (navigator.hardwareConcurrency ?? 2) - 1),
  });
}

import type { WorkerPort } from '../../src/cpu/pool.ts';
import { serve } from '../../src/cpu/worker.ts';

/** A worker that shares the test's thread: the same protocol, no built file needed. */
export function inlineWorker(): WorkerPort {
  let alive = true;
  const port: WorkerPort = {
    post: (jobs) => {
      setTimeout(() => {
        if (alive) serve(jobs, (report) => alive && port.onreport(structuredClone(report)));
      });
    },
    onreport: () => {},
    onfailure: () => {},
    terminate: () => {
      alive = false;
    },
  };
  return port;
}

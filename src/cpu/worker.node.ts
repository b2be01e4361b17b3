/** Entry of the worker thread. */
import { parentPort } from 'node:worker_threads';
import { type Job, serve } from './worker.ts';

parentPort?.on('message', (jobs: readonly Job[]) => {
  serve(jobs, (report, transfer) => parentPort?.postMessage(report, transfer));
});

/** Entry of the worker thread. */
import { parentPort } from 'node:worker_threads';
import type { Replica } from '../model/replica.ts';
import { serve } from './worker.ts';

parentPort?.on('message', (replica: Replica) => {
  serve(replica, (report, transfer) => parentPort?.postMessage(report, transfer));
});

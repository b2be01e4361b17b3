import type { Replica, Trajectory } from '../model/replica.ts';
import { runFlow } from './flow.ts';

/** From a worker: gradients since the last message and, at the end of a replica, its trajectory. */
export interface WorkerReport {
  readonly gradients: number;
  readonly trajectory: Trajectory | null;
}

/** Milliseconds between two reports of a worker that is busy with a long replica. */
const REPORT_INTERVAL = 100;

/** Trains one replica and reports on the way; what a worker does with every message it gets. */
export function serve(
  replica: Replica,
  post: (report: WorkerReport, transfer: ArrayBuffer[]) => void,
): void {
  let gradients = 0;
  let reportedAt = performance.now();
  const trajectory = runFlow(replica, () => {
    gradients++;
    const now = performance.now();
    if (now - reportedAt < REPORT_INTERVAL) return;
    post({ gradients, trajectory: null }, []);
    gradients = 0;
    reportedAt = now;
  });
  post({ gradients, trajectory }, [trajectory.rows.buffer as ArrayBuffer]);
}

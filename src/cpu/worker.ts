import { datasetValues } from '../model/dataset.ts';
import { isDescent } from '../model/dynamics.ts';
import type { Replica, Trajectory } from '../model/replica.ts';
import { certify, checkCertificate } from '../model/separability/certificate.ts';
import { type Certified, summaryOf } from '../model/separability/certifier.ts';
import { runFlowInTime } from './descent/flow-in-time.ts';
import { float64Objective, runDescent } from './descent/run.ts';
import { wasmObjective } from './descent/wasm-objective.ts';
import { FLOAT64, runFlow } from './flow.ts';
import type { Simd } from './simd.ts';
import { float32 } from './wasm-gradient.ts';

/**
 * What a worker can do with a replica: train it, by SIMD in float32 or (null) in float64, or certify
 * its dataset.
 */
export type Task =
  | { readonly kind: 'train'; readonly simd: Simd | null }
  | { readonly kind: 'certify' };

export type Job = Task & { readonly replica: Replica };

/** From a worker: gradients since the last message and, at the end of a job, what it came to. */
export interface WorkerReport {
  readonly gradients: number;
  readonly trajectory: Trajectory | null;
  readonly certified: Certified | null;
}

/** Milliseconds between two reports of a worker that is busy with a long replica. */
const REPORT_INTERVAL = 100;

/** The same task for each of some replicas. */
export function* asJobs(task: Task, replicas: Iterable<Replica>): Generator<Job> {
  for (const replica of replicas) yield { ...task, replica };
}

/** Does a job and reports on the way; what a worker does with every message it gets. */
export function serve(
  job: Job,
  post: (report: WorkerReport, transfer: ArrayBuffer[]) => void,
): void {
  if (job.kind === 'train') train(job.replica, job.simd, post);
  else post({ gradients: 0, trajectory: null, certified: certifyDataset(job.replica) }, []);
}

function runReplica(replica: Replica, onGradient: () => void, simd: Simd | null): Trajectory {
  if (!replica.training) return runFlow(replica, onGradient, simd ? float32(simd) : FLOAT64);
  if (!isDescent(replica.dynamics)) return runFlowInTime(replica, onGradient);
  return runDescent(replica, onGradient, simd ? wasmObjective : float64Objective);
}

function train(
  replica: Replica,
  simd: Simd | null,
  post: (report: WorkerReport, transfer: ArrayBuffer[]) => void,
): void {
  let gradients = 0;
  let reportedAt = performance.now();
  const onGradient = (): void => {
    gradients++;
    const now = performance.now();
    if (now - reportedAt < REPORT_INTERVAL) return;
    post({ gradients, trajectory: null, certified: null }, []);
    gradients = 0;
    reportedAt = now;
  };
  const trajectory = runReplica(replica, onGradient, simd);
  const buffer = trajectory.rows.buffer as ArrayBuffer;
  post({ gradients, trajectory, certified: null }, [buffer]);
}

/** The certificate is checked against the data before anybody hears of it. */
function certifyDataset(replica: Replica): Certified {
  const { index, samples, dimensions } = replica;
  const points = { data: datasetValues(replica), samples, dimensions };
  const certificate = certify(points);
  const wrong = certificate.kind === 'undecided' ? null : checkCertificate(points, certificate);
  const separability =
    wrong === null
      ? summaryOf(certificate)
      : ({ kind: 'undecided', reason: `its certificate fails: ${wrong}` } as const);
  return { index, separability };
}

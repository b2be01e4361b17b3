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

/** From a worker, what came since the last message. */
export interface WorkerReport {
  readonly gradients: number;
  readonly workMilliseconds: number;
  /** What jobs came to that have ended. */
  readonly trajectories: readonly Trajectory[];
  readonly certified: readonly Certified[];
}

type Post = (report: WorkerReport, transfer: ArrayBuffer[]) => void;

/** Milliseconds between two reports of a worker that is busy. */
const REPORT_INTERVAL = 100;

/** The same task for each of some replicas. */
export function* asJobs(task: Task, replicas: Iterable<Replica>): Generator<Job> {
  for (const replica of replicas) yield { ...task, replica };
}

/** Does jobs and reports on the way; what a worker does with every message it gets. */
export function serve(jobs: readonly Job[], post: Post): void {
  const reporter = new Reporter(post);
  for (const job of jobs) {
    if (job.kind === 'certify') reporter.certified(certifyDataset(job.replica));
    else reporter.trained(runReplica(job.replica, reporter.onGradient, job.simd));
  }
  reporter.report();
}

class Reporter {
  #trajectories: Trajectory[] = [];
  #certified: Certified[] = [];
  #gradients = 0;
  #reportedAt = performance.now();

  constructor(readonly post: Post) {}

  readonly onGradient = (): void => {
    this.#gradients++;
    this.#reportIfDue();
  };

  trained(trajectory: Trajectory): void {
    this.#trajectories.push(trajectory);
    this.#reportIfDue();
  }

  certified(certified: Certified): void {
    this.#certified.push(certified);
    this.#reportIfDue();
  }

  #reportIfDue(): void {
    if (performance.now() - this.#reportedAt >= REPORT_INTERVAL) this.report();
  }

  report(): void {
    const trajectories = this.#trajectories;
    const certified = this.#certified;
    if (this.#gradients + trajectories.length + certified.length === 0) return;
    const now = performance.now();
    const report = {
      gradients: this.#gradients,
      workMilliseconds: now - this.#reportedAt,
      trajectories,
      certified,
    };
    this.post(
      report,
      trajectories.map(({ rows }) => rows.buffer as ArrayBuffer),
    );
    this.#trajectories = [];
    this.#certified = [];
    this.#gradients = 0;
    this.#reportedAt = now;
  }
}

function runReplica(replica: Replica, onGradient: () => void, simd: Simd | null): Trajectory {
  if (!replica.training) return runFlow(replica, onGradient, simd ? float32(simd) : FLOAT64);
  if (!isDescent(replica.dynamics)) return runFlowInTime(replica, onGradient);
  return runDescent(replica, onGradient, simd ? wasmObjective : float64Objective);
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

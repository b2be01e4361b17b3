import type { Replica } from '../model/replica.ts';
import type { Certified, Certifier } from '../model/separability/certifier.ts';
import { runPool, type WorkerPort, Workers } from './pool.ts';
import { asJobs } from './worker.ts';

/** Certifies datasets in workers of its own, whatever engine trains. */
export class CpuCertifier implements Certifier {
  constructor(
    readonly spawn: () => WorkerPort,
    readonly size: number,
  ) {}

  async *run(
    replicas: Iterable<Replica>,
    signal: AbortSignal,
  ): AsyncGenerator<readonly Certified[]> {
    const jobs = asJobs({ kind: 'certify' }, replicas);
    const staff = new Workers(this.spawn);
    try {
      for await (const reports of runPool(staff, this.size, jobs, signal)) {
        yield reports.flatMap(({ certified }) => (certified ? [certified] : []));
      }
    } finally {
      staff.dispose();
    }
  }
}

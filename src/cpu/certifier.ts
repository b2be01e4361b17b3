import type { BytesOf } from '../model/memory.ts';
import type { Replica } from '../model/replica.ts';
import type { Certified, Certifier } from '../model/separability/certifier.ts';
import { DEFAULT_MEMORY, roomFor, runPool, type WorkerPort, Workers } from './pool.ts';
import { asJobs } from './worker.ts';

/** Bytes of a certification: the data, and a triangle of float64 numbers, d by d. */
const certifyBytes: BytesOf = (samples, dimensions) =>
  4 * samples * dimensions + 4 * dimensions ** 2 + 32 * samples;

/** Certifies datasets in workers of its own, whatever engine trains. */
export class CpuCertifier implements Certifier {
  /**
   * @param spawn starts a worker that calls `serve` with all that is posted to it
   * @param size number of workers
   * @param memory bytes for the datasets of all workers; one dataset may take more
   */
  constructor(
    readonly spawn: () => WorkerPort,
    readonly size: number,
    readonly memory = DEFAULT_MEMORY,
  ) {}

  async *run(
    replicas: Iterable<Replica>,
    signal: AbortSignal,
  ): AsyncGenerator<readonly Certified[]> {
    const jobs = asJobs({ kind: 'certify' }, replicas);
    const staff = new Workers(this.spawn);
    try {
      const takes = roomFor(this.memory, ({ samples, dimensions }) =>
        certifyBytes(samples, dimensions),
      );
      for await (const reports of runPool(staff, this.size, jobs, signal, takes)) {
        yield reports.flatMap(({ certified }) => certified);
      }
    } finally {
      staff.dispose();
    }
  }
}

import { afterAll, describe, expect, it } from 'vitest';
import { CpuCertifier } from '../../src/cpu/certifier.ts';
import { CpuEngine } from '../../src/cpu/engine.ts';
import { runPool, type WorkerPort, Workers } from '../../src/cpu/pool.ts';
import { asJobs, type Job } from '../../src/cpu/worker.ts';
import type { Replica } from '../../src/model/replica.ts';
import { deviceCheckCases } from '../conformance/device-check.ts';
import { engineCases } from '../conformance/engine.ts';
import { lastTimesCases } from '../conformance/flow-in-time.ts';
import { inlineWorker } from './inline-worker.ts';

/** docs/numerics.md: what each tolerance promises. */
const CPU_LIMITS = { default: 0.005, fine: 0.0005 } as const;

describe('float64 engine', () => {
  const engine = new CpuEngine(inlineWorker, 2);
  afterAll(() => engine.dispose());
  for (const { name, run } of [...deviceCheckCases, ...engineCases, ...lastTimesCases]) {
    it(name, async () => {
      const figure = await run({ engine, limits: CPU_LIMITS });
      if (figure) console.info(`  ${name}: ${figure}`);
    });
  }
});

const replica = (index: number, samples: number): Replica => ({
  index,
  seed: index,
  samples,
  dimensions: samples / 2,
  ensemble: 'independent',
  sigma: 1,
  dynamics: 'flow',
  tolerance: 'default',
  horizon: 1,
  goal: null,
});

/** A worker of which jobs take so many milliseconds by its own account; notes what comes at once. */
const paced =
  (millisecondsOf: (index: number) => number, note: (parcel: readonly Job[]) => void) =>
  (): WorkerPort => {
    const worker = inlineWorker();
    const port: WorkerPort = {
      ...worker,
      post: (jobs) => {
        note(jobs);
        worker.onreport = (report) => {
          const times = report.trajectories.map(({ index }) => millisecondsOf(index));
          port.onreport({
            ...report,
            workMilliseconds: times.reduce((sum, each) => sum + each, 0),
          });
        };
        worker.post(jobs);
      },
    };
    return port;
  };

describe('parcels of jobs', () => {
  /** Indices of the jobs of each parcel, worker by worker. */
  const parcelsOf = async (
    replicas: readonly Replica[],
    size: number,
    millisecondsOf: (index: number) => number,
  ): Promise<number[][][]> => {
    const parcels: number[][][] = [];
    const staff = new Workers(() => {
      const own: number[][] = [];
      parcels.push(own);
      return paced(millisecondsOf, (jobs) => own.push(jobs.map((job) => job.replica.index)))();
    });
    const jobs = asJobs({ kind: 'train', simd: null }, replicas);
    const ended: number[] = [];
    for await (const reports of runPool(staff, size, jobs, new AbortController().signal)) {
      for (const { trajectories } of reports) ended.push(...trajectories.map(({ index }) => index));
    }
    expect(ended.sort((a, b) => a - b)).toEqual(replicas.map(({ index }) => index));
    return parcels;
  };
  const small = (count: number): Replica[] =>
    Array.from({ length: count }, (_, k) => ({ ...replica(k, 4), horizon: 0 }));

  it.each([
    [0.01, 128],
    [6, 5],
    [1000, 1],
  ])('of %d ms each: at most %d at once', async (milliseconds, most) => {
    const [parcels = []] = await parcelsOf(small(1500), 1, () => milliseconds);
    const lengths = parcels.map(({ length }) => length);
    // Never more than an eighth of what has ended.
    for (const [k, length] of lengths.entries()) {
      const before = lengths.slice(0, k).reduce((sum, each) => sum + each, 0);
      expect(length).toBeLessThanOrEqual(Math.max(1, before / 8));
    }
    expect(Math.max(...lengths)).toBeLessThanOrEqual(most);
    expect(Math.max(...lengths)).toBeGreaterThan(most / 2);
  });

  it('are shared among the workers where there are few', async () => {
    const parcels = await parcelsOf(small(5), 5, () => 0.01);
    expect(parcels).toEqual([[[0]], [[1]], [[2]], [[3]], [[4]]]);
  });

  it('have large replicas one by one, whatever came before', async () => {
    const replicas = [
      ...small(200),
      ...Array.from({ length: 12 }, (_, k) => ({ ...replica(200 + k, 1200), horizon: 0 })),
    ];
    const parcels = (await parcelsOf(replicas, 3, (index) => (index < 200 ? 0.5 : 100))).flat();
    for (const parcel of parcels) {
      if (parcel.some((at) => at >= 200)) expect(parcel).toHaveLength(1);
    }
    expect(Math.max(...parcels.map(({ length }) => length))).toBeGreaterThan(1);
  });
});

describe('memory of the workers', () => {
  const sizes = [8, 16, 64, 64, 8, 64, 16, 8];
  const replicas = sizes.map((samples, k) => replica(k, samples));

  /** Starts a worker that notes the N of its jobs in a list of its own. */
  const noting = (posted: number[][]) => (): WorkerPort => {
    const own: number[] = [];
    posted.push(own);
    return paced(
      () => 1000,
      (jobs) => own.push(...jobs.map((job) => job.replica.samples)),
    )();
  };

  it('has large datasets in one of them alone where certificates are made, too', async () => {
    const posted: number[][] = [];
    // Of 64 × 32: 8 KiB of data and 4 KiB of a triangle of 32 × 32 in float64.
    const certifier = new CpuCertifier(noting(posted), 3, 20_000);
    const certified: number[] = [];
    for await (const batch of certifier.run(replicas, new AbortController().signal)) {
      certified.push(...batch.map(({ index }) => index));
    }
    expect(certified.sort((a, b) => a - b)).toEqual(replicas.map(({ index }) => index));
    expect(posted.map((own) => own.includes(64))).toEqual([true, false, false]);
  });

  it('has large datasets in as few of them as there is room in', async () => {
    const posted: number[][] = [];
    const jobs = asJobs({ kind: 'train', simd: null }, replicas);
    // Room for one of 64, for two of 16 and for any number of 8.
    const takes = ({ replica: { samples } }: { replica: Replica }, worker: number): boolean =>
      worker < 64 / samples;
    const ended: number[] = [];
    for await (const reports of runPool(
      new Workers(noting(posted)),
      3,
      jobs,
      new AbortController().signal,
      takes,
    )) {
      for (const { trajectories } of reports) {
        ended.push(...trajectories.map(({ index }) => index));
      }
    }
    expect(ended.sort((a, b) => a - b)).toEqual(replicas.map(({ index }) => index));
    expect(posted.map((own) => Math.max(0, ...own))).toEqual([64, 16, 8]);
  });

  it('is kept with its worker from run to run, unless it is large or the engine is disposed of', async () => {
    let alive = 0;
    let spawned = 0;
    const spawn = (): WorkerPort => {
      const worker = inlineWorker();
      const { terminate } = worker;
      spawned++;
      alive++;
      worker.terminate = () => {
        alive--;
        terminate();
      };
      return worker;
    };
    const engine = new CpuEngine(spawn, 2);
    const run = async (list: readonly Replica[]): Promise<number[]> => {
      const ended: number[] = [];
      for await (const { trajectories } of engine.run(list, new AbortController().signal)) {
        for (const { index } of trajectories) ended.push(index);
      }
      return ended.sort((a, b) => a - b);
    };
    for (let k = 0; k < 3; k++) expect(await run(replicas)).toHaveLength(sizes.length);
    expect([spawned, alive]).toEqual([2, 2]);
    // Dropped in the middle: busy workers end, so that no report of theirs comes to the next run.
    for await (const _ of engine.run(replicas, new AbortController().signal)) break;
    expect(await run(replicas)).toEqual(replicas.map(({ index }) => index));
    expect(alive).toBe(2);
    expect(await run([{ ...replica(0, 6000), horizon: 0 }])).toEqual([0]);
    expect(alive).toBe(0);
    await run(replicas);
    engine.dispose();
    expect(alive).toBe(0);
  });

  it('is planned with, and too little of it is an error', async () => {
    const engine = new CpuEngine(inlineWorker, 3, null, 40_000);
    expect((await engine.plan(replicas)).join(' ')).toMatch(
      /^3 workers, .* 64 × 32, takes 9 KiB, .*$/,
    );
    const text = (await engine.plan([replica(0, 80)])).join(' ');
    expect(text).toMatch(/There is 39\.1 KiB for datasets: the largest are trained 2 at a time\.$/);
    await expect(engine.plan([replica(0, 1000)])).rejects.toThrow(
      /A dataset of 1000 × 500 takes 1\.92 MiB and 39\.1 KiB are there: at this λ the largest N is 136\./,
    );
    const wasm = new CpuEngine(inlineWorker, 1, 'plain', 2 ** 40);
    await expect(wasm.plan([replica(0, 80_000)])).rejects.toThrow(/and 4 GiB are there/);
    expect(await engine.plan([])).toEqual([]);
  });
});

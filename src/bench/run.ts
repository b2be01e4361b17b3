import type { Engine } from '../model/engine.ts';
import type { Replica } from '../model/replica.ts';
import { summarise } from '../results/summary.ts';
import { ResultTable } from '../results/table.ts';
import { crossingsOf } from '../sweep/cells.ts';
import { coarseToFine } from '../sweep/order.ts';
import { type BenchCase, isCoarse } from './cases.ts';
import type { BenchColumn, BenchRun } from './result.ts';

/** A run and what came in. */
export interface Ran {
  readonly run: BenchRun;
  readonly table: ResultTable;
}

/**
 * Runs the first `count` replicas of a case as a sweep would, every one of them to its end.
 * @throws Error if the signal aborts or an engine gives fewer replicas or other gradients than it says
 */
export async function runOnce(
  each: BenchCase,
  engine: Engine,
  count: number,
  cold: boolean,
  signal: AbortSignal,
  cpuSeconds: () => number | null = () => null,
): Promise<Ran> {
  const { plan } = each;
  const indices = [...coarseToFine(plan)].slice(0, count);
  const coarse = indices.filter((index) => isCoarse(each, index));
  const wholeCoarse =
    coarse.length === [...coarseToFine(plan)].filter((i) => isCoarse(each, i)).length;
  let missing = coarse.length;
  const table = new ResultTable(plan.spec, plan.size, (index) => plan.cellOf(index));
  let reported = 0;
  let gradients = 0;
  let entries = 0;
  let startSeconds: number | null = null;
  let firstMapSeconds: number | null = null;
  const cpuBegun = cpuSeconds();
  const begun = performance.now();
  const seconds = (): number => (performance.now() - begun) / 1000;
  for await (const batch of engine.run(replicasOf(each, indices), signal)) {
    reported += batch.gradients;
    if (batch.gradients > 0 || batch.trajectories.length > 0) startSeconds ??= seconds();
    for (const trajectory of batch.trajectories) {
      table.append(trajectory);
      const { samples, dimensions } = plan.cellOf(trajectory.index);
      gradients += trajectory.gradients;
      entries += trajectory.gradients * samples * dimensions;
      if (isCoarse(each, trajectory.index)) missing--;
    }
    if (missing === 0 && wholeCoarse) firstMapSeconds ??= seconds();
  }
  const took = seconds();
  const cpu = cpuSeconds();
  if (signal.aborted) throw new Error('interrupted');
  if (table.done !== count) throw new Error(`${table.done} of ${count} replicas came back`);
  if (reported !== gradients) {
    throw new Error(`the engine reports ${reported} gradients, its replicas ${gradients}`);
  }
  const run = {
    cold,
    replicas: count,
    failed: table.failures.size,
    seconds: took,
    cpuSeconds: cpu === null || cpuBegun === null ? null : cpu - cpuBegun,
    startSeconds: startSeconds ?? took,
    firstMapSeconds,
    mapSeconds: count === plan.size ? took : null,
    gradients,
    entries,
  };
  return { run, table };
}

/** What a run came to, column by column. */
export function columnsOf({ plan }: BenchCase, table: ResultTable): BenchColumn[] {
  return plan.xs.map((lambda, ix) => {
    const cells = plan.ys.map((_, iy) => plan.firstOf(ix, iy)).filter((index) => table.has(index));
    const crossings = plan.ys.flatMap((_, iy) =>
      crossingsOf({ plan, table, accuracy: 0.95 }, ix, iy),
    );
    return {
      lambda,
      dimensions: plan.cell(ix, 0).dimensions,
      replicas: cells.length,
      gradients: cells.reduce((sum, index) => sum + table.gradients(index), 0),
      testTime: summarise(crossings).median,
    };
  });
}

function* replicasOf({ plan }: BenchCase, indices: readonly number[]): Generator<Replica> {
  for (const index of indices) yield plan.replica(index);
}

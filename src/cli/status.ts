/** `grokscope status`: how far the shards of a directory have come. */
import { byCost, shardAt } from '../sweep/shard.ts';
import { count, duration } from '../ui/format.ts';
import { quietSeconds, readGrid } from './directory.ts';
import { GridScan } from './grid-scan.ts';
import { ExitCode } from './usage.ts';

/** A journal that was written to in the last seconds is taken to belong to a process that runs. */
const RUNNING_SECONDS = 60;

/** Reasons of failures that are listed, most frequent first. */
const REASONS = 10;

interface ShardStatus {
  total: number;
  done: number;
  failed: number;
  /** Cost of all of its replicas, and of those that are there, in units of expected cost. */
  cost: number;
  doneCost: number;
  running: boolean;
}

/** `grokscope status DIR`; returns the exit code. */
export async function status(directory: string): Promise<number> {
  const grid = await readGrid(directory);
  const scan = await GridScan.of(grid);
  const { plan, journals } = scan;
  const [latest] = [...journals].sort((a, b) => (created(a) < created(b) ? 1 : -1));
  const n = latest?.head.shard.n ?? 1;
  const shards = Array.from({ length: n }, (): ShardStatus => {
    const nothing = { total: 0, done: 0, failed: 0, cost: 0, doneCost: 0 };
    return { ...nothing, running: false };
  });
  const { order, costs } = byCost(plan);
  const reasons = new Map<string, { times: number; first: number }>();
  for (const [place, index] of order.entries()) {
    const shard = shards[shardAt(place, n)] as ShardStatus;
    const cost = costs[index] as number;
    shard.total++;
    shard.cost += cost;
    if (!scan.has(index)) continue;
    shard.done++;
    shard.doneCost += cost;
    if (!scan.failed(index)) continue;
    shard.failed++;
    const reason = scan.entry(index).outcome.failure ?? '';
    const known = reasons.get(reason) ?? { times: 0, first: index };
    reasons.set(reason, { ...known, times: known.times + 1 });
  }
  let seconds = 0;
  for (const journal of journals) {
    seconds += journal.seconds;
    if (journal.head.shard.n !== n) continue;
    const shard = shards[journal.head.shard.i - 1] as ShardStatus;
    if ((await quietSeconds(journal)) < RUNNING_SECONDS) shard.running = true;
  }
  const total = sum(shards, 'cost');
  const rate = sum(shards, 'doneCost') / seconds;
  print(directory, shards, scan, rate);
  const finished = shards.filter(({ done, total: all }) => done === all).length;
  if (finished < n && seconds > 0 && rate > 0) {
    const longest = Math.max(...shards.map((shard) => left(shard, rate)));
    const all = (total - sum(shards, 'doneCost')) / rate;
    console.log(
      `\n${duration(longest)} left if all shards run at once, ${duration(all)} one after the other.`,
    );
  }
  const frequent = [...reasons].sort(([, a], [, b]) => b.times - a.times).slice(0, REASONS);
  for (const [reason, { times, first }] of frequent) {
    const { seed, samples, dimensions } = plan.replica(first);
    console.log(
      `\n${count(times)} failed: ${reason} (the first: seed ${seed}, N ${samples}, d ${dimensions})`,
    );
  }
  for (const { name, torn } of journals) {
    if (torn > 0) {
      console.log(
        `\n${name}: its last line has no end, the process was killed; it does not count.`,
      );
    }
  }
  scan.close();
  return ExitCode.done;
}

function created({ head }: GridScan['journals'][number]): string {
  return String(head.provenance.created);
}

/** Seconds that a shard still takes at a rate of cost per second. */
function left({ cost, doneCost }: ShardStatus, rate: number): number {
  return (cost - doneCost) / rate;
}

function sum(shards: readonly ShardStatus[], key: 'cost' | 'doneCost'): number {
  return shards.reduce((all, shard) => all + shard[key], 0);
}

function print(
  directory: string,
  shards: readonly ShardStatus[],
  scan: GridScan,
  rate: number,
): void {
  const { size } = scan.plan;
  const finished = shards.filter(({ done, total }) => done === total).length;
  const share = ((100 * scan.count) / size).toFixed(1);
  const certificates = scan.certificates > 0 ? `, ${count(scan.certificates)} certified` : '';
  console.log(
    `${directory}: ${finished} of ${shards.length} shards done, ${count(scan.count)} of ${count(size)} replicas (${share} %)${certificates}\n`,
  );
  const rows = shards.flatMap((shard, k) => {
    const { total, done, failed, running } = shard;
    const state =
      done === total ? 'done' : running ? 'running' : done > 0 ? 'stopped' : 'not begun';
    const time = done === total || !(rate > 0) ? '' : duration(left(shard, rate));
    return [[`${k + 1}/${shards.length}`, `${done}/${total}`, String(failed), state, time]];
  });
  const lines = [['shard', 'replicas', 'failed', 'state', 'left'], ...rows];
  const widths = [0, 1, 2, 3, 4].map((c) =>
    Math.max(...lines.map((line) => (line[c] as string).length)),
  );
  for (const line of lines) {
    console.log(line.map((cell, c) => cell.padStart(widths[c] as number)).join('  '));
  }
}

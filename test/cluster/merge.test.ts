import { spawn } from 'node:child_process';
import {
  createWriteStream,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { afterAll, expect, it } from 'vitest';
import { parseSpec, specToJson } from '../../src/model/spec.ts';
import { Random } from '../../src/model/statistics.ts';
import { replicaJson } from '../../src/results/codec.ts';
import { encodeLine, headLine, Line } from '../../src/results/journal.ts';
import type { Crossing } from '../../src/results/times.ts';
import { SweepPlan } from '../../src/sweep/plan.ts';
import { VERSION } from '../../src/version.ts';

/** A million by hand: MERGE_SEEDS=4000. */
const SEEDS = Number(process.env.MERGE_SEEDS ?? 80);
const LAMBDAS = 250;
const SHARDS = 8;
const MOST_MEGABYTES = 512;

const CLI = join(import.meta.dirname, '../../dist/cli.js');
const folder = mkdtempSync(join(tmpdir(), 'grokscope-merge-'));
afterAll(() => rmSync(folder, { recursive: true }));

const plan = new SweepPlan(
  parseSpec({
    x: { over: 'lambda', from: 0.3, to: 0.549, count: LAMBDAS },
    y: { over: 'seed', from: 1, to: SEEDS, step: 1 },
  }),
);

/** Journals of shards, as runs would leave them, with made-up results. */
async function synthesise(): Promise<void> {
  mkdirSync(join(folder, 'grid/journals'), { recursive: true });
  const spec = specToJson(plan.spec);
  writeFileSync(
    join(folder, 'grid/grid.json'),
    JSON.stringify({ format: 'grokscope-grid', version: 1, programVersion: VERSION, spec }),
  );
  const random = new Random(3);
  for (let i = 1; i <= SHARDS; i++) {
    const file = createWriteStream(join(folder, `grid/journals/${i}-of-${SHARDS}.journal`));
    const head = { programVersion: VERSION, spec: plan.spec, shard: { i, n: SHARDS } };
    file.write(headLine({ ...head, provenance: {} }, spec));
    for (let index = i - 1; index < plan.size; index += SHARDS) {
      const times = (shift: number): Crossing[] =>
        [0, 1, 2].map((k) =>
          random.uniform() < 0.2
            ? { state: 'notBy' }
            : { state: 'crossed', log10t: shift + k + random.uniform() },
        );
      const [bias, uNorm, trainLoss] = [
        -9 * random.uniform(),
        5 * random.uniform(),
        random.uniform(),
      ];
      const json = replicaJson(plan.spec, plan.replica(index), {
        index,
        outcome: {
          testTimes: times(3),
          trainTimes: times(1),
          final: { log10t: 30, bias, uNorm, testAccuracy: 0.99, trainAccuracy: 1, trainLoss },
          gradients: 100 + random.below(900),
          failure: null,
          separability: null,
        },
      });
      const line = encodeLine(Line.replica, index, json);
      if (!file.write(line)) await new Promise<void>((resolve) => file.once('drain', resolve));
    }
    file.end();
    await finished(file);
  }
}

/** Runs Grokscope; its time and the most memory it had at once. */
async function measured(
  args: string[],
): Promise<{ seconds: number; megabytes: number; code: unknown }> {
  const begun = performance.now();
  const child = spawn(process.execPath, [CLI, ...args], { cwd: folder, stdio: 'ignore' });
  let megabytes = 0;
  const watch = setInterval(() => {
    try {
      const text = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      const peak = /VmHWM:\s*(\d+) kB/.exec(text)?.[1];
      if (peak) megabytes = Number(peak) / 1024;
    } catch {
      // It has just ended.
    }
  }, 20);
  const code = await new Promise((resolve) => child.on('close', resolve));
  clearInterval(watch);
  return { seconds: (performance.now() - begun) / 1000, megabytes, code };
}

it('merges in bounded memory', async () => {
  await synthesise();
  for (const format of ['parquet', 'npz', 'csv', 'json']) {
    const args = ['merge', 'grid', '--out', `grid.${format}`];
    const { seconds, megabytes, code } = await measured(args);
    expect(code).toBe(0);
    const size = statSync(join(folder, `grid.${format}`)).size / plan.size;
    console.info(
      `  ${plan.size} replicas to ${format}: ${seconds.toFixed(1)} s, ${megabytes.toFixed(0)} MB, ${size.toFixed(0)} bytes a replica`,
    );
    expect(megabytes).toBeGreaterThan(20);
    expect(megabytes).toBeLessThan(MOST_MEGABYTES);
  }
  const { seconds, megabytes } = await measured(['status', 'grid']);
  console.info(`  status: ${seconds.toFixed(1)} s, ${megabytes.toFixed(0)} MB`);
  const journal = statSync(join(folder, `grid/journals/1-of-${SHARDS}.journal`)).size;
  console.info(`  journals: ${((SHARDS * journal) / plan.size).toFixed(0)} bytes a replica`);
  expect(megabytes).toBeLessThan(MOST_MEGABYTES);
}, 3_600_000);

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noSlurm, SlurmCluster, until } from './slurm.ts';

const root = join(import.meta.dirname, '../..');
const CLI = join(root, 'dist/cli.js');

const SPEC = {
  samples: 200,
  horizon: 40,
  x: { over: 'lambda', from: 0.44, to: 0.54, step: 0.02 },
  y: { over: 'seed', from: 1, to: 12, step: 1 },
};
const REPLICAS = 72;
const SHARDS = 8;

const missing = noSlurm();
if (missing !== undefined) console.warn(`\n  THE TEST WITH SLURM IS LEFT OUT: ${missing}.\n`);

describe.skipIf(missing !== undefined)('an array of Slurm on two nodes', () => {
  let cluster: SlurmCluster;
  const path = (name: string): string => join(cluster.folder, name);

  beforeAll(async () => {
    cluster = await SlurmCluster.start(mkdtempSync(join(tmpdir(), 'grokscope-slurm-')));
    writeFileSync(path('grid.json'), JSON.stringify(SPEC));
  });

  afterAll(() => cluster?.stop());

  const grokscope = (...args: string[]): string =>
    execFileSync(process.execPath, [CLI, ...args], { cwd: cluster.folder, encoding: 'utf8' });

  /** The process of Grokscope that computes a task. */
  function processOf(task: number): number | undefined {
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
        const shard = command[command.indexOf('--shard') + 1];
        const here = readFileSync(`/proc/${pid}/environ`, 'utf8').includes(cluster.folder);
        if (command[1] === CLI && shard === `${task}/${SHARDS}` && here) return Number(pid);
      } catch {
        // It has ended meanwhile.
      }
    }
    return undefined;
  }

  const running = (): number[] =>
    cluster
      .tasks()
      .filter(({ state }) => state === 'RUNNING')
      .map(({ task }) => task);

  /** Replicas that a task has written. */
  function written(task: number): number {
    try {
      return readdirSync(path('results/journals'))
        .filter((name) => name.startsWith(`${task}-of-`))
        .map((name) => readFileSync(path(`results/journals/${name}`), 'utf8'))
        .reduce((sum, text) => sum + text.split('\n').filter((l) => / r \d+ /.test(l)).length, 0);
    } catch {
      return 0;
    }
  }

  /**
   * Halts a task that has results, lacks most, and is none of these: it does not come to its end before it is
   * interrupted, however long that takes.
   */
  async function haltOne(except: readonly number[]): Promise<{ task: number; pid: number }> {
    let found: { task: number; pid: number } | undefined;
    await until('a task at work', () => {
      for (const task of running()) {
        const pid = except.includes(task) || written(task) === 0 ? undefined : processOf(task);
        if (pid === undefined) continue;
        try {
          process.kill(pid, 'SIGSTOP');
          if (written(task) <= REPLICAS / SHARDS / 2) found = { task, pid };
          else process.kill(pid, 'SIGCONT');
        } catch {
          // It has ended meanwhile.
        }
        if (found) return true;
      }
      return false;
    });
    return found as NonNullable<typeof found>;
  }

  /** Slurm holds what comes back for two minutes: it may start now. Returns the number of tasks left. */
  function hasten(job: string): number {
    const tasks = cluster.tasks();
    for (const { task } of tasks.filter(({ reason }) => reason === 'BeginTime')) {
      cluster.run('scontrol', 'update', `JobId=${job}_${task}`, 'StartTime=now');
    }
    return tasks.length;
  }

  it('comes to what one process comes to, with tasks killed and cancelled and a node drained', async () => {
    const begun = performance.now();
    const script = join(root, 'examples/cluster/slurm.sh');
    const settings = {
      SPEC: 'grid.json',
      DIR: 'results',
      ENGINE: 'cpu',
      GROKSCOPE: `${process.execPath} ${CLI}`,
    };
    const exported = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
    const submitted = cluster.run('sbatch', `--export=ALL,${exported.join(',')}`, script);
    const job = /(\d+)\s*$/.exec(submitted)?.[1] as string;
    try {
      // One task is killed: what it has done stays, and it comes back by itself.
      const { task: killed, pid } = await haltOne([]);
      process.kill(pid, 'SIGKILL');
      // One is cancelled while it works, and sent back into the queue.
      const { task: cancelled } = await haltOne([killed]);
      cluster.run('scancel', `${job}_${cancelled}`);
      await until('the end of the cancelled task', () => !running().includes(cancelled));
      cluster.run('scontrol', 'requeue', `${job}_${cancelled}`);
      // One node takes no more tasks.
      cluster.run('scontrol', 'update', 'NodeName=n2', 'State=DRAIN', 'Reason=test');
      await until('the end of the array', () => hasten(job) === 0, 240);
      const seconds = (performance.now() - begun) / 1000;
      console.info(
        `  ${SHARDS} tasks in ${seconds.toFixed(0)} s; ${killed} killed, ${cancelled} cancelled`,
      );
      expect(cluster.run('sinfo', '-h', '-n', 'n2', '-o', '%T').trim()).toMatch(/^drain/);
      expect(grokscope('status', 'results')).toContain(
        `results: ${SHARDS} of ${SHARDS} shards done, ${REPLICAS} of ${REPLICAS} replicas (100.0 %)`,
      );
      const journals = readdirSync(path('results/journals'));
      // The two that were interrupted have come back, and gone on.
      for (const task of [killed, cancelled]) {
        expect(journals.filter((name) => name.startsWith(`${task}-of-`))).toHaveLength(2);
      }
      expect(journals).toHaveLength(SHARDS + 2);
    } catch (error) {
      console.error(cluster.run('squeue'), cluster.logs());
      for (const log of readdirSync(cluster.folder).filter((name) => /^grokscope-\d/.test(name))) {
        console.error(`${log}:\n${readFileSync(path(log), 'utf8')}`);
      }
      throw error;
    }
    grokscope('merge', 'results', '--out', 'merged.json');
    grokscope('run', 'grid.json', '--engine', 'cpu', '--quiet', '--out', 'whole.json');
    const data = (name: string): string => {
      const text = readFileSync(path(name), 'utf8');
      return text.slice(text.indexOf('\n  "replicas": ['));
    };
    expect(data('merged.json')).toBe(data('whole.json'));
  }, 400_000);

  it('takes the script that is printed for a spec', () => {
    const args = ['cluster', 'slurm', 'grid.json', '--shards', '8', '--replica-seconds', '60'];
    writeFileSync(path('printed.sh'), grokscope(...args));
    const said = cluster.run('bash', '-c', 'sbatch --test-only printed.sh 2>&1');
    expect(said).toMatch(/Job \d+ to start at .* using \d processors on nodes n1/);
  });
});

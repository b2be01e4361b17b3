/** A cluster of Slurm on this machine: a controller and two nodes, with a GPU each that is none. */
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SCHEDULERS } from '../../scripts/system.js';

/** Why there can be no cluster; undefined if there can. */
export function noSlurm(): string | undefined {
  const absent = SCHEDULERS.filter((path) => !existsSync(path));
  if (absent.length > 0) return `${absent.join(', ')} not installed`;
  return process.getuid?.() === 0 ? undefined : 'only root can start its daemons';
}

export interface SlurmJob {
  readonly task: number;
  readonly state: string;
  readonly node: string;
  /** Why it waits. */
  readonly reason: string;
}

export class SlurmCluster {
  readonly #daemons: ReturnType<typeof spawn>[] = [];
  readonly environment: NodeJS.ProcessEnv;

  private constructor(readonly folder: string) {
    this.environment = { ...process.env, SLURM_CONF: join(folder, 'slurm.conf') };
  }

  static async start(folder: string): Promise<SlurmCluster> {
    // Munge wants its socket where everybody can reach it.
    chmodSync(folder, 0o755);
    for (const each of ['state', 'spool.n1', 'spool.n2']) mkdirSync(join(folder, each));
    writeFileSync(join(folder, 'munge.key'), randomBytes(1024), { mode: 0o600 });
    const [controller, first, second] = await Promise.all([freePort(), freePort(), freePort()]);
    writeFileSync(join(folder, 'gres.conf'), 'Name=gpu File=/dev/null\n');
    const node = (name: string, port: number): string =>
      `NodeName=${name} NodeHostname=localhost NodeAddr=127.0.0.1 Port=${port} CPUs=2 Gres=gpu:1`;
    writeFileSync(
      join(folder, 'slurm.conf'),
      `ClusterName=test
SlurmctldHost=localhost(127.0.0.1)
SlurmctldPort=${controller}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=${folder}/munge.sock,cred_expire=2
CredType=cred/munge
StateSaveLocation=${folder}/state
SlurmdSpoolDir=${folder}/spool.%n
SlurmctldPidFile=${folder}/controller.pid
SlurmdPidFile=${folder}/node.%n.pid
SlurmctldLogFile=${folder}/controller.log
SlurmdLogFile=${folder}/node.%n.log
ProctrackType=proctrack/pgid
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
ReturnToService=2
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerType=sched/builtin
SchedulerParameters=sched_interval=1,batch_sched_delay=0
JobRequeue=1
KillWait=5
GresTypes=gpu
SlurmdParameters=config_overrides
${node('n1', first)}
${node('n2', second)}
PartitionName=test Nodes=n1,n2 Default=YES State=UP
`,
    );
    const cluster = new SlurmCluster(folder);
    cluster.#spawn('munged', [
      '--foreground',
      `--key-file=${folder}/munge.key`,
      `--socket=${folder}/munge.sock`,
      `--pid-file=${folder}/munge.pid`,
      `--seed-file=${folder}/munge.seed`,
    ]);
    await until('munge', () => existsSync(join(folder, 'munge.sock')));
    cluster.#spawn('slurmctld', ['-D']);
    await until('slurmctld', () => cluster.#answers());
    for (const name of ['n1', 'n2']) cluster.#spawn('slurmd', ['-D', '-N', name]);
    await until('both nodes', () => cluster.run('sinfo', '-h', '-o', '%T %D').trim() === 'idle 2');
    return cluster;
  }

  /** The output of one of Slurm's commands. */
  run(command: string, ...args: string[]): string {
    return execFileSync(command, args, {
      cwd: this.folder,
      env: this.environment,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  /** Tasks of the array that wait or run. */
  tasks(): SlurmJob[] {
    return this.run('squeue', '-h', '-r', '-o', '%K|%T|%N|%r')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => {
        const [task, state = '', node = '', reason = ''] = line.split('|');
        return { task: Number(task), state, node, reason };
      });
  }

  async stop(): Promise<void> {
    for (const daemon of this.#daemons.reverse()) {
      const ended = new Promise((resolve) => daemon.once('close', resolve));
      if (daemon.exitCode !== null) continue;
      daemon.kill('SIGTERM');
      const killing = setTimeout(() => daemon.kill('SIGKILL'), 5000);
      await ended;
      clearTimeout(killing);
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** What the daemons said, for a test that fails. */
  logs(): string {
    return ['controller.log', 'node.n1.log', 'node.n2.log']
      .filter((name) => existsSync(join(this.folder, name)))
      .map((name) => `${name}:\n${readFileSync(join(this.folder, name), 'utf8').slice(-2000)}`)
      .join('\n');
  }

  #answers(): boolean {
    try {
      return this.run('scontrol', 'ping').includes('UP');
    } catch {
      return false;
    }
  }

  #spawn(command: string, args: string[]): void {
    const daemon = spawn(command, args, { env: this.environment, stdio: 'ignore' });
    this.#daemons.push(daemon);
  }
}

/** @throws Error if it is not so within a minute */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  seconds = 60,
): Promise<void> {
  for (const end = performance.now() + 1000 * seconds; performance.now() < end; ) {
    if (await holds()) return;
    await sleep(100);
  }
  throw new Error(`waited ${seconds} s for ${what}`);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

/** `grokscope cluster slurm`: a script for sbatch, with the time that a shard takes. */
import { basename } from 'node:path';
import slurm from '../../examples/cluster/slurm.sh?raw';
import { engineChooser, type Surroundings } from '../engines.ts';
import { asksForGpu, ENGINE_NAMES, type Engine, type EnginePreference } from '../model/engine.ts';
import type { Replica } from '../model/replica.ts';
import { parseSpecText, workloadOf } from '../model/spec.ts';
import { SweepPlan } from '../sweep/plan.ts';
import { byCost, MAX_SHARDS } from '../sweep/shard.ts';
import { count, duration } from '../ui/format.ts';
import type { Command } from './arguments.ts';
import { readText } from './files.ts';
import { nodeSurroundings } from './surroundings.ts';
import { ExitCode } from './usage.ts';

type ClusterCommand = Extract<Command, { kind: 'cluster' }>;

/** Seconds that a task should take at least, about, and at most. */
const SHORTEST = 600;
const TYPICAL = 1800;
const LONGEST = 3600;

/** Time limit of a task over its expected time, and the shortest that is asked for, in minutes. */
const MARGIN = 2;
const SHORTEST_LIMIT = 10;

/** Replicas that are measured first, and how many times more if they took too little time. */
const SAMPLE = 16;
const GROWTH = 4;
/** Seconds that a measurement takes at least, unless all replicas are in it, and at most. */
const ENOUGH = 3;
const TOO_LONG = 60_000;

/** `grokscope cluster slurm`; returns the exit code. */
export async function cluster(command: ClusterCommand): Promise<number> {
  const plan = new SweepPlan(parseSpecText(await readText(command.spec, 'SPEC.json')));
  const surroundings = nodeSurroundings(command);
  const { seconds, how, engine } = await secondsOf(plan, command, surroundings);
  const gpu = asksForGpu(engine);
  const n = command.shards ?? shardsFor(seconds);
  const each = seconds / n;
  const estimate = `About ${duration(each)} a shard: ${count(plan.size)} replicas in ${count(n)} shards, ${how}.`;
  process.stdout.write(
    slurmScript({
      spec: command.spec,
      shards: n,
      minutes: Math.max(SHORTEST_LIMIT, Math.ceil((MARGIN * each) / 60)),
      estimate,
      gpu,
      engine,
      // A task has as many processors as were measured.
      workers: gpu ? 1 : surroundings.workers,
    }),
  );
  console.error(estimate);
  if (each < SHORTEST || each > LONGEST) console.error(advice(seconds, n));
  return ExitCode.done;
}

function shardsFor(seconds: number): number {
  return Math.min(MAX_SHARDS, Math.max(1, Math.round(seconds / TYPICAL)));
}

function advice(seconds: number, n: number): string {
  const [fewest, most] = [Math.ceil(seconds / LONGEST), Math.floor(seconds / SHORTEST)];
  if (most < 1) return `One machine does all of it in ${duration(seconds)}; it needs no cluster.`;
  const between = `tasks take between ten minutes and an hour with --shards ${fewest} to ${most}`;
  return n > most
    ? `That is little for a task, which takes a while to start; ${between}.`
    : `That is long for a task, which may have to give way; ${between}.`;
}

/** What is filled into the script. */
export interface SlurmJob {
  readonly spec: string;
  readonly shards: number;
  /** Time limit of a task. */
  readonly minutes: number;
  readonly estimate: string;
  readonly gpu: boolean;
  readonly engine: string;
  readonly workers: number;
}

/** The example of docs, examples/cluster/slurm.sh, for a job. */
export function slurmScript(job: SlurmJob): string {
  const name = basename(job.spec).replace(/\.json$/, '');
  const hours = Math.floor(job.minutes / 60);
  const limit = [hours, job.minutes % 60].map((part) => String(part).padStart(2, '0')).join(':');
  const changes: [RegExp, string][] = [
    [/^# Time of a shard: .*$/m, `# ${job.estimate}`],
    [/^(#SBATCH --array=).*$/m, `$11-${job.shards}`],
    [/^(#SBATCH --time=).*$/m, `$1${limit}:00`],
    [/^(#SBATCH --cpus-per-task=).*$/m, `$1${job.workers}`],
    [/^(SHARDS=).*$/m, `$1${job.shards}`],
    [/^SPEC=.*$/m, `SPEC=\${SPEC:-${quoted(job.spec)}}`],
    [/^DIR=.*$/m, `DIR=\${DIR:-${quoted(name)}}`],
    [/^ENGINE=.*$/m, `ENGINE=\${ENGINE:-${job.engine}}`],
    ...(job.gpu ? [] : ([[/^#SBATCH --gres=.*\n/m, '']] as [RegExp, string][])),
  ];
  let script = slurm;
  for (const [what, by] of changes) {
    if (!what.test(script)) throw new Error(`the template has nothing like ${what}`);
    script = script.replace(what, by);
  }
  return script;
}

/** Inside ${NAME:-…} of a shell, where it is a word of its own. */
function quoted(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** Seconds that a sweep takes one shard after the other, how that is known, and the engine it holds for. */
async function secondsOf(
  plan: SweepPlan,
  { replicaSeconds, engine: asked }: ClusterCommand,
  surroundings: Surroundings,
): Promise<{ seconds: number; how: string; engine: EnginePreference }> {
  if (replicaSeconds !== undefined) {
    const engine = asked === 'auto' ? 'webgpu' : asked;
    return { seconds: replicaSeconds * plan.size, how: `at ${replicaSeconds} s a replica`, engine };
  }
  const { engine } = await engineChooser(surroundings)(asked, workloadOf(plan.spec));
  try {
    const { kind, device } = engine.info;
    const seconds = await measure(plan, engine);
    const how = `as measured on ${ENGINE_NAMES[kind]}, ${device}`;
    return { seconds, how, engine: asked === 'auto' ? kind : asked };
  } finally {
    engine.dispose();
  }
}

/** Runs replicas of every cost, evenly chosen, and scales their time by expected cost. */
async function measure(plan: SweepPlan, engine: Engine): Promise<number> {
  const { order, costs } = byCost(plan);
  const total = costs.reduce((sum, cost) => sum + cost, 0);
  const timed = async (size: number): Promise<{ seconds: number; cost: number }> => {
    const chosen = function* (): Generator<Replica> {
      for (let k = 0; k < size; k++) {
        yield plan.replica(order[Math.floor(((k + 0.5) / size) * plan.size)] as number);
      }
    };
    const begun = performance.now();
    let cost = 0;
    for await (const { trajectories } of engine.run(chosen(), AbortSignal.timeout(TOO_LONG))) {
      for (const { index } of trajectories) cost += costs[index] as number;
    }
    if (cost === 0) throw new Error(`no replica ended within ${TOO_LONG / 1000} s`);
    return { seconds: (performance.now() - begun) / 1000, cost };
  };
  // The first time, workers start and kernels are compiled.
  await timed(Math.min(SAMPLE, plan.size));
  for (let size = Math.min(SAMPLE, plan.size); ; size = Math.min(GROWTH * size, plan.size)) {
    const { seconds, cost } = await timed(size);
    if (seconds > ENOUGH || size === plan.size) return (seconds * total) / cost;
  }
}

import { type ParseArgsConfig, parseArgs } from 'node:util';
import { type BenchCase, type BenchEffort, readCases } from '../bench/cases.ts';
import { CLAIMS } from '../claims/all.ts';
import { type Claim, SIZES, type Size } from '../claims/claim.ts';
import { ENGINE_PREFERENCES, type EnginePreference } from '../model/engine.ts';
import { formatOf } from '../results/formats.ts';
import { MAX_SHARDS, type Shard } from '../sweep/shard.ts';
import { hasScheduler, readShard, whole } from './shard-arguments.ts';
import { InputError } from './usage.ts';

/** Which engine computes, and with what. */
export interface Computing {
  readonly engine: EnginePreference;
  readonly workers: number | undefined;
  /** Bytes for datasets. */
  readonly memory: number | undefined;
  /** A part of the name of the GPU. */
  readonly adapter: string | undefined;
}

/** What the command line asks for. */
export type Command =
  | { readonly kind: 'help' | 'version' }
  | { readonly kind: 'show'; readonly file: string }
  | { readonly kind: 'status'; readonly directory: string }
  | {
      readonly kind: 'merge';
      readonly directory: string;
      readonly out: string;
      readonly partial: boolean;
    }
  | ({
      readonly kind: 'shard';
      readonly spec: string;
      readonly out: string;
      readonly shard: Shard;
      readonly extend: boolean;
      readonly certify: boolean;
      readonly quiet: boolean;
    } & Computing)
  | ({
      readonly kind: 'run';
      readonly spec: string;
      readonly out: string | undefined;
      readonly trajectories: boolean;
      readonly certify: boolean;
      readonly quiet: boolean;
    } & Computing)
  | ({ readonly kind: 'plan'; readonly spec: string } & Computing)
  | ({
      readonly kind: 'cluster';
      readonly spec: string;
      /** Undefined: as many as keep a shard near half an hour. */
      readonly shards: number | undefined;
      /** What a replica takes there, on average; undefined: measured here. */
      readonly replicaSeconds: number | undefined;
    } & Computing)
  | ({
      readonly kind: 'audit';
      readonly quiet: boolean;
      readonly size: Size;
      readonly claims: readonly Claim[];
    } & Computing)
  | ({
      readonly kind: 'bench';
      readonly cases: readonly BenchCase[];
      readonly effort: BenchEffort;
      readonly out: string | undefined;
      readonly quiet: boolean;
    } & Computing);

const OPTIONS = {
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
  engine: { type: 'string' },
  out: { type: 'string' },
  trajectories: { type: 'boolean' },
  certify: { type: 'boolean' },
  size: { type: 'string' },
  claim: { type: 'string', multiple: true },
  cases: { type: 'string' },
  shard: { type: 'string' },
  shards: { type: 'string' },
  'replica-seconds': { type: 'string' },
  extend: { type: 'boolean' },
  partial: { type: 'boolean' },
  workers: { type: 'string' },
  memory: { type: 'string' },
  adapter: { type: 'string' },
  quiet: { type: 'boolean' },
} satisfies ParseArgsConfig['options'];

type Values = ReturnType<typeof parse>['values'];

const COMPUTING = ['engine', 'workers', 'memory', 'adapter'] as const;
const SHARD = ['shard', 'shards', 'extend'] as const;
const COMMANDS = ['run', 'status', 'merge', 'cluster', 'plan', 'show', 'audit', 'bench'] as const;
const ALLOWED: Readonly<Record<(typeof COMMANDS)[number], readonly (keyof typeof OPTIONS)[]>> = {
  run: [...COMPUTING, 'quiet', 'out', 'trajectories', 'certify', ...SHARD],
  status: [],
  merge: ['out', 'partial'],
  cluster: [...COMPUTING, 'shards', 'replica-seconds'],
  plan: COMPUTING,
  show: [],
  audit: [...COMPUTING, 'quiet', 'size', 'claim'],
  bench: [...COMPUTING, 'quiet', 'cases', 'out'],
};

/** What the first argument of a command is. */
const FILES = {
  run: 'SPEC.json',
  plan: 'SPEC.json',
  show: 'FILE',
  status: 'DIR',
  merge: 'DIR',
} as const;

/**
 * Reads the arguments after the program's name.
 * @throws InputError
 */
export function readArguments(args: string[]): Command {
  const { values, positionals } = parse(args);
  if (values.help) return { kind: 'help' };
  if (values.version) return { kind: 'version' };
  const [name, file, ...rest] = positionals;
  const command = COMMANDS.find((each) => each === name);
  if (command === undefined) {
    const known = COMMANDS.join(', ');
    throw new InputError(`command: got ${quote(name)}; expected one of ${known}`);
  }
  for (const name of Object.keys(values) as (keyof typeof OPTIONS)[]) {
    if (ALLOWED[command].includes(name)) continue;
    const where = COMMANDS.filter((each) => ALLOWED[each].includes(name));
    throw new InputError(
      `--${name}: got it with ${command}; expected it with ${where.join(' or ')} only`,
    );
  }
  if (values.out === '') throw new InputError('--out: got ""; expected the path of a file');
  if ((command === 'audit' || command === 'bench') && file !== undefined) {
    throw new InputError(`${command}: got ${quote(file)}; expected no file`);
  }
  if (command === 'bench') {
    const { cases, ...effort } = readCases(values.cases ?? 'quick');
    const { out, quiet = false } = values;
    return { kind: 'bench', cases, effort, out, quiet, ...readComputing(values) };
  }
  if (command === 'audit') {
    return {
      kind: 'audit',
      size: readSize(values.size),
      claims: readClaims(values.claim),
      quiet: values.quiet ?? false,
      ...readComputing(values),
    };
  }
  if (command === 'cluster') return readCluster(positionals.slice(1), values);
  const what = FILES[command];
  if (file === undefined) throw new InputError(`${what}: got nothing; expected the path of a file`);
  if (rest.length > 0)
    throw new InputError(`${what}: got ${quote(rest[0])} as well; expected one file`);
  if (command === 'show') return { kind: 'show', file };
  if (command === 'status') return { kind: 'status', directory: file };
  if (command === 'plan') return { kind: 'plan', spec: file, ...readComputing(values) };
  if (command === 'merge') {
    if (values.out === undefined) {
      throw new InputError('--out: got nothing; expected the path of a file');
    }
    const partial = values.partial ?? false;
    return { kind: 'merge', directory: file, out: values.out, partial };
  }
  if (isShard(values)) return readShardCommand(file, values);
  if (values.trajectories && values.out === undefined) {
    throw new InputError('--trajectories: got it without --out; expected a file to write them to');
  }
  if (values.trajectories && values.out && formatOf(values.out) !== 'json') {
    const got = quote(values.out);
    throw new InputError(`--trajectories: got it with --out ${got}; expected it with .json only`);
  }
  return {
    kind: 'run',
    spec: file,
    out: values.out,
    trajectories: values.trajectories ?? false,
    certify: values.certify ?? false,
    quiet: values.quiet ?? false,
    ...readComputing(values),
  };
}

/** A shard is asked for, or a scheduler runs one: then `out` is a directory. */
function isShard({ shard, shards, extend, out }: Values): boolean {
  if (shard !== undefined || shards !== undefined || extend !== undefined) return true;
  return out !== undefined && formatOf(out) === undefined && hasScheduler(process.env);
}

function readShardCommand(spec: string, values: Values): Command {
  const { out, trajectories } = values;
  if (out === undefined || formatOf(out) !== undefined) {
    throw new InputError(`--out: got ${quote(out)}; expected a directory for the shards`);
  }
  if (trajectories) {
    throw new InputError('--trajectories: got it with a shard; expected it with --out FILE.json');
  }
  return {
    kind: 'shard',
    spec,
    out,
    shard: readShard(values.shard, values.shards, process.env),
    extend: values.extend ?? false,
    certify: values.certify ?? false,
    quiet: values.quiet ?? false,
    ...readComputing(values),
  };
}

function readCluster([scheduler, spec, ...rest]: string[], values: Values): Command {
  if (scheduler !== 'slurm') {
    throw new InputError(`cluster: got ${quote(scheduler)}; expected slurm`);
  }
  if (spec === undefined || rest.length > 0) {
    throw new InputError(`SPEC.json: got ${quote(rest[0])}; expected the path of one file`);
  }
  const seconds = values['replica-seconds'];
  if (seconds !== undefined && !(Number(seconds) > 0 && Number(seconds) < 1e9)) {
    throw new InputError(`--replica-seconds: got ${quote(seconds)}; expected more than 0`);
  }
  const { shards } = values;
  return {
    kind: 'cluster',
    spec,
    shards: shards === undefined ? undefined : whole('--shards', shards, 1, MAX_SHARDS),
    replicaSeconds: seconds === undefined ? undefined : Number(seconds),
    ...readComputing(values),
  };
}

function readComputing(values: Values): Computing {
  const engine = values.engine ?? 'auto';
  if (!ENGINE_PREFERENCES.includes(engine as EnginePreference)) {
    throw new InputError(
      `--engine: got ${quote(engine)}; expected one of ${ENGINE_PREFERENCES.join(', ')}`,
    );
  }
  const { adapter } = values;
  if (adapter !== undefined && engine !== 'auto' && !engine.startsWith('webgpu')) {
    throw new InputError(`--adapter: got it with --engine ${engine}; expected it with webgpu`);
  }
  return {
    // Whoever names a GPU wants no other engine.
    engine: adapter !== undefined && engine === 'auto' ? 'webgpu' : (engine as EnginePreference),
    adapter,
    workers: values.workers === undefined ? undefined : readWorkers(values.workers),
    memory: values.memory === undefined ? undefined : readMemory(values.memory),
  };
}

function readSize(text = 'small'): Size {
  if (SIZES.includes(text as Size)) return text as Size;
  throw new InputError(`--size: got ${quote(text)}; expected one of ${SIZES.join(', ')}`);
}

function readClaims(ids: readonly string[] | undefined): readonly Claim[] {
  for (const id of ids ?? []) {
    if (!CLAIMS.some((claim) => claim.id === id)) {
      const known = CLAIMS.map((claim) => claim.id).join(', ');
      throw new InputError(`--claim: got ${quote(id)}; expected one of ${known}`);
    }
  }
  return ids ? CLAIMS.filter(({ id }) => ids.includes(id)) : CLAIMS;
}

function parse(
  args: string[],
): ReturnType<typeof parseArgs<{ options: typeof OPTIONS; allowPositionals: true }>> {
  try {
    return parseArgs({ args, options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new InputError(`arguments: ${(error as Error).message}`);
  }
}

function readWorkers(text: string): number {
  const workers = Number(text);
  if (Number.isInteger(workers) && workers >= 1 && workers <= 1024) return workers;
  throw new InputError(`--workers: got ${quote(text)}; expected a whole number from 1 to 1024`);
}

/** GiB, in bytes. */
function readMemory(text: string): number {
  const gibibytes = Number(text);
  if (gibibytes > 0 && gibibytes <= 65_536) return Math.floor(gibibytes * 2 ** 30);
  throw new InputError(`--memory: got ${quote(text)}; expected GiB, more than 0, at most 65536`);
}

function quote(text: string | undefined): string {
  return text === undefined ? 'nothing' : JSON.stringify(text);
}

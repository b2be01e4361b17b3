/** Which shard of a sweep a process is to compute: as told, or as its scheduler says. */
import { MAX_SHARDS, type Shard } from '../sweep/shard.ts';
import { InputError } from './usage.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What schedulers set, one of which must be there where no shard is given. */
const SOURCES = ['SLURM_ARRAY_TASK_ID', 'JOB_COMPLETION_INDEX', 'PARALLEL_SEQ'] as const;

/** Whether a scheduler says which shard a process is. */
export function hasScheduler(environment: Environment): boolean {
  return SOURCES.some((name) => environment[name] !== undefined);
}

/**
 * @param shard of the form i/n, 1 ≤ i ≤ n
 * @param shards n, where i comes from the environment
 * @throws InputError
 */
export function readShard(
  shard: string | undefined,
  shards: string | undefined,
  environment: Environment,
): Shard {
  const n = shards === undefined ? undefined : whole('--shards', shards, 1, MAX_SHARDS);
  if (shard !== undefined) {
    if (n !== undefined) {
      throw new InputError(`--shards: got "${shards}"; expected nothing beside --shard`);
    }
    const [, i, of] = /^(\d+)\/(\d+)$/.exec(shard) ?? [];
    if (i !== undefined && of !== undefined && Number(i) >= 1 && Number(i) <= Number(of)) {
      if (Number(of) <= MAX_SHARDS) return { i: Number(i), n: Number(of) };
    }
    throw new InputError(
      `--shard: got "${shard}"; expected i/n with i from 1 to n, and n at most ${MAX_SHARDS}`,
    );
  }
  const given = SOURCES.filter((name) => environment[name] !== undefined);
  const [source] = given;
  if (source === undefined || given.length > 1) {
    const got = given.length > 1 ? given.join(' and ') : 'nothing';
    const one = SOURCES.join(', ');
    throw new InputError(`--shard: got ${got}; expected i/n, or one of ${one} in the environment`);
  }
  switch (source) {
    case 'SLURM_ARRAY_TASK_ID':
      return slurmShard(n, environment);
    case 'JOB_COMPLETION_INDEX':
      return { i: 1 + index(source, environment, 0, known(n, source) - 1), n: known(n, source) };
    case 'PARALLEL_SEQ':
      return { i: index(source, environment, 1, known(n, source)), n: known(n, source) };
  }
}

/** Arrays may begin anywhere and have a step; their smallest index is the first shard. */
function slurmShard(n: number | undefined, environment: Environment): Shard {
  const number = (name: string, otherwise?: number): number => {
    if (environment[name] === undefined && otherwise !== undefined) return otherwise;
    return index(name, environment, 0, 2 ** 31);
  };
  const id = number('SLURM_ARRAY_TASK_ID');
  const count = number('SLURM_ARRAY_TASK_COUNT', n);
  const first = number('SLURM_ARRAY_TASK_MIN', 0);
  const step = Math.max(1, number('SLURM_ARRAY_TASK_STEP', 1));
  const last = number('SLURM_ARRAY_TASK_MAX', first + step * (count - 1));
  const whole = last === first + step * (count - 1) && (id - first) % step === 0;
  if (!whole || id > last || (n !== undefined && n !== count)) {
    throw new InputError(
      `--shard: got task ${id} of an array of ${count} from ${first} to ${last}; expected --shard i/n, where the array is not the whole of ${n ?? 'n'} shards`,
    );
  }
  return { i: 1 + (id - first) / step, n: count };
}

function known(n: number | undefined, source: string): number {
  if (n !== undefined) return n;
  throw new InputError(`--shards: got nothing; expected the number of shards beside ${source}`);
}

function index(name: string, environment: Environment, min: number, max: number): number {
  return whole(name, environment[name] ?? '', min, max);
}

export function whole(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= min && value <= max) return value;
  throw new InputError(`${name}: got "${text}"; expected a whole number from ${min} to ${max}`);
}

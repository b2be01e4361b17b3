import { describe, expect, it } from 'vitest';
import { readShard } from '../../src/cli/shard-arguments.ts';

const slurm = (id: number, min: number, max: number, count: number, step = 1) => ({
  SLURM_ARRAY_TASK_ID: String(id),
  SLURM_ARRAY_TASK_MIN: String(min),
  SLURM_ARRAY_TASK_MAX: String(max),
  SLURM_ARRAY_TASK_COUNT: String(count),
  SLURM_ARRAY_TASK_STEP: String(step),
});

describe('which shard a process computes', () => {
  it.each([
    ['3/8', undefined, {}, 3, 8],
    ['3/8', undefined, slurm(5, 0, 7, 8), 3, 8],
    [undefined, undefined, slurm(0, 0, 7, 8), 1, 8],
    [undefined, undefined, slurm(7, 0, 7, 8), 8, 8],
    [undefined, '8', slurm(8, 1, 8, 8), 8, 8],
    [undefined, undefined, slurm(16, 10, 18, 5, 2), 4, 5],
    [undefined, '8', { JOB_COMPLETION_INDEX: '0' }, 1, 8],
    [undefined, '8', { JOB_COMPLETION_INDEX: '7' }, 8, 8],
    [undefined, '8', { PARALLEL_SEQ: '8' }, 8, 8],
  ])('--shard %s --shards %s with %j', (shard, shards, environment, i, n) => {
    expect(readShard(shard, shards, environment)).toEqual({ i, n });
  });

  it.each([
    ['0/8', undefined, {}, /^--shard: got "0\/8"; expected i\/n with i from 1 to n/],
    ['9/8', undefined, {}, /^--shard: got "9\/8"/],
    ['3', undefined, {}, /^--shard: got "3"; expected i\/n/],
    ['1/100001', undefined, {}, /n at most 100000/],
    ['1/8', '8', {}, /^--shards: got "8"; expected nothing beside --shard/],
    [undefined, undefined, {}, /^--shard: got nothing; expected i\/n, or one of SLURM_ARRAY/],
    [undefined, '0', {}, /^--shards: got "0"; expected a whole number from 1/],
    [undefined, undefined, { PARALLEL_SEQ: '1' }, /^--shards: got nothing; .* beside PARALLEL_SEQ/],
    [undefined, '8', { PARALLEL_SEQ: '9' }, /^PARALLEL_SEQ: got "9"; .* from 1 to 8/],
    [undefined, '8', { JOB_COMPLETION_INDEX: '8' }, /^JOB_COMPLETION_INDEX: got "8"; .* 0 to 7/],
    [undefined, '8', { JOB_COMPLETION_INDEX: '' }, /^JOB_COMPLETION_INDEX: got ""/],
    // Some tasks of an array, submitted anew: which shards they are cannot be known.
    [
      undefined,
      undefined,
      slurm(5, 3, 5, 2, 1),
      /^--shard: got task 5 of an array of 2 from 3 to 5/,
    ],
    [undefined, '8', slurm(3, 3, 4, 2), /^--shard: .* the whole of 8 shards/],
    [
      undefined,
      '8',
      { PARALLEL_SEQ: '1', JOB_COMPLETION_INDEX: '0' },
      /^--shard: got JOB_COMPLETION_INDEX and PARALLEL_SEQ; expected i\/n/,
    ],
  ])('refuses --shard %s --shards %s with %j', (shard, shards, environment, message) => {
    expect(() => readShard(shard, shards, environment)).toThrow(message);
  });
});

/** What training in steps takes, before it starts. */
import { isDescent } from './dynamics.ts';
import type { Replica } from './replica.ts';

/**
 * Nanoseconds of one step: an entry of the dataset is read twice, a sample has an exponential, a parameter an
 * update; on minibatches every sample gets a number and its place once an epoch. Measured on a server core of
 * the 2020s, in WebAssembly; TypeScript takes two to three times as long.
 */
const PER_STEP = 1000;
const PER_ENTRY = 0.45;
const PER_SAMPLE = 25;
const PER_PARAMETER = 8;
const PER_DRAW = 400;

/**
 * Seconds of a step of one workgroup of a GPU: some fifty barriers at about a microsecond, and an entry of the
 * dataset; and workgroups that a GPU has in flight at once. Counted, not measured: an order of magnitude.
 */
const GPU_STEP = 6e-5;
const GPU_ENTRY = 5e-11;
const GPU_AT_ONCE = 256;

/** Seconds of a GPU for all steps of `replicas` such as one; 0 for flows, which take few gradients. */
export function gpuTrainingSeconds(replica: Replica, replicas: number): number {
  const { samples, dimensions, dynamics, training } = replica;
  if (!training || !isDescent(dynamics)) return 0;
  const { batchSize, steps } = training;
  const entries = (batchSize > 0 ? batchSize : samples) * dimensions;
  return steps * (GPU_STEP + entries * GPU_ENTRY) * Math.ceil(replicas / GPU_AT_ONCE);
}

/**
 * Seconds of one processor for all steps of a replica, if it goes on to the last; within a factor of two or
 * three on most machines. 0 for flows, which take few gradients.
 */
export function trainingSeconds({ samples, dimensions, dynamics, training }: Replica): number {
  if (!training || !isDescent(dynamics)) return 0;
  const { batchSize, steps } = training;
  const rows = batchSize > 0 ? batchSize : samples;
  const pass = rows * (dimensions * PER_ENTRY + PER_SAMPLE) + dimensions * PER_PARAMETER;
  return 1e-9 * steps * (PER_STEP + pass + batchSize * PER_DRAW);
}

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

/** Which sweeps are so small that they can follow a slider. */
import { isTraining, type SweepSpec } from '../model/spec.ts';
import { expectedCost } from './cost.ts';
import { SweepPlan } from './plan.ts';

/** Entries read by all gradients of a sweep: some ten seconds of one processor, its coarse map in one. */
const MOST_WORK = 5e9;
const MOST_REPLICAS = 10_000;

/** Whether a sweep shows something soon after it begins, again and again. */
export function isLive(spec: SweepSpec): boolean {
  const plan = new SweepPlan(spec);
  if (isTraining(spec) || plan.size > MOST_REPLICAS) return false;
  let work = 0;
  for (let index = 0; index < plan.size; index++) work += expectedCost(plan.replica(index));
  return work <= MOST_WORK;
}

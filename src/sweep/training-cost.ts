import { gpuTrainingSeconds, trainingSeconds } from '../model/cost.ts';
import type { SweepSpec } from '../model/spec.ts';
import { SweepPlan } from './plan.ts';

/** Columns, and rows, that are looked at. */
const MOST_LOOKED_AT = 24;

/**
 * Seconds that a sweep takes at most: runs may end before their last step.
 * @param on so many processors, or a GPU
 */
export function estimateSeconds(spec: SweepSpec, on: number | 'gpu'): number {
  const plan = new SweepPlan(spec);
  let seconds = 0;
  let cells = 0;
  // A sample of large maps: the cost is smooth along both axes.
  const step = (length: number): number => Math.ceil(length / MOST_LOOKED_AT);
  for (let iy = 0; iy < plan.ys.length; iy += step(plan.ys.length)) {
    for (let ix = 0; ix < plan.xs.length; ix += step(plan.xs.length)) {
      const replica = plan.replica(plan.firstOf(ix, iy));
      seconds +=
        on === 'gpu'
          ? gpuTrainingSeconds(replica, plan.size)
          : (trainingSeconds(replica) * plan.size) / on;
      cells++;
    }
  }
  return seconds / cells;
}

/** The same sweep by gradient flow to the same t_end, which takes seconds: the limit η → 0. */
export function asFlow(spec: SweepSpec): SweepSpec {
  const { dynamics, horizon } = spec;
  const { l2 = 0, weightDecay = 0, decayed = 'both', initialScale = 0 } = dynamics;
  const flow = { kind: 'flow', weightDecay: l2 + weightDecay, decayed, initialScale } as const;
  return { ...spec, dynamics: flow, horizon: Math.max(0, Math.min(300, horizon)) };
}

/** Whether a flow is the limit of a sweep's dynamics, over the same axes. */
export function hasFlow({ dynamics, x, y }: SweepSpec): boolean {
  const axes = ['lambda', 'seed', 'sigma', 'samples', 'weightDecay', 'initialScale'];
  return ['gd', 'sgd'].includes(dynamics.kind) && [x, y].every(({ over }) => axes.includes(over));
}

/** A sweep with more seeds, and what an earlier one has of it. */
import { axisValues } from '../model/axis.ts';
import { parseSpec, type SweepSpec, specToJson } from '../model/spec.ts';
import type { ResultTable } from '../results/table.ts';
import type { SweepPlan } from './plan.ts';

/**
 * The spec with `more` seeds: along its axis over seeds, else in each cell.
 * @throws FieldError if that is more than there may be
 */
export function withMoreSeeds(spec: SweepSpec, more: number): SweepSpec {
  const json = specToJson(spec);
  for (const name of ['x', 'y'] as const) {
    const axis = spec[name];
    if (axis.over !== 'seed') continue;
    const values = axisValues(axis);
    const last = values.at(-1) as number;
    const extended =
      'step' in axis && axis.step === 1
        ? { ...axis, to: last + more }
        : {
            over: axis.over,
            values: [...values, ...Array.from({ length: more }, (_, k) => last + 1 + k)],
          };
    return parseSpec({ ...json, [name]: extended });
  }
  return parseSpec({ ...json, seedsPerCell: spec.seedsPerCell + more });
}

/** Copies the replicas that two plans share, records and certificates with them; returns how many. */
export function carryOver(
  from: SweepPlan,
  source: ResultTable,
  to: SweepPlan,
  target: ResultTable,
): number {
  const nameOf = (plan: SweepPlan, index: number): string =>
    JSON.stringify({ ...plan.replica(index), index: 0 });
  const places = new Map<string, number>();
  for (let index = 0; index < from.size; index++) {
    if (source.has(index)) places.set(nameOf(from, index), index);
  }
  let carried = 0;
  for (let index = 0; index < to.size && places.size > 0; index++) {
    const at = places.get(nameOf(to, index));
    if (at === undefined) continue;
    target.store(index, source.outcome(at), source.record(at));
    carried++;
  }
  return carried;
}

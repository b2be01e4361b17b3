/** Grids that grow: more seeds, or more values along an axis, with all else the same. */
import { axisValues } from '../model/axis.ts';
import { FieldError } from '../model/fields.ts';
import { type SweepSpec, specToJson } from '../model/spec.ts';
import type { SweepPlan } from './plan.ts';

/** Fields in which a spec and one that it has grown from may differ. */
const GRID_FIELDS = ['x', 'y', 'seed', 'seedsPerCell'];

/** The same text for specs of the same replicas in the same places. */
export function specIdentity(spec: SweepSpec): string {
  const axis = ({ x, y }: SweepSpec): object[] =>
    [x, y].map((each) => ({ over: each.over, values: axisValues(each) }));
  return JSON.stringify([{ ...specToJson(spec), x: 0, y: 0 }, axis(spec)]);
}

/**
 * Makes sure that a grid contains another one, and that they agree in all else.
 * @throws FieldError that names the field in which they do not
 */
export function checkContains(larger: SweepPlan, smaller: SweepPlan): void {
  const [now, before] = [specToJson(larger.spec), specToJson(smaller.spec)];
  for (const field of Object.keys({ ...before, ...now })) {
    if (GRID_FIELDS.includes(field)) continue;
    if (JSON.stringify(now[field]) !== JSON.stringify(before[field])) {
      throw new FieldError(field, now[field], `${JSON.stringify(before[field])}, as before`);
    }
  }
  for (const axis of ['x', 'y'] as const) {
    const { over } = smaller.spec[axis];
    if (larger.spec[axis].over !== over) {
      throw new FieldError(`${axis}.over`, larger.spec[axis].over, `"${over}", as before`);
    }
    const values = new Set(larger[`${axis}s`]);
    const lost = smaller[`${axis}s`].find((value) => !values.has(value));
    if (lost !== undefined) {
      throw new FieldError(axis, larger.spec[axis], `an axis that still has ${lost}`);
    }
  }
  const { seed, seedsPerCell } = smaller.spec;
  const last = seed + seedsPerCell - 1;
  const end = larger.spec.seed + larger.spec.seedsPerCell - 1;
  const overSeeds = [larger.spec.x.over, larger.spec.y.over].includes('seed');
  if (!overSeeds && (larger.spec.seed > seed || end < last)) {
    throw new FieldError('seedsPerCell', larger.spec.seedsPerCell, `seeds ${seed} to ${last} too`);
  }
}

/** Where a larger grid has the replicas of one that it contains: index → index. */
export function placesIn(larger: SweepPlan, smaller: SweepPlan): (index: number) => number {
  if (specIdentity(larger.spec) === specIdentity(smaller.spec)) return (index) => index;
  const place = (axis: 'xs' | 'ys'): number[] =>
    smaller[axis].map((value) => larger[axis].indexOf(value));
  const [ixs, iys] = [place('xs'), place('ys')];
  const { seed, seedsPerCell } = smaller.spec;
  const overSeeds = [smaller.spec.x.over, smaller.spec.y.over].includes('seed');
  const skipped = overSeeds ? 0 : seed - larger.spec.seed;
  return (index) => {
    const cell = Math.floor(index / seedsPerCell);
    const ix = ixs[cell % ixs.length] as number;
    const iy = iys[Math.floor(cell / ixs.length)] as number;
    return larger.firstOf(ix, iy) + skipped + (index % seedsPerCell);
  };
}

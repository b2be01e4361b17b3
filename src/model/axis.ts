import { DYNAMICS_AXES, DYNAMICS_RANGES } from './dynamics.ts';
import {
  FieldError,
  join,
  type Range,
  readChoice,
  readList,
  readNumber,
  readObject,
} from './fields.ts';

/** Parameters of every sweep. */
export const PARAMETERS = ['lambda', 'seed', 'sigma', 'samples'] as const;
export type Parameter = (typeof PARAMETERS)[number];

/** What an axis of the map can run over: parameters, and settings of the dynamics. */
export const AXIS_PARAMETERS = [...PARAMETERS, ...DYNAMICS_AXES] as const;
export type AxisParameter = (typeof AXIS_PARAMETERS)[number];

/** One axis of the map, as written: a range with a step or a count, or a list of values. */
export type Axis = { readonly over: AxisParameter } & (
  | { readonly from: number; readonly to: number; readonly step: number }
  | { readonly from: number; readonly to: number; readonly count: number }
  | { readonly values: readonly number[] }
);

/** Most values on one axis. */
export const MAX_AXIS_LENGTH = 4096;

/** What each parameter may be. */
export const PARAMETER_RANGES: Readonly<Record<AxisParameter, Range>> = {
  ...DYNAMICS_RANGES,
  lambda: { min: 0, max: 16, open: true },
  seed: { min: 0, max: 0xffffffff, integer: true },
  sigma: { min: 0.01, max: 1000 },
  samples: { min: 2, max: 1_000_000, integer: true },
};

/** The values along an axis, ascending. */
export function axisValues(axis: Axis): number[] {
  if ('values' in axis) return [...axis.values];
  const { from, to } = axis;
  const count = 'count' in axis ? axis.count : stepCount(from, to, axis.step);
  const step = 'count' in axis ? (count > 1 ? (to - from) / (count - 1) : 0) : axis.step;
  // Twelve digits: 0.4 + 3·0.0025 is 0.4075, not 0.40750000000000003, on the axis and in λN.
  return Array.from({ length: count }, (_, k) => Number((from + k * step).toPrecision(12)));
}

function stepCount(from: number, to: number, step: number): number {
  return Math.floor((to - from) / step + 1e-9) + 1;
}

/**
 * Reads an axis.
 * @throws FieldError
 */
export function readAxis(value: unknown, field: string): Axis {
  const object = readObject(value, field, ['over', 'from', 'to', 'step', 'count', 'values']);
  const over = readChoice(object.over, join(field, 'over'), AXIS_PARAMETERS);
  const range = PARAMETER_RANGES[over];
  const forms = ['step', 'count', 'values'].filter((key) => object[key] !== undefined);
  if (forms.length !== 1) {
    throw new FieldError(field, value, 'exactly one of step, count (with from, to) or values');
  }
  if (object.values !== undefined) {
    for (const key of ['from', 'to']) {
      if (object[key] !== undefined) {
        throw new FieldError(join(field, key), object[key], 'nothing beside values');
      }
    }
    const values = readList(
      object.values,
      join(field, 'values'),
      { min: 1, max: MAX_AXIS_LENGTH },
      (entry, at) => readNumber(entry, at, range),
    );
    values.forEach((entry, k) => {
      if (k > 0 && entry <= (values[k - 1] as number)) {
        throw new FieldError(
          join(field, `values[${k}]`),
          entry,
          `more than the value before it, ${values[k - 1]}`,
        );
      }
    });
    return { over, values };
  }
  const from = readNumber(object.from, join(field, 'from'), range);
  const to = readNumber(object.to, join(field, 'to'), range);
  if (to < from) throw new FieldError(join(field, 'to'), to, `at least from, ${from}`);
  let axis: Axis;
  if (object.count !== undefined) {
    const count = readNumber(object.count, join(field, 'count'), {
      min: 1,
      max: MAX_AXIS_LENGTH,
      integer: true,
    });
    if (count === 1 && to > from) {
      throw new FieldError(join(field, 'count'), count, 'at least 2 where to exceeds from');
    }
    axis = { over, from, to, count };
  } else {
    const step = readNumber(object.step, join(field, 'step'), { min: 0, max: 1e9, open: true });
    const count = stepCount(from, to, step);
    if (count > MAX_AXIS_LENGTH) {
      throw new FieldError(
        join(field, 'step'),
        step,
        `a step that gives at most ${MAX_AXIS_LENGTH} values, not ${count}`,
      );
    }
    axis = { over, from, to, step };
  }
  axisValues(axis).forEach((entry, k, all) => {
    if (range.integer && !Number.isInteger(entry)) {
      throw new FieldError(field, entry, `whole numbers of ${over} along the axis`);
    }
    if (k > 0 && entry <= (all[k - 1] as number)) {
      throw new FieldError(field, entry, `values that differ from one another`);
    }
  });
  return axis;
}

/** What the laboratory shows of a sweep, apart from the sweep itself: all of it is in a link. */
import { FieldError, readChoice, readNumber } from '../model/fields.ts';
import type { SweepSpec } from '../model/spec.ts';
import { QUANTITIES, type Quantity } from '../results/quantities.ts';
import { SweepPlan } from '../sweep/plan.ts';
import { COLOUR_MAPS, type ColourMap } from './colour.ts';
import {
  type CellPosition,
  type CellRange,
  clampWindow,
  type MapWindow,
  rangeOf,
} from './map-window.ts';

/** A result to hold a replica against: where it was made, the digest of its record, its time. */
export interface Recorded {
  readonly engine: string;
  readonly digest: string;
  /** log10 t_test at the accuracy of the link, or its state. */
  readonly time: string;
}

export interface LabView {
  readonly quantity: Quantity;
  /** Undefined: the accuracy that is shown first. */
  readonly accuracy?: number | undefined;
  readonly colourMap: ColourMap;
  /** Values at the ends of the colours; undefined: those of the map. */
  readonly colourRange?: readonly [number, number] | undefined;
  readonly window?: MapWindow | undefined;
  readonly cell?: CellPosition | undefined;
  /** Which of the cell's replicas, from 0. */
  readonly nth: number;
  readonly brush?: CellRange | undefined;
  /** Set where the link is to one replica, to be run again. */
  readonly recorded?: Recorded | undefined;
  /** Step of the tour, from 1. */
  readonly tour?: number | undefined;
}

export const FIRST_VIEW: LabView = { quantity: 'testTime', colourMap: 'viridis', nth: 0 };

/** Accuracies that the runs of a spec can be asked for: up to where the last of them ends. */
export function accuracyLimits({ until, thresholds }: SweepSpec): [number, number] {
  return [0.5, until === 'horizon' ? 0.999999 : (thresholds.test.at(-1) as number)];
}

/** Steps of the tour, as numbers in links. */
export const TOUR_STEPS = { min: 1, max: 7, integer: true };

/** Names of a view in a link, none of which is a field of a spec. */
export const VIEW_KEYS = [
  'show',
  'a',
  'colours',
  'range',
  'zoom',
  'cell',
  'nth',
  'cells',
  'replay',
  'tour',
] as const;
type ViewKey = (typeof VIEW_KEYS)[number];

const digits = (value: number): number => Number(value.toPrecision(8));

/** A view as text by name; what is as in the first view is left out. */
export function viewToFields(view: LabView): Partial<Record<ViewKey, string>> {
  const { quantity, accuracy, colourMap, colourRange, window, cell, nth, brush, recorded, tour } =
    view;
  return {
    ...(quantity === FIRST_VIEW.quantity ? {} : { show: quantity }),
    ...(accuracy === undefined ? {} : { a: String(accuracy) }),
    ...(colourMap === FIRST_VIEW.colourMap ? {} : { colours: colourMap }),
    ...(colourRange ? { range: colourRange.map(digits).join() } : {}),
    ...(window ? { zoom: [...window.x, ...window.y].map(digits).join() } : {}),
    ...(cell ? { cell: `${cell.ix},${cell.iy}` } : {}),
    ...(nth === 0 ? {} : { nth: String(nth) }),
    ...(brush ? { cells: [brush.from.ix, brush.from.iy, brush.to.ix, brush.to.iy].join() } : {}),
    ...(tour === undefined ? {} : { tour: String(tour) }),
    ...(recorded ? { replay: [recorded.engine, recorded.digest, recorded.time].join(':') } : {}),
  };
}

/**
 * Reads a view of a sweep.
 * @throws FieldError
 */
export function viewFromFields(fields: ReadonlyMap<string, string>, spec: SweepSpec): LabView {
  const plan = new SweepPlan(spec);
  const [columns, rows] = [plan.xs.length, plan.ys.length];
  const numbers = (key: ViewKey, length: number): number[] | undefined => {
    const text = fields.get(key);
    if (text === undefined) return undefined;
    const list = text.split(',').map((each) => (each.trim() === '' ? Number.NaN : Number(each)));
    if (list.length !== length || !list.every(Number.isFinite)) {
      throw new FieldError(key, text, `${length} numbers, separated by commas`);
    }
    return list;
  };
  const cellOf = (key: ViewKey, [ix, iy]: readonly number[]): CellPosition => ({
    ix: readNumber(ix, key, { min: 0, max: columns - 1, integer: true }),
    iy: readNumber(iy, key, { min: 0, max: rows - 1, integer: true }),
  });
  const [min, max] = accuracyLimits(spec);
  const [a] = numbers('a', 1) ?? [];
  const range = numbers('range', 2);
  if (range && (range[0] as number) >= (range[1] as number)) {
    throw new FieldError('range', fields.get('range'), 'a lower number and a higher one');
  }
  const zoom = numbers('zoom', 4);
  const cell = numbers('cell', 2);
  const cells = numbers('cells', 4);
  const [nth = 0] = numbers('nth', 1) ?? [];
  const [tour] = numbers('tour', 1) ?? [];
  const [x0, x1, y0, y1] = (zoom ?? []) as [number, number, number, number];
  return {
    quantity: readChoice(fields.get('show') ?? FIRST_VIEW.quantity, 'show', QUANTITIES),
    accuracy: a === undefined ? undefined : readNumber(a, 'a', { min, max }),
    colourMap: readChoice(fields.get('colours') ?? FIRST_VIEW.colourMap, 'colours', COLOUR_MAPS),
    colourRange: range as [number, number] | undefined,
    window: zoom && clampWindow({ x: [x0, x1], y: [y0, y1] }, columns, rows),
    cell: cell && cellOf('cell', cell),
    nth: readNumber(nth, 'nth', { min: 0, max: spec.seedsPerCell - 1, integer: true }),
    brush: cells && rangeOf(cellOf('cells', cells.slice(0, 2)), cellOf('cells', cells.slice(2))),
    recorded: recordedOf(fields.get('replay')),
    tour: tour === undefined ? undefined : readNumber(tour, 'tour', TOUR_STEPS),
  };
}

function recordedOf(text: string | undefined): Recorded | undefined {
  if (text === undefined) return undefined;
  const [, engine, digest, time] = /^([a-z]+):([0-9a-f]{16}):([a-zA-Z0-9.-]+)$/.exec(text) ?? [];
  if (engine === undefined || digest === undefined || time === undefined) {
    throw new FieldError('replay', text, 'engine:digest:time, as the laboratory writes it');
  }
  return { engine, digest, time };
}

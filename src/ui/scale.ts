/** The axes of the map: cells are equally wide, whatever their values. */

/** A tick in the space of cell indices: a position, possibly between cells, and its label. */
export interface Tick {
  readonly position: number;
  readonly label: string;
}

/** Whether values are evenly spaced, to rounding. */
function isUniform(values: readonly number[]): boolean {
  const [first, second] = values;
  if (first === undefined || second === undefined) return false;
  const step = second - first;
  return values.every((value, k) => Math.abs(value - first - k * step) < 1e-6 * step);
}

/** Position of a value among the cells, linear between neighbours; undefined outside. */
export function positionOf(values: readonly number[], value: number): number | undefined {
  const k = values.findIndex((v) => v >= value);
  if (k < 0) return undefined;
  if (values[k] === value) return k;
  if (k === 0) return undefined;
  const low = values[k - 1] as number;
  return k - 1 + (value - low) / ((values[k] as number) - low);
}

/** Smallest of 1, 2, 5 times a power of ten that is at least x. */
export function niceStep(x: number): number {
  const power = 10 ** Math.floor(Math.log10(x));
  return (([1, 2, 5].find((m) => m * power >= x * (1 - 1e-9)) ?? 10) as number) * power;
}

/** At most about `most` ticks: round values on a uniform axis, every k-th cell on a list. */
export function ticks(values: readonly number[], most: number): Tick[] {
  const first = values[0] as number;
  const last = values.at(-1) as number;
  // Few cells have their own values, not round ones in between that were never run.
  if (values.length <= most || !isUniform(values)) {
    const stride = Math.ceil(values.length / most);
    return values.flatMap((value, k) =>
      k % stride === 0 ? [{ position: k, label: String(value) }] : [],
    );
  }
  const cell = (last - first) / (values.length - 1);
  // Whole cells for whole numbers: no seed 2.5.
  const step = Math.max(niceStep((last - first) / most), Number.isInteger(cell) ? cell : 0);
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const result: Tick[] = [];
  for (let k = Math.ceil(first / step - 1e-9); k * step <= last + 1e-9 * step; k++) {
    const value = k * step;
    result.push({ position: (value - first) / cell, label: value.toFixed(digits) });
  }
  return result;
}

/** Whole decades from low to high, at most about `most`. */
export function decades(low: number, high: number, most: number): number[] {
  const step = Math.max(1, niceStep((high - low) / most));
  const list: number[] = [];
  for (let x = Math.ceil(low / step) * step; x <= high + 1e-9; x += step) list.push(x);
  return list;
}

/** Reading untrusted JSON: every complaint names the field, the value and what is accepted. */

/** A value that is not accepted. The message reads `field: got value; expected accepted`. */
export class FieldError extends Error {
  override readonly name = 'FieldError';
  constructor(
    readonly field: string,
    readonly value: unknown,
    readonly accepted: string,
  ) {
    super(`${field}: got ${describe(value)}; expected ${accepted}`);
  }
}

function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'number') return String(value);
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}

/** Bounds of a number, in words that follow "expected". */
export interface Range {
  readonly min: number;
  readonly max: number;
  readonly integer?: boolean;
  /** Exclude the bounds themselves. */
  readonly open?: boolean;
}

/** An object with no keys but the known ones. */
export function readObject(
  value: unknown,
  field: string,
  known: readonly string[],
): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new FieldError(field, value, `an object with ${known.join(', ')}`);
  }
  for (const key of Object.keys(value)) {
    if (!known.includes(key)) {
      throw new FieldError(
        join(field, key),
        (value as Record<string, unknown>)[key],
        `no such field (known: ${known.join(', ')})`,
      );
    }
  }
  return value as Record<string, unknown>;
}

export function readNumber(value: unknown, field: string, range: Range): number {
  const { min, max, integer = false, open = false } = range;
  const inside =
    typeof value === 'number' &&
    (open ? value > min && value < max : value >= min && value <= max) &&
    (!integer || Number.isInteger(value));
  if (inside) return value;
  const kind = integer ? 'a whole number' : 'a number';
  throw new FieldError(
    field,
    value,
    `${kind} ${open ? 'between' : 'from'} ${min} ${open ? 'and' : 'to'} ${max}${open ? ', bounds excluded' : ''}`,
  );
}

export function readChoice<T extends string>(
  value: unknown,
  field: string,
  choices: readonly T[],
): T {
  if (choices.includes(value as T)) return value as T;
  throw new FieldError(field, value, `one of ${choices.map((c) => `"${c}"`).join(', ')}`);
}

export function readList<T>(
  value: unknown,
  field: string,
  length: Range,
  read: (entry: unknown, field: string) => T,
): T[] {
  if (!Array.isArray(value) || value.length < length.min || value.length > length.max) {
    throw new FieldError(
      field,
      Array.isArray(value) ? `a list of ${value.length}` : value,
      `a list of ${length.min} to ${length.max} values`,
    );
  }
  return value.map((item, k) => read(item, `${field}[${k}]`));
}

/** Path of a field inside another; the root has the empty path. */
export function join(field: string, key: string): string {
  return field === '' ? key : `${field}.${key}`;
}

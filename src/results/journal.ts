/**
 * The journal of a shard: lines of text that are only ever appended, so that a process may be killed
 * at any time. Each line is
 *
 *     crc32 kind index JSON
 *
 * with the CRC-32 of what follows it, in hexadecimal. The first line is the head. A last line that
 * has no end was being written when its process ended, and does not count.
 */
import { FieldError, readChoice, readNumber, readObject } from '../model/fields.ts';
import type { SweepSpec } from '../model/spec.ts';
import { readSpec } from './codec.ts';
import { crc32Text } from './crc32.ts';

/** What a line holds; the index is that of the replica, or 0. */
export const Line = {
  head: 'h',
  /** A replica as a result file has it, of the spec in the head. */
  replica: 'r',
  /** The same, of one that failed. */
  failure: 'f',
  /** The separability of a replica's dataset. */
  certificate: 'c',
  /** Seconds since the journal began. */
  progress: 'p',
} as const;
export type LineKind = (typeof Line)[keyof typeof Line];

const KINDS: readonly string[] = Object.values(Line);
const ENCODER = new TextEncoder();

export const JOURNAL_FORMAT = 'grokscope-journal';
export const JOURNAL_VERSION = 1;

/** What a journal says of itself. */
export interface JournalHead {
  readonly programVersion: string;
  readonly spec: SweepSpec;
  readonly shard: { readonly i: number; readonly n: number };
  /** `runtime`, `created`, `engine` and `deviceCheck`, as in result files. */
  readonly provenance: Readonly<Record<string, unknown>>;
}

export function encodeLine(kind: LineKind, index: number, json: object): string {
  const text = `${kind} ${index} ${JSON.stringify(json)}`;
  return `${crc32Text(ENCODER.encode(text))} ${text}\n`;
}

export function headLine({ spec, ...head }: JournalHead, specJson: object): string {
  const format = { format: JOURNAL_FORMAT, version: JOURNAL_VERSION };
  return encodeLine(Line.head, 0, { ...format, ...head, spec: specJson });
}

/** A line whose checksum is right. */
export interface ParsedLine {
  readonly kind: LineKind;
  readonly index: number;
  readonly json: () => unknown;
}

const DIGITS = 8;
const SPACE = 32;

/**
 * Reads a line, without its end; its JSON only when it is asked for.
 * @throws FieldError if its bytes are not what was written
 */
export function parseLine(bytes: Uint8Array, field: string): ParsedLine {
  const text = (from: number, to: number): string =>
    String.fromCharCode(...bytes.subarray(from, to));
  const indexAt = DIGITS + 3;
  const kind = text(DIGITS + 1, DIGITS + 2);
  const jsonAt = bytes.indexOf(SPACE, indexAt) + 1;
  const index = Number(text(indexAt, Math.max(indexAt, Math.min(jsonAt, indexAt + 12))));
  const right =
    jsonAt > 0 &&
    text(0, DIGITS) === crc32Text(bytes.subarray(DIGITS + 1)) &&
    KINDS.includes(kind) &&
    Number.isInteger(index);
  if (!right) throw new FieldError(field, text(0, Math.min(60, bytes.length)), 'its checksum');
  return {
    kind: kind as LineKind,
    index,
    json: () => JSON.parse(new TextDecoder().decode(bytes.subarray(jsonAt))),
  };
}

/**
 * Reads the first line of a journal.
 * @throws FieldError
 */
export function readHead({ kind, json }: ParsedLine, field: string): JournalHead {
  if (kind !== Line.head) throw new FieldError(field, kind, 'the head of a journal');
  const known = ['format', 'version', 'programVersion', 'spec', 'shard', 'provenance'];
  const object = readObject(json(), field, known);
  readChoice(object.format, `${field}.format`, [JOURNAL_FORMAT]);
  if (object.version !== JOURNAL_VERSION) {
    const expected = `${JOURNAL_VERSION}, the version of this program`;
    throw new FieldError(`${field}.version`, object.version, expected);
  }
  if (typeof object.programVersion !== 'string') {
    throw new FieldError(`${field}.programVersion`, object.programVersion, 'a version');
  }
  const shard = readObject(object.shard, `${field}.shard`, ['i', 'n']);
  const whole = { min: 1, max: 2 ** 31, integer: true };
  return {
    programVersion: object.programVersion,
    spec: readSpec(object.spec),
    shard: {
      i: readNumber(shard.i, `${field}.shard.i`, whole),
      n: readNumber(shard.n, `${field}.shard.n`, whole),
    },
    provenance: (object.provenance ?? {}) as Record<string, unknown>,
  };
}

/** The formats of result files, and which of them a file has. */
import { FieldError } from '../model/fields.ts';
import type { SweepSpec } from '../model/spec.ts';
import type { Piece } from './bytes.ts';
import {
  decodeResults,
  encodeJson,
  type Layout,
  type ResultSource,
  type Results,
} from './codec.ts';
import { decodeCsv, encodeCsv } from './csv.ts';
import { decodeNpz, encodeNpz } from './npz.ts';
import { decodeParquet, encodeParquet } from './parquet.ts';

/** By the extension of their names. */
export const FORMATS = ['json', 'csv', 'npz', 'parquet'] as const;
export type Format = (typeof FORMATS)[number];

/** The format that a name asks for; undefined if none. */
export function formatOf(name: string): Format | undefined {
  return FORMATS.find((format) => name.toLowerCase().endsWith(`.${format}`));
}

/** A file in pieces; records only in JSON. */
export function encodeAs(
  format: Format,
  source: ResultSource,
  options = { trajectories: false },
): Iterable<Piece> {
  switch (format) {
    case 'json':
      return encodeJson(source, options);
    case 'csv':
      return encodeCsv(source);
    case 'npz':
      return encodeNpz(source);
    case 'parquet':
      return encodeParquet(source);
  }
}

/** How the formats that are not JSON begin. */
const BEGINNINGS = [
  ['PAR1', decodeParquet],
  ['PK\x03\x04', decodeNpz],
] as const;

/**
 * Reads a result file of any format; its first bytes say which.
 * @throws FieldError that names the first thing that is not accepted
 */
export function decodeFile(bytes: Uint8Array, layoutOf: (spec: SweepSpec) => Layout): Results {
  const begin = String.fromCharCode(...bytes.subarray(0, 4));
  for (const [magic, decode] of BEGINNINGS) {
    if (begin === magic) return decode(bytes, layoutOf);
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new FieldError('file', `${bytes.length} bytes`, 'JSON, CSV, NPZ or Parquet of Grokscope');
  }
  return text.startsWith('#') ? decodeCsv(text, layoutOf) : decodeResults(text, layoutOf);
}

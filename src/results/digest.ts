/** A short name for the bits of a record. */
import type { Rows } from '../model/trajectory.ts';

const OFFSET = 0xcbf29ce484222325n;
const PRIME = 0x100000001b3n;

/** FNV-1a, 64 bits (Fowler, Noll & Vo), as 16 hexadecimal digits. */
export function fnv1a(bytes: Uint8Array): string {
  let hash = OFFSET;
  for (const byte of bytes) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * PRIME);
  return hash.toString(16).padStart(16, '0');
}

/** The digest of a record: equal for equal bits, little-endian as on every device that runs this. */
export function recordDigest(rows: Rows): string {
  return fnv1a(new Uint8Array(rows.buffer, rows.byteOffset, rows.byteLength));
}

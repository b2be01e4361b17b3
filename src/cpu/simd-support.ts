import type { Simd } from './simd.ts';

/** The best SIMD of this runtime; null: none. */
export function simdSupport(): Simd | null {
  if (typeof WebAssembly === 'undefined') return null;
  if (!WebAssembly.validate(probe(ADD))) return null;
  return WebAssembly.validate(probe(RELAXED_MADD)) ? 'relaxed' : 'plain';
}

/** Instructions over v128 local 0: f32x4.add of two, f32x4.relaxed_madd of three. */
const LOCAL = [0x20, 0x00];
const ADD = [...LOCAL, ...LOCAL, 0xfd, 0xe4, 0x01];
const RELAXED_MADD = [...LOCAL, ...LOCAL, ...LOCAL, 0xfd, 0x85, 0x02];

/** A module with one function from v128 to v128, made of `code`. */
function probe(code: readonly number[]): Uint8Array<ArrayBuffer> {
  const V128 = 0x7b;
  const body = [0, ...code, 0x0b];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0], // "\0asm", version 1
    ...[1, 6, 1, 0x60, 1, V128, 1, V128], // types
    ...[3, 2, 1, 0], // functions
    ...[10, body.length + 2, 1, body.length, ...body], // code
  ]);
}

/**
 * Threefry-2x32 with 20 rounds (Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as
 * 1, 2, 3", SC'11): a counter-based generator, so any entry of any dataset can be made on its own,
 * in any order, on any device.
 */

const ROTATIONS = [13, 15, 26, 6, 17, 29, 16, 24] as const;
const KEY_PARITY = 0x1bd11bda;

/** A pair of unsigned 32-bit words. */
export type Words = [number, number];

/**
 * One block of Threefry-2x32-20, written into `out` so that inner loops allocate nothing.
 * All words are unsigned 32-bit integers.
 */
export function threefryInto(
  out: Uint32Array | Words,
  key0: number,
  key1: number,
  counter0: number,
  counter1: number,
): void {
  const key2 = KEY_PARITY ^ key0 ^ key1;
  let x0 = (counter0 + key0) | 0;
  let x1 = (counter1 + key1) | 0;
  for (let round = 0; round < 20; round++) {
    const rotation = ROTATIONS[round & 7] as number;
    x0 = (x0 + x1) | 0;
    x1 = ((x1 << rotation) | (x1 >>> (32 - rotation))) ^ x0;
    if ((round & 3) === 3) {
      // Key injection after every fourth round; the schedule cycles through (k0, k1, k2).
      const injection = (round >> 2) + 1;
      const first = injection % 3;
      x0 = (x0 + (first === 0 ? key0 : first === 1 ? key1 : key2)) | 0;
      x1 = (x1 + (first === 0 ? key1 : first === 1 ? key2 : key0) + injection) | 0;
    }
  }
  out[0] = x0 >>> 0;
  out[1] = x1 >>> 0;
}

/** One block of Threefry-2x32-20 for a key and a counter of two words each. */
export function threefry(key: Words, counter: Words): Words {
  const out: Words = [0, 0];
  threefryInto(out, key[0], key[1], counter[0], counter[1]);
  return out;
}

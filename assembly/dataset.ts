/**
 * Makes a dataset where the gradient reads it, in its tiles, four rows at a time: twin of
 * `datasetValues` in src/model/dataset.ts and of Threefry-2x32-20 in src/model/threefry.ts, bit for bit.
 */

@inline
function rotated(x: v128, by: i32): v128 {
  return v128.or(i32x4.shl(x, by), i32x4.shr_u(x, 32 - by));
}

/** The values of the two halves of a word, the lower one first. */
@inline
function storeTwo(at: usize, word: i32, values: usize): void {
  store<u32>(at, load<u32>(values + ((<usize>word & 0xffff) << 2)));
  store<u32>(at, load<u32>(values + ((<usize>(<u32>word >>> 16)) << 2)), 4);
}

/**
 * Four columns of four rows, 16 bytes a row, from the words 0 and 1 of their blocks.
 */
@inline
function storeRows(at: usize, x0: v128, x1: v128, values: usize): void {
  storeTwo(at, i32x4.extract_lane(x0, 0), values);
  storeTwo(at + 8, i32x4.extract_lane(x1, 0), values);
  storeTwo(at + 16, i32x4.extract_lane(x0, 1), values);
  storeTwo(at + 24, i32x4.extract_lane(x1, 1), values);
  storeTwo(at + 32, i32x4.extract_lane(x0, 2), values);
  storeTwo(at + 40, i32x4.extract_lane(x1, 2), values);
  storeTwo(at + 48, i32x4.extract_lane(x0, 3), values);
  storeTwo(at + 56, i32x4.extract_lane(x1, 3), values);
}

/** Two halves, of one column of two rows, side by side. */
@inline
function storePair(at: usize, first: u32, second: u32, values: usize): void {
  const low: u32 = load<u16>(values + (first << 1));
  const high: u32 = load<u16>(values + (second << 1));
  store<u32>(at, low | (high << 16));
}

/** Four columns of two rows, from the words 0 and 1 of their blocks. */
@inline
function storePairs(at: usize, a0: u32, a1: u32, b0: u32, b1: u32, values: usize): void {
  storePair(at, a0 & 0xffff, b0 & 0xffff, values);
  storePair(at + 4, a0 >>> 16, b0 >>> 16, values);
  storePair(at + 8, a1 & 0xffff, b1 & 0xffff, values);
  storePair(at + 12, a1 >>> 16, b1 >>> 16, values);
}

/** Four columns of four rows as halves, the first two rows in turns, then the others. */
@inline
function storeHalves(at: usize, x0: v128, x1: v128, values: usize): void {
  storePairs(
    at,
    i32x4.extract_lane(x0, 0),
    i32x4.extract_lane(x1, 0),
    i32x4.extract_lane(x0, 1),
    i32x4.extract_lane(x1, 1),
    values,
  );
  storePairs(
    at + 16,
    i32x4.extract_lane(x0, 2),
    i32x4.extract_lane(x1, 2),
    i32x4.extract_lane(x0, 3),
    i32x4.extract_lane(x1, 3),
    values,
  );
}

/**
 * Writes the matrix as tiles of four rows and four columns, with zeros where there are none. Halves are those
 * of the first two rows in turns, column by column, and then those of the others.
 * @param values of each of the 65536 patterns that an entry can have: float32, or the bits of halves
 * @param halves whether entries are those, else float32
 */
export function generate(
  data: usize,
  samples: i32,
  dimensions: i32,
  key0: u32,
  key1: u32,
  values: usize,
  halves: bool,
): void {
  const tile: usize = halves ? 32 : 64;
  const quads = (dimensions + 3) >> 2;
  let at = data;
  for (let i = 0; i < samples; i += 4) {
    const row = i32x4.add(i32x4.splat(i + key0), i32x4(0, 1, 2, 3));
    for (let quad = 0; quad < quads; quad++, at += tile) {
      let x0 = row;
      let x1 = i32x4.splat(quad + key1);
      // The key schedule, turned by one at every injection.
      let a: u32 = key1;
      let b: u32 = 0x1bd11bda ^ key0 ^ key1;
      let c: u32 = key0;
      for (let injection = 1; ; injection += 2) {
        x0 = i32x4.add(x0, x1);
        x1 = v128.xor(rotated(x1, 13), x0);
        x0 = i32x4.add(x0, x1);
        x1 = v128.xor(rotated(x1, 15), x0);
        x0 = i32x4.add(x0, x1);
        x1 = v128.xor(rotated(x1, 26), x0);
        x0 = i32x4.add(x0, x1);
        x1 = v128.xor(rotated(x1, 6), x0);
        x0 = i32x4.add(x0, i32x4.splat(a));
        x1 = i32x4.add(x1, i32x4.splat(b + injection));
        if (injection == 5) break;
        x0 = i32x4.add(x0, x1);
        x1 = v128.xor(rotated(x1, 17), x0);
        x0 = i32x4.add(x0, x1);
        x1 = v128.xor(rotated(x1, 29), x0);
        x0 = i32x4.add(x0, x1);
        x1 = v128.xor(rotated(x1, 16), x0);
        x0 = i32x4.add(x0, x1);
        x1 = v128.xor(rotated(x1, 24), x0);
        x0 = i32x4.add(x0, i32x4.splat(b));
        x1 = i32x4.add(x1, i32x4.splat(c + injection + 1));
        const last = a;
        a = c;
        c = b;
        b = last;
      }
      if (halves) storeHalves(at, x0, x1, values);
      else storeRows(at, x0, x1, values);
    }
  }
  clearEdges(data, samples, dimensions, halves);
}

/** Zeros in the columns and rows of the last tiles that belong to no entry. */
function clearEdges(data: usize, samples: i32, dimensions: i32, halves: bool): void {
  const columns = dimensions & 3;
  if (columns > 0) {
    for (let i = 0; i < samples; i++) clearRow(data, i, columns, dimensions - columns, dimensions, halves);
  }
  for (let i = samples; i & 3; i++) {
    for (let j = 0; j < dimensions; j += 4) clearRow(data, i, 0, j, dimensions, halves);
  }
}

/** Zeros in the columns of a row from `first` on in the tile of column j. */
function clearRow(
  data: usize,
  i: i32,
  first: i32,
  j: i32,
  dimensions: i32,
  halves: bool,
): void {
  const quads = <usize>((dimensions + 3) >> 2);
  const tile = <usize>(i >> 2) * quads + <usize>(j >> 2);
  const row = <usize>(i & 3);
  for (let column = <usize>first; column < 4; column++) {
    if (halves) {
      store<u16>(data + (tile << 5) + ((row >> 1) << 4) + (column << 2) + ((row & 1) << 1), 0);
    } else store<f32>(data + (tile << 6) + (row << 4) + (column << 2), 0);
  }
}

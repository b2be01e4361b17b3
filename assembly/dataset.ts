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

/**
 * Writes the matrix as tiles of four rows and four columns, with zeros where there are none.
 * @param values float32 of each of the 65536 patterns that an entry can have
 */
export function generate(
  data: usize,
  samples: i32,
  dimensions: i32,
  key0: u32,
  key1: u32,
  values: usize,
): void {
  const quads = (dimensions + 3) >> 2;
  let at = data;
  for (let i = 0; i < samples; i += 4) {
    const row = i32x4.add(i32x4.splat(i + key0), i32x4(0, 1, 2, 3));
    for (let quad = 0; quad < quads; quad++, at += 64) {
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
      storeRows(at, x0, x1, values);
    }
  }
  clearEdges(data, samples, dimensions);
}

/** Zeros in the columns and rows of the last tiles that belong to no entry. */
function clearEdges(data: usize, samples: i32, dimensions: i32): void {
  const quads = (dimensions + 3) >> 2;
  const columns = dimensions & 3;
  if (columns > 0) {
    for (let i = 0; i < samples; i++) {
      const tile = data + (((<usize>((i >> 2) + 1) * quads - 1) << 6) + ((<usize>i & 3) << 4));
      for (let j = columns; j < 4; j++) store<f32>(tile + (<usize>j << 2), 0);
    }
  }
  const rows = samples & 3;
  if (rows > 0) {
    let tile = data + ((<usize>(samples >> 2) * quads) << 6);
    for (let quad = 0; quad < quads; quad++, tile += 64) {
      memory.fill(tile + (<usize>rows << 4), 0, (<usize>(4 - rows)) << 4);
    }
  }
}

// Entries of a dataset: integer arithmetic and a table, bit-exact. Twin of src/model/dataset.ts.

// Bits of the half that 16 random bits stand for: a sign and one of 32768 magnitudes.
fn half_of(bits: u32) -> u32 {
  let k = bits & 0x7fffu;
  return (bits & 0x8000u) | ((quantile_pair(k >> 1u) >> (16u * (k & 1u))) & 0xffffu);
}

// Columns 4q … 4q + 3 of row i as two words.
fn quad(key: vec2<u32>, i: u32, q: u32) -> vec2<u32> {
  let words = threefry(key, vec2(i, q));
  return vec2(
    half_of(words.x & 0xffffu) | (half_of(words.x >> 16u) << 16u),
    half_of(words.y & 0xffffu) | (half_of(words.y >> 16u) << 16u),
  );
}

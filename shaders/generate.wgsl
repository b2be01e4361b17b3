// The dataset of every seat that has just been filled, bit-exact: integer arithmetic and a table.
// Twin of src/model/dataset.ts. Rows are padded with zeros to octets of columns.

@group(0) @binding(0) var<storage, read_write> slots: array<Slot>;
@group(0) @binding(1) var<storage, read_write> data: array<vec4<u32>>;
@group(0) @binding(2) var<storage, read> quantiles: array<u32>; // two halves in a word
@group(0) @binding(3) var<storage, read> fresh: array<u32>;     // seats to fill

// Bits of the half that 16 random bits stand for: a sign and one of 32768 magnitudes.
fn half_of(bits: u32) -> u32 {
  let k = bits & 0x7fffu;
  return (bits & 0x8000u) | ((quantiles[k >> 1u] >> (16u * (k & 1u))) & 0xffffu);
}

// Columns 4q … 4q + 3 of row i as two words; columns from d on are zero.
fn quad(slot: u32, i: u32, q: u32) -> vec2<u32> {
  let words = threefry(vec2(slots[slot].key0, slots[slot].key1), vec2(i, q));
  let lanes = vec4(words.x & 0xffffu, words.x >> 16u, words.y & 0xffffu, words.y >> 16u);
  let left = slots[slot].dimensions - min(4u * q, slots[slot].dimensions);
  let h = vec4(half_of(lanes.x), half_of(lanes.y), half_of(lanes.z), half_of(lanes.w));
  let kept = select(vec4(0u), h, vec4(0u, 1u, 2u, 3u) < vec4(left));
  return vec2(kept.x | (kept.y << 16u), kept.z | (kept.w << 16u));
}

@compute @workgroup_size(WORKGROUP)
fn generate(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  let slot = fresh[id.y];
  let octets = slots[slot].octets;
  let size = slots[slot].samples * octets;
  for (var k = id.x; k < size; k += groups.x * WORKGROUP) {
    let i = k / octets;
    let q = 2u * (k % octets);
    data[slots[slot].data_offset + k] = vec4(quad(slot, i, q), quad(slot, i, q + 1u));
  }
}

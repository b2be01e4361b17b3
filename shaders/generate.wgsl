// Gets seats that have just been filled ready: makes the dataset of the team, columns past the last one
// zero, and puts the replica at its start where the method does that here (`reset`).

@group(0) @binding(0) var<storage, read_write> slots: array<Slot>;
@group(0) @binding(1) var<storage, read_write> data: array<vec4<u32>>;
@group(0) @binding(2) var<storage, read_write> vectors: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> sample_values: array<f32>;
@group(0) @binding(4) var<storage, read> quantiles: array<u32>; // two halves in a word
@group(0) @binding(5) var<storage, read> fresh: array<u32>;     // seats to get ready
@group(0) @binding(6) var<uniform> params: Params;

fn quantile_pair(word: u32) -> u32 { return quantiles[word]; }

// Zeros in the columns from d on.
fn padded(words: vec2<u32>, q: u32, dimensions: u32) -> vec2<u32> {
  let left = dimensions - min(4u * q, dimensions);
  const masks = array<vec2<u32>, 5>(
    vec2(0u), vec2(0xffffu, 0u), vec2(0xffffffffu, 0u), vec2(0xffffffffu, 0xffffu), vec2(0xffffffffu),
  );
  return words & masks[min(left, 4u)];
}

@compute @workgroup_size(WORKGROUP)
fn generate(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  let slot = fresh[id.y];
  let stride = groups.x * WORKGROUP;
  reset(slot, id.x, stride);
  let d = slots[slot].data_columns;
  if (d == 0u) { return; }
  let key = vec2(slots[slot].key0, slots[slot].key1);
  let row_octets = slots[slot].row_octets;
  let first = params.part * slots[slot].part_rows;
  let rows = min(slots[slot].part_rows, slots[slot].samples - min(first, slots[slot].samples));
  for (var k = id.x; k < rows * row_octets; k += stride) {
    let i = first + k / row_octets;
    let q = 2u * (k % row_octets);
    data[slots[slot].data_offset + k] =
      vec4(padded(quad(key, i, q), q, d), padded(quad(key, i, q + 1u), q + 1u, d));
  }
}

// The start of a flow: u = 0 and z = 0.

const U = 0u; // of the vectors, as in state.wgsl
const POINT = 2u;

fn reset(slot: u32, first: u32, stride: u32) {
  let quads = slots[slot].quads;
  for (var k = first; k < quads; k += stride) {
    vectors[slots[slot].vectors_offset + quads * U + k] = vec4(0.0);
    vectors[slots[slot].vectors_offset + quads * POINT + k] = vec4(0.0);
  }
  for (var i = first; i < slots[slot].samples; i += stride) {
    sample_values[slots[slot].samples_offset + i] = 0.0;
  }
}

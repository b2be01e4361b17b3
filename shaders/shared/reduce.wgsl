// Sums over a workgroup through its memory. Every invocation must call them, and all get the result.
// Twin of reduce-subgroups.wgsl.

var<workgroup> scratch: array<vec4<f32>, WORKGROUP>;

fn reduce_sum(lid: u32, value: vec4<f32>) -> vec4<f32> {
  scratch[lid] = value;
  for (var half = WORKGROUP / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lid < half) { scratch[lid] += scratch[lid + half]; }
  }
  return workgroupUniformLoad(&scratch[0]);
}

// Sums of x, y and z, and the largest w.
fn reduce_totals(lid: u32, value: vec4<f32>) -> vec4<f32> {
  scratch[lid] = value;
  for (var half = WORKGROUP / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lid < half) { scratch[lid] = join_totals(scratch[lid], scratch[lid + half]); }
  }
  return workgroupUniformLoad(&scratch[0]);
}

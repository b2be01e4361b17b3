// Reductions over a workgroup. Every invocation must call them, and all get the result.

var<workgroup> scratch: array<vec4<f32>, WORKGROUP>;

fn reduce_sum(lid: u32, value: vec4<f32>) -> vec4<f32> {
  scratch[lid] = value;
  for (var half = WORKGROUP / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lid < half) { scratch[lid] += scratch[lid + half]; }
  }
  return workgroupUniformLoad(&scratch[0]);
}

fn reduce_max(lid: u32, value: f32) -> f32 {
  scratch[lid].x = value;
  for (var half = WORKGROUP / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lid < half) { scratch[lid].x = max(scratch[lid].x, scratch[lid + half].x); }
  }
  return workgroupUniformLoad(&scratch[0]).x;
}

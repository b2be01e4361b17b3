// Sums over a workgroup, first within subgroups of SUBGROUP invocations, which are consecutive. Every
// invocation must call them, and all get the result. Twin of reduce.wgsl.

const SUBGROUPS = max(1u, WORKGROUP / SUBGROUP);

var<workgroup> scratch: array<vec4<f32>, WORKGROUP>;

fn reduce_sum(lid: u32, value: vec4<f32>) -> vec4<f32> {
  let own = subgroupAdd(value);
  if (lid % SUBGROUP == 0u) { scratch[lid / SUBGROUP] = own; }
  workgroupBarrier();
  if (lid == 0u) {
    var sum = own;
    for (var k = 1u; k < SUBGROUPS; k++) { sum += scratch[k]; }
    scratch[0] = sum;
  }
  return workgroupUniformLoad(&scratch[0]);
}

// Sums of x, y and z, and the largest w.
fn reduce_totals(lid: u32, value: vec4<f32>) -> vec4<f32> {
  let own = vec4(subgroupAdd(value.xyz), subgroupMax(value.w));
  if (lid % SUBGROUP == 0u) { scratch[lid / SUBGROUP] = own; }
  workgroupBarrier();
  if (lid == 0u) {
    var total = own;
    for (var k = 1u; k < SUBGROUPS; k++) { total = join_totals(total, scratch[k]); }
    scratch[0] = total;
  }
  return workgroupUniformLoad(&scratch[0]);
}

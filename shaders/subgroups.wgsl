// Counts invocations that are not where kernels take them to be: in subgroups of SUBGROUP, one after the other.

@group(0) @binding(0) var<storage, read_write> elsewhere: atomic<u32>;

@compute @workgroup_size(WORKGROUP)
fn order(
  @builtin(local_invocation_index) lid: u32,
  @builtin(subgroup_invocation_id) own: u32,
  @builtin(subgroup_size) size: u32,
) {
  let first = subgroupBroadcastFirst(lid);
  if (size != SUBGROUP || own != lid % SUBGROUP || first != lid - own) { atomicAdd(&elsewhere, 1u); }
}

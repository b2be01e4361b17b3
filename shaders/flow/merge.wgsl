// Second pass of a streamed gradient: END_SLOPE = Σ weight·g over all workgroups, one invocation four
// columns.

@compute @workgroup_size(WORKGROUP)
fn merge(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_index) lid: u32,
) {
  if (!take_team(lid, group.y)) { return; }
  let q = group.x * WORKGROUP + lid;
  for (var m = 0u; m < MEMBERS; m++) {
    if (team[m].phase == PHASE_EMPTY || q >= 2u * team[m].octets) { continue; }
    var sum = vec4(0.0);
    for (var w = 0u; w < params.slices; w++) { sum += partials[slice(w, m) + 1u + q]; }
    vectors[vector(m, END_SLOPE) + q] = own_columns(m, q, sum);
  }
}

// Third pass of a streamed gradient: one workgroup a team adds up the totals, scales the slope and
// advances its replicas.

@compute @workgroup_size(WORKGROUP)
fn control(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_index) lid: u32,
) {
  if (!take_team(lid, group.x)) { return; }
  for (var m = 0u; m < MEMBERS; m++) {
    if (workgroupUniformLoad(&team[m].phase) == PHASE_EMPTY) { continue; }
    var total = vec4(0.0, 0.0, 0.0, -3.0e38);
    for (var w = lid; w < params.slices; w += WORKGROUP) {
      let part = partials[slice(w, m)];
      total = join_totals(total, part);
    }
    total = reduce_totals(lid, total);
    let scale = -team[m].run.sigma * team[m].run.sigma / total.x;
    for (var k = lid; k < 2u * team[m].octets; k += WORKGROUP) {
      vectors[vector(m, END_SLOPE) + k] *= scale;
    }
    storageBarrier();
    workgroupBarrier();
    advance(lid, m, total);
    if (lid == 0u) { atomicAdd(&journal.gradients, 1u); }
    storageBarrier();
    workgroupBarrier();
  }
  if (lid == 0u) {
    for (var m = 0u; m < MEMBERS; m++) { slots[first_seat + m] = team[m]; }
  }
}

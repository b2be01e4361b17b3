// Gradient flow with the bias as the clock, by RKC2 in τ = √θ, for replicas that one workgroup can
// train. A workgroup owns two teams of seats: it advances the replicas of one until they end or the
// budget of the dispatch is spent, and goes on with the other at once, while the host fills the seats
// that came free.

// Rows of the dataset that fit stay in workgroup memory from one gradient to the next.
var<workgroup> kept: array<vec4<u32>, max(KEPT, 1u)>;

fn octet_at(row: u32, octet: u32) -> vec4<u32> {
  let at = row * team[0].row_octets + octet;
  if (KEPT > 0u) { return kept[at]; }
  return data[team[0].data_offset + at];
}

fn keep_rows(lid: u32) {
  if (KEPT == 0u) { return; }
  for (var k = lid; k < min(KEPT, team[0].samples * team[0].row_octets); k += WORKGROUP) {
    kept[k] = data[team[0].data_offset + k];
  }
  workgroupBarrier();
}

fn put_slope(m: u32, octet: u32, low: vec4<f32>, high: vec4<f32>) {
  if (team[m].phase == PHASE_EMPTY || octet >= team[m].octets) { return; }
  let scale = -team[m].sigma * team[m].sigma / totals[m].x;
  let at = vector(m, END_SLOPE) + 2u * octet;
  vectors[at] = own_columns(m, 2u * octet, scale * low);
  vectors[at + 1u] = own_columns(m, 2u * octet + 1u, scale * high);
}

// One invocation: room in the journal for what every workgroup may append before it looks again.
fn journal_has_room(groups: u32) -> bool {
  return atomicLoad(&journal.count) + 2u * MEMBERS * groups <= params.journal_capacity;
}

@compute @workgroup_size(WORKGROUP)
fn flow(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lid: u32,
) {
  var left = params.budget; // the same in all invocations
  // The team that has begun comes first.
  let second = MEMBERS * (2u * group.x + 1u);
  let begun = slots[second].gradients > 0u && slots[second].phase != PHASE_EMPTY;
  let first = select(0u, 1u, begun);
  for (var turn = 0u; turn < 2u; turn++) {
    if (!take_team(lid, 2u * group.x + (first + turn) % 2u)) { continue; }
    keep_rows(lid);
    let cost = workgroupUniformLoad(&team[0].cost);
    var evaluated = 0u;
    for (;;) {
      if (lid == 0u) {
        running = 0u;
        for (var m = 0u; m < MEMBERS; m++) {
          if (team[m].phase != PHASE_EMPTY) { running = 1u; }
        }
        if (!journal_has_room(groups.x)) { running = 0u; }
      }
      // The first gradient of a dispatch is evaluated whatever it costs; others only if they fit.
      let spent = left < cost && left < params.budget;
      if (workgroupUniformLoad(&running) == 0u || spent) { break; }
      left -= min(left, cost);
      pass_over(lid, 0u, workgroupUniformLoad(&team[0].samples));
      storageBarrier();
      workgroupBarrier();
      for (var m = 0u; m < MEMBERS; m++) {
        if (workgroupUniformLoad(&team[m].phase) == PHASE_EMPTY) { continue; }
        evaluated++;
        advance(lid, m, workgroupUniformLoad(&totals[m]));
        storageBarrier();
        workgroupBarrier();
      }
    }
    if (lid == 0u) {
      atomicAdd(&journal.gradients, evaluated);
      for (var m = 0u; m < MEMBERS; m++) { slots[first_seat + m] = team[m]; }
    }
    workgroupBarrier();
  }
}

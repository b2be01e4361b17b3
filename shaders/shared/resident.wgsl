// Training of replicas that one workgroup can train. A workgroup owns two teams of seats: it advances
// the replicas of one until they end or the budget of the dispatch is spent, and goes on with the other
// at once, while the host fills the seats that came free. The method says what comes next (`evaluate`,
// `next_cost`) and what follows from it (`advance`).

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

// One invocation: room in the journal for what every workgroup may append before it looks again.
fn journal_has_room(groups: u32) -> bool {
  return atomicLoad(&journal.count) + MAX_ENTRIES * MEMBERS * groups <= params.journal_capacity;
}

var<workgroup> cost: u32; // of the next evaluation, in loop iterations; 0: there is none

@compute @workgroup_size(WORKGROUP)
fn resident(
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
    for (;;) {
      if (lid == 0u) {
        cost = 0u;
        for (var m = 0u; m < MEMBERS; m++) {
          if (team[m].phase != PHASE_EMPTY) { cost = next_cost(); }
        }
        if (!journal_has_room(groups.x)) { cost = 0u; }
      }
      // The first evaluation of a dispatch is made whatever it costs; others only if they fit.
      let needed = workgroupUniformLoad(&cost);
      let spent = left < needed && left < params.budget;
      if (needed == 0u || spent) { break; }
      left -= min(left, needed);
      evaluate(lid);
      storageBarrier();
      workgroupBarrier();
      for (var m = 0u; m < MEMBERS; m++) {
        if (workgroupUniformLoad(&team[m].phase) == PHASE_EMPTY) { continue; }
        advance(lid, m, workgroupUniformLoad(&totals[m]));
        storageBarrier();
        workgroupBarrier();
      }
    }
    if (lid == 0u) {
      var done = 0u;
      for (var m = 0u; m < MEMBERS; m++) {
        done += team[m].gradients - slots[first_seat + m].gradients;
        slots[first_seat + m] = team[m];
      }
      atomicAdd(&journal.gradients, done);
    }
    workgroupBarrier();
  }
}

// First of the three passes of a streamed gradient: many workgroups share the rows of a team, each
// writes its sums. The rows may be spread over several buffers, of which one is bound.

fn put_slope(m: u32, octet: u32, low: vec4<f32>, high: vec4<f32>) {
  let at = slice(own_slice, m) + 1u + 2u * octet;
  partials[at] = low;
  partials[at + 1u] = high;
}

var<workgroup> own_slice: u32; // among those of all parts

@compute @workgroup_size(WORKGROUP)
fn rows(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lid: u32,
) {
  if (!take_team(lid, group.y)) { return; }
  if (lid == 0u) {
    own_slice = params.part * groups.x + group.x;
    let start = params.part * team[0].part_rows;
    let count = min(team[0].part_rows, team[0].samples - min(start, team[0].samples));
    // Even shares, the first ones with a row more.
    let share = count / groups.x;
    let longer = count % groups.x;
    first_row = start + group.x * share + min(group.x, longer);
    end_row = first_row + share + select(0u, 1u, group.x < longer);
  }
  pass_over(lid, workgroupUniformLoad(&first_row), workgroupUniformLoad(&end_row));
  if (lid == 0u) {
    for (var m = 0u; m < MEMBERS; m++) { partials[slice(own_slice, m)] = totals[m]; }
  }
}

var<workgroup> first_row: u32;
var<workgroup> end_row: u32;

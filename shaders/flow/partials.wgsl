// Sums of the workgroups of a streamed gradient: for each workgroup and member a vec4 of totals, then
// Σ weight·g.

fn slice(workgroup: u32, m: u32) -> u32 {
  let size = 1u + 2u * team[0].row_octets;
  return team[0].partials_offset + (workgroup * MEMBERS + m) * size;
}

// Second pass of a streamed gradient: END_SLOPE = Σ weight·g over the sums of all workgroups. MERGED invocations
// have four columns each; SHARES times as many go through a share of the sums each, as one invocation alone would wait
// for hundreds of them, one after the other.

const MOST_MERGED = 32u; // read by `mergedQuads` in src/gpu/wgsl.ts
const MERGED = min(MOST_MERGED, WORKGROUP);
const SHARES = WORKGROUP / MERGED;

@compute @workgroup_size(WORKGROUP)
fn merge(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_index) lid: u32,
) {
  if (!take_team(lid, group.y)) { return; }
  let q = group.x * MERGED + lid % MERGED;
  for (var m = 0u; m < MEMBERS; m++) {
    let wanted = team[m].phase != PHASE_EMPTY && q < 2u * team[m].octets;
    var sum = vec4(0.0);
    if (wanted) {
      for (var w = lid / MERGED; w < params.slices; w += SHARES) {
        sum += partials[slice(w, m) + 1u + q];
      }
    }
    scratch[lid] = sum;
    workgroupBarrier();
    if (lid < MERGED && wanted) {
      for (var k = 1u; k < SHARES; k++) { sum += scratch[k * MERGED + lid]; }
      vectors[vector(m, END_SLOPE) + q] = own_columns(m, q, sum);
    }
    workgroupBarrier();
  }
}

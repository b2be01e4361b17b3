// What the invocations of a pass tell one another, within subgroups where that is enough: then no invocation
// waits at a barrier for the memory that others read. Twin of exchange.wgsl.

// Invocations of a subgroup that share a row, and the distance of those that have the same columns and are in
// different subgroups: what they have is added up through memory.
const NEAR = min(LANES, SUBGROUP);
const FAR = max(LANES, SUBGROUP);

// Adds up the lanes' parts of the dot products of a batch, of rows from the place `base` on; what each of them
// weighs is returned to all lanes and added to their totals.
fn weigh_rows(lid: u32, base: u32, end: u32, dots: vec4<f32>) -> vec4<f32> {
  let lane = lid % LANES;
  let row_group = lid / LANES;
  var sums = dots;
  for (var distance = NEAR / 2u; distance > 0u; distance /= 2u) {
    sums += subgroupShuffleXor(sums, distance);
  }
  if (LANES > SUBGROUP) {
    if (lid % SUBGROUP == 0u) { scratch[lid / SUBGROUP] = sums; }
    workgroupBarrier();
  }
  // Each lane takes one of the dot products.
  var weight = vec4(0.0);
  for (var pair = lane; pair < PAIRS; pair += LANES) {
    var s = component(sums, pair);
    if (LANES > SUBGROUP) {
      s = 0.0;
      for (var q = 0u; q < LANES / SUBGROUP; q++) { s += scratch[row_group * (LANES / SUBGROUP) + q][pair]; }
    }
    let own = weigh_pair(pair, base, end, row_group, s);
    weight = select(weight, vec4(own), vec4(0u, 1u, 2u, 3u) == vec4(pair));
    if (LANES > SUBGROUP) { weights[row_group][pair] = own; }
  }
  if (LANES > SUBGROUP) {
    workgroupBarrier();
    return weights[row_group];
  }
  let first = lid % SUBGROUP - lane;
  return vec4(
    subgroupShuffle(weight.x, first),
    subgroupShuffle(weight.y, first + 1u % LANES),
    subgroupShuffle(weight.z, first + 2u % LANES),
    subgroupShuffle(weight.w, first + 3u % LANES),
  );
}

fn component(v: vec4<f32>, k: u32) -> f32 {
  return select(select(v.x, v.y, k == 1u), select(v.z, v.w, k == 3u), k >= 2u);
}

// Adds up the parts of all row groups; the first one gets the sum.
fn sum_of_rows(lid: u32, part: Octet) -> Octet {
  var sum = part;
  for (var distance = LANES; distance < min(SUBGROUP, WORKGROUP); distance *= 2u) {
    sum.low += subgroupShuffleXor(sum.low, distance);
    sum.high += subgroupShuffleXor(sum.high, distance);
  }
  if (WORKGROUP <= FAR) { return sum; }
  if (lid % FAR < LANES) {
    scratch[lid / FAR * LANES + lid % FAR] = sum.low;
    scratch_high[lid / FAR * LANES + lid % FAR] = sum.high;
  }
  workgroupBarrier();
  if (lid < LANES) {
    for (var k = 1u; k < WORKGROUP / FAR; k++) {
      sum.low += scratch[k * LANES + lid];
      sum.high += scratch_high[k * LANES + lid];
    }
  }
  workgroupBarrier();
  return sum;
}

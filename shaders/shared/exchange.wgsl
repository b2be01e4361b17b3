// What the invocations of a pass tell one another, through the memory of the workgroup. Twin of
// exchange-subgroups.wgsl.

// Adds up the lanes' parts of the dot products of a batch, of rows from the place `base` on; what each of them
// weighs is returned to all lanes and added to their totals.
fn weigh_rows(lid: u32, base: u32, end: u32, dots: vec4<f32>) -> vec4<f32> {
  let lane = lid % LANES;
  let row_group = lid / LANES;
  scratch[lid] = dots;
  workgroupBarrier();
  for (var half = LANES / 2u; half >= 8u; half /= 2u) {
    if (lane < half) { scratch[lid] += scratch[lid + half]; }
    workgroupBarrier();
  }
  // Each lane takes one of the dot products.
  for (var pair = lane; pair < PAIRS; pair += LANES) {
    var s = 0.0;
    for (var q = 0u; q < min(LANES, 8u); q++) { s += scratch[row_group * LANES + q][pair]; }
    weights[row_group][pair] = weigh_pair(pair, base, end, row_group, s);
  }
  workgroupBarrier();
  return weights[row_group];
}

// Adds up the parts of all row groups; the first one gets the sum.
fn sum_of_rows(lid: u32, part: Octet) -> Octet {
  if (ROW_GROUPS == 1u) { return part; }
  scratch[lid] = part.low;
  scratch_high[lid] = part.high;
  for (var half = WORKGROUP / 2u; half >= LANES; half /= 2u) {
    workgroupBarrier();
    if (lid < half) {
      scratch[lid] += scratch[lid + half];
      scratch_high[lid] += scratch_high[lid + half];
    }
  }
  let sum = Octet(scratch[lid], scratch_high[lid]);
  workgroupBarrier();
  return sum;
}

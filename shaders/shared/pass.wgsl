// One pass over rows of a dataset, for all members of the team at their points and clocks: from a single
// read of a row come z_i = POINT·g_i − θ, the weight of the row and its part of Σ weight·g. The method
// says what a row weighs (`weigh`), which row is at a place (`row_at`), and takes the sums (`put_slope`).
//
// LANES invocations share a row, each with HELD octets of it, and go through BATCH rows at a time;
// what they hold is written out name by name (see src/gpu/unroll.ts), as compilers keep names in
// registers and arrays in memory.

const ROW_GROUPS = WORKGROUP / LANES;
const PAIRS = BATCH * MEMBERS; // at most 4: dot products of a batch

var<workgroup> scratch_high: array<vec4<f32>, WORKGROUP>;
var<workgroup> weights: array<vec4<f32>, ROW_GROUPS>;
// Of the last pass, for each member: sums of x, y and z of what rows weigh, and the largest w.
var<workgroup> totals: array<vec4<f32>, MEMBERS>;

fn point(m: u32, octet: u32) -> vec4<f32> {
  return select(vec4(0.0), vectors[vector(m, POINT) + octet], octet < 2u * team[m].octets);
}

// All invocations; `first` and `end` are the same in all. Leaves the sums in `totals` and hands
// Σ weight·g to `put_slope`, octet by octet.
fn pass_over(lid: u32, first: u32, end: u32) {
  let lane = lid % LANES;
  let row_group = lid / LANES;
  let row_octets = team[0].row_octets;
  // each k of HELD
  let octet_k = lane + k * LANES;
  let column_k = min(octet_k, row_octets - 1u);
  // each m of MEMBERS
  let point_low_k_m = point(m, 2u * octet_k);
  let point_high_k_m = point(m, 2u * octet_k + 1u);
  var sum_low_k_m = vec4(0.0);
  var sum_high_k_m = vec4(0.0);
  // end
  // end
  // each m of MEMBERS
  var total_m = vec4(0.0, 0.0, 0.0, -3.0e38);
  // end

  for (var base = first; base < end; base += ROW_GROUPS * BATCH) {
    // each b of BATCH
    let row_b = row_at(min(base + b * ROW_GROUPS + row_group, end - 1u));
    // each m of MEMBERS
    var dots_b_m = vec4(0.0);
    // end
    // each k of HELD
    let held_b_k = octet_at(row_b, column_k);
    // each m of MEMBERS
    dots_b_m += low_half(held_b_k) * point_low_k_m + high_half(held_b_k) * point_high_k_m;
    // end
    // end
    // end
    var dots = vec4(0.0);
    // each b of BATCH
    // each m of MEMBERS
    dots[b * MEMBERS + m] = (dots_b_m.x + dots_b_m.y) + (dots_b_m.z + dots_b_m.w);
    // end
    // end

    // The lanes of a row add up their parts; then each takes one of the dot products.
    scratch[lid] = dots;
    workgroupBarrier();
    for (var half = LANES / 2u; half >= 8u; half /= 2u) {
      if (lane < half) { scratch[lid] += scratch[lid + half]; }
      workgroupBarrier();
    }
    for (var pair = lane; pair < PAIRS; pair += LANES) {
      var s = 0.0;
      for (var q = 0u; q < min(LANES, 8u); q++) { s += scratch[row_group * LANES + q][pair]; }
      let member = pair % MEMBERS;
      let place = base + (pair / MEMBERS) * ROW_GROUPS + row_group;
      let result = weigh(member, place, place < end, s);
      weights[row_group][pair] = result.x;
      // each m of MEMBERS
      if (member == m) {
        total_m = vec4(total_m.xyz + result.xyz, max(total_m.w, result.w));
      }
      // end
    }
    workgroupBarrier();

    let weight = weights[row_group];
    // each b of BATCH
    // each k of HELD
    // each m of MEMBERS
    sum_low_k_m += weight[b * MEMBERS + m] * low_half(held_b_k);
    sum_high_k_m += weight[b * MEMBERS + m] * high_half(held_b_k);
    // end
    // end
    // end
  }

  // each m of MEMBERS
  scratch[lid] = total_m;
  for (var half = WORKGROUP / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lid < half) {
      let other = scratch[lid + half];
      scratch[lid] = vec4(scratch[lid].xyz + other.xyz, max(scratch[lid].w, other.w));
    }
  }
  workgroupBarrier();
  if (lid == 0u) { totals[m] = scratch[0]; }
  workgroupBarrier();
  // each k of HELD
  var low_k_m = sum_low_k_m;
  var high_k_m = sum_high_k_m;
  if (ROW_GROUPS > 1u) {
    scratch[lid] = sum_low_k_m;
    scratch_high[lid] = sum_high_k_m;
    for (var half = WORKGROUP / 2u; half >= LANES; half /= 2u) {
      workgroupBarrier();
      if (lid < half) {
        scratch[lid] += scratch[lid + half];
        scratch_high[lid] += scratch_high[lid + half];
      }
    }
    low_k_m = scratch[lid];
    high_k_m = scratch_high[lid];
    workgroupBarrier();
  }
  if (lid < LANES && octet_k < row_octets) { put_slope(m, octet_k, low_k_m, high_k_m); }
  // end
  // end
}

fn low_half(a: vec4<u32>) -> vec4<f32> { return vec4(unpack2x16float(a.x), unpack2x16float(a.y)); }
fn high_half(a: vec4<u32>) -> vec4<f32> { return vec4(unpack2x16float(a.z), unpack2x16float(a.w)); }

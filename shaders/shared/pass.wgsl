// One pass over rows of a dataset, for all members of the team at their points and clocks: from a single
// read of a row come z_i = POINT·g_i − θ, the weight of the row and its part of Σ weight·g. The method
// says what a row weighs (`weigh`), which row is at a place (`row_at`), and takes the sums (`put_slope`).
//
// LANES invocations share a row, each with HELD octets of it, and go through BATCH rows at a time;
// what they hold is written out name by name (see src/gpu/unroll.ts), as compilers keep names in
// registers and arrays in memory. How they add up is in exchange.wgsl or exchange-subgroups.wgsl.

const ROW_GROUPS = WORKGROUP / LANES;
const PAIRS = BATCH * MEMBERS; // at most 4: dot products of a batch

// For the exchange between invocations, with `scratch` of the reductions.
var<workgroup> scratch_high: array<vec4<f32>, WORKGROUP>;
var<workgroup> weights: array<vec4<f32>, ROW_GROUPS>;
// Of the last pass, for each member: sums of x, y and z of what rows weigh, and the largest w.
var<workgroup> totals: array<vec4<f32>, MEMBERS>;
// An invocation's part of them.
// each m of MEMBERS
var<private> total_m: vec4<f32>;
// end

struct Octet {
  low: vec4<f32>,
  high: vec4<f32>,
}

fn point(m: u32, octet: u32) -> vec4<f32> {
  return select(vec4(0.0), vectors[vector(m, POINT) + octet], octet < 2u * team[m].octets);
}

// What a row of a batch weighs to a member, given s = u·g; its sums go to the totals.
fn weigh_pair(pair: u32, base: u32, end: u32, row_group: u32, s: f32) -> f32 {
  let member = pair % MEMBERS;
  let place = base + (pair / MEMBERS) * ROW_GROUPS + row_group;
  let result = weigh(member, place, place < end, s);
  // each m of MEMBERS
  if (member == m) { total_m = join_totals(total_m, result); }
  // end
  return result.x;
}

// All invocations; `first` and `end` are the same in all. Leaves the sums in `totals` and hands
// Σ weight·g to `put_slope`, octet by octet.
fn pass_over(lid: u32, first: u32, end: u32) {
  let lane = lid % LANES;
  let row_group = lid / LANES;
  let row_octets = team[0].row_octets;
  // each m of MEMBERS
  total_m = vec4(0.0, 0.0, 0.0, -3.0e38);
  // end
  // each k of HELD
  let octet_k = lane + k * LANES;
  let column_k = min(octet_k, row_octets - 1u);
  // each m of MEMBERS
  // each p of POINTS_HELD
  let point_low_k_m = point(m, 2u * octet_k);
  let point_high_k_m = point(m, 2u * octet_k + 1u);
  // end
  var sum_low_k_m = vec4(0.0);
  var sum_high_k_m = vec4(0.0);
  // end
  // end

  for (var base = first; base < end; base += ROW_GROUPS * BATCH) {
    // each b of BATCH
    let row_b = row_at(min(base + b * ROW_GROUPS + row_group, end - 1u));
    // each m of MEMBERS
    var dots_b_m = vec4(0.0);
    // end
    // each k of HELD
    let held_b_k = octet_at(row_b, column_k);
    // end
    // end
    // each k of HELD
    // each m of MEMBERS
    // each p of POINTS_READ
    let point_low_k_m = point(m, 2u * octet_k);
    let point_high_k_m = point(m, 2u * octet_k + 1u);
    // end
    // each b of BATCH
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

    let weight = weigh_rows(lid, base, end, dots);
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
  let total_of_m = reduce_totals(lid, total_m);
  if (lid == 0u) { totals[m] = total_of_m; }
  workgroupBarrier(); // put_slope may read them
  // each k of HELD
  let sum_k_m = sum_of_rows(lid, Octet(sum_low_k_m, sum_high_k_m));
  if (lid < LANES && octet_k < row_octets) { put_slope(m, octet_k, sum_k_m.low, sum_k_m.high); }
  // end
  // end
}

fn low_half(a: vec4<u32>) -> vec4<f32> { return vec4(unpack2x16float(a.x), unpack2x16float(a.y)); }
fn high_half(a: vec4<u32>) -> vec4<f32> { return vec4(unpack2x16float(a.z), unpack2x16float(a.w)); }

// What the passes of training work on; bindings 3 and 4 belong to the method.

@group(0) @binding(0) var<storage, read_write> slots: array<Slot>;
@group(0) @binding(1) var<storage, read> data: array<vec4<u32>>;
@group(0) @binding(2) var<storage, read_write> vectors: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read_write> journal: Journal;
@group(0) @binding(6) var<uniform> params: Params;

// The seats that a workgroup works on: replicas with the same dataset, or a single one.
var<workgroup> team: array<Slot, MEMBERS>;
var<workgroup> first_seat: u32;
var<workgroup> running: u32;

fn vector(m: u32, which: u32) -> u32 {
  return team[m].vectors_offset + which * team[m].quads;
}
fn sample_array(m: u32, which: u32) -> u32 {
  return team[m].samples_offset + which * team[m].samples;
}

// All invocations: takes the team in; true if any of its replicas runs, and in this variant.
fn take_team(lid: u32, index: u32) -> bool {
  if (lid == 0u) {
    first_seat = index * MEMBERS;
    running = 0u;
    for (var m = 0u; m < MEMBERS; m++) {
      team[m] = slots[first_seat + m];
      if (team[m].phase != PHASE_EMPTY && team[m].variant == VARIANT) { running = 1u; }
    }
  }
  return workgroupUniformLoad(&running) == 1u;
}

// Compilers may take for granted that there is no NaN, so its bits are looked at.
fn is_finite(x: f32) -> bool { return (bitcast<u32>(x) & 0x7f800000u) != 0x7f800000u; }

// log(1 + e) for 0 ≤ e ≤ 1 without losing small e to the rounding of 1 + e.
fn log1p_small(e: f32) -> f32 {
  return select(log(1.0 + e), e * (1.0 - e * (0.5 - e / 3.0)), e < 0.01);
}

// Totals of a pass over rows from those of two parts: sums of x, y and z, and the largest w.
fn join_totals(a: vec4<f32>, b: vec4<f32>) -> vec4<f32> {
  return vec4(a.xyz + b.xyz, max(a.w, b.w));
}

// Columns 4q … 4q + 3 of a vector of columns that belong to the member, zero from d on. Rows that
// several members share have the columns of the one that has most.
fn own_columns(m: u32, q: u32, values: vec4<f32>) -> vec4<f32> {
  let left = team[m].dimensions - min(4u * q, team[m].dimensions);
  return select(vec4(0.0), values, vec4(0u, 1u, 2u, 3u) < vec4(left));
}

// What the passes of a flow work on.

@group(0) @binding(0) var<storage, read_write> slots: array<Slot>;
@group(0) @binding(1) var<storage, read> data: array<vec4<u32>>;
@group(0) @binding(2) var<storage, read_write> vectors: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> sample_values: array<f32>;
@group(0) @binding(4) var<storage, read> stages: array<Stage>;
@group(0) @binding(5) var<storage, read_write> journal: Journal;
@group(0) @binding(6) var<uniform> params: Params;
@group(0) @binding(7) var<storage, read_write> partials: array<vec4<f32>>;

// The seats that a workgroup works on: replicas with the same dataset, or a single one.
var<workgroup> team: array<Slot, MEMBERS>;
var<workgroup> first_seat: u32;
var<workgroup> running: u32;

// Vectors of a slot: d values each, padded with zeros to octets.
const U = 0u;                  // u at the last accepted step
const SLOPE = 1u;              // F there
const POINT = 2u;              // where F is evaluated; at the end of a step, u there
const END_SLOPE = 3u;          // F there
const INCREMENT = 4u;          // D_j
const PREVIOUS_INCREMENT = 5u; // D_{j−1}
const DIRECTION = 6u;          // of the power iterations

// Per-sample values of a slot: N each.
const Z_START = 0u; // z_i at the last accepted step
const Z_END = 1u;   // z_i at the last evaluation

fn vector(m: u32, which: u32) -> u32 {
  return team[m].vectors_offset + which * 2u * team[m].octets;
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

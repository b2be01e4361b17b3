// Gradient flow with the bias as the clock, by RKC2 in τ = √θ; twin of src/cpu/flow.ts, where the
// method is described. A workgroup owns two seats: it advances the replica in one until it ends or
// the budget of the dispatch is spent, and goes on with the other at once, while the host fills the
// seat that came free. Every pass through the loop evaluates one gradient and then advances the
// state machine of `phase`, so that a run can stop and go on anywhere.

@group(0) @binding(0) var<storage, read_write> slots: array<Slot>;
@group(0) @binding(1) var<storage, read> data: array<vec4<u32>>;
@group(0) @binding(2) var<storage, read_write> vectors: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> sample_values: array<f32>;
@group(0) @binding(4) var<storage, read> stages: array<Stage>;
@group(0) @binding(5) var<storage, read_write> journal: Journal;
@group(0) @binding(6) var<uniform> params: Params;

var<workgroup> slot: Slot;
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
const WEIGHT = 2u;

fn vector(which: u32) -> u32 { return slot.vectors_offset + which * 2u * slot.octets; }
fn sample_array(which: u32) -> u32 { return slot.samples_offset + which * slot.samples; }

// Compilers may take for granted that there is no NaN, so its bits are looked at.
fn is_finite(x: f32) -> bool { return (bitcast<u32>(x) & 0x7f800000u) != 0x7f800000u; }

fn below_test_goal() -> bool {
  if (slot.has_goal == 0u) { return false; }
  if (slot.u_norm > 0.0) { return slot.root * slot.root < slot.goal_quantile * slot.u_norm; }
  return 1.0 < slot.goal_quantile * slot.first_slope_norm;
}

// All invocations: POINT = u + offset·direction of the given length, at the clock of the step.
fn probe(lid: u32, origin: u32, direction: u32, scale: f32) {
  for (var k = lid; k < 2u * slot.octets; k += WORKGROUP) {
    vectors[vector(POINT) + k] = vectors[vector(origin) + k] + scale * vectors[vector(direction) + k];
  }
}

// All invocations: starts power iterations from DIRECTION, which has the given length.
fn begin_radius(lid: u32, length: f32, iterations: u32) {
  // A direction of length 0 (F does not depend on u along it) stays 0 and gives ρ = 0.
  probe(lid, U, DIRECTION, DIFFERENCE_DISTANCE / max(length, 1e-30));
  workgroupBarrier();
  if (lid == 0u) {
    slot.clock = slot.root * slot.root;
    slot.power_left = iterations;
    slot.radius_at = slot.gradients;
    slot.phase = PHASE_POWER;
  }
}

// All invocations: the next step of length about `slot.wanted`.
fn begin_step(lid: u32) {
  if (lid == 0u) {
    choose_step();
    y_end_slope = slot.y_slope;
  }
  workgroupBarrier();
  next_stage(lid);
}

// All invocations: u = 0 and z = 0, over whatever was in the seat before.
fn clear(lid: u32) {
  for (var k = lid; k < 2u * slot.octets; k += WORKGROUP) {
    vectors[vector(U) + k] = vec4(0.0);
    vectors[vector(POINT) + k] = vec4(0.0);
  }
  for (var i = lid; i < slot.samples; i += WORKGROUP) {
    sample_values[sample_array(Z_START) + i] = 0.0;
  }
  storageBarrier();
}

fn after_origin(lid: u32, stats: GradientStats) {
  var square = 0.0;
  for (var k = lid; k < 2u * slot.octets; k += WORKGROUP) {
    let slope = vectors[vector(END_SLOPE) + k];
    vectors[vector(SLOPE) + k] = slope;
    vectors[vector(DIRECTION) + k] = slope;
    square += dot(slope, slope);
  }
  let length = sqrt(reduce_sum(lid, vec4(square, 0.0, 0.0, 0.0)).x);
  let offset = DIFFERENCE_DISTANCE / (1.0 + length);
  probe(lid, U, SLOPE, offset);
  if (lid == 0u) {
    slot.first_slope_norm = length;
    slot.y_slope = exp(-stats.log_mean_residual);
    slot.origin_residual = stats.log_mean_residual;
    slot.origin_loss = stats.log_train_loss;
    slot.clock = offset;
    slot.phase = PHASE_FIRST;
  }
}

fn after_first(lid: u32, stats: GradientStats) {
  if (lid == 0u) { slot.train_errors = stats.train_errors; }
  begin_radius(lid, slot.first_slope_norm, FIRST_POWER_ITERATIONS);
}

fn after_power(lid: u32, seat: u32) {
  var square = 0.0;
  for (var k = lid; k < 2u * slot.octets; k += WORKGROUP) {
    let change = (vectors[vector(END_SLOPE) + k] - vectors[vector(SLOPE) + k]) / DIFFERENCE_DISTANCE;
    vectors[vector(DIRECTION) + k] = change;
    square += dot(change, change);
  }
  let length = sqrt(reduce_sum(lid, vec4(square, 0.0, 0.0, 0.0)).x);
  let left = workgroupUniformLoad(&slot.power_left) - 1u;
  if (left > 0u && length > 0.0) {
    probe(lid, U, DIRECTION, DIFFERENCE_DISTANCE / length);
    if (lid == 0u) { slot.power_left = left; }
    return;
  }
  if (lid == 0u) {
    slot.radius = RADIUS_SAFETY * length;
    if (slot.rows == 0u) {
      append_row(seat, slot.origin_residual, slot.first_slope_norm, slot.first_slope_norm,
        slot.origin_loss, vec4(f32(slot.train_errors)));
      slot.was_below = select(0u, 1u, below_test_goal());
      slot.wanted = sqrt(FIRST_STEP / stiffness());
    }
  }
  workgroupBarrier();
  begin_step(lid);
}

fn after_stage(lid: u32, seat: u32, stats: GradientStats) {
  if (lid == 0u) { y_end_slope = exp(-stats.log_mean_residual - (slot.y + slot.y_increment)); }
  if (workgroupUniformLoad(&slot.stage) < workgroupUniformLoad(&slot.stages)) {
    if (lid == 0u) { slot.stage++; }
    workgroupBarrier();
    next_stage(lid);
    return;
  }

  // The last stage: its point is the end of the step. Embedded error estimate of RKC2:
  // 0.4 h (F_0 + F_s) − 0.8 (Y_s − Y_0), slopes in τ.
  let rate = 2.0 * slot.root;
  let end_rate = 2.0 * (slot.root + slot.h);
  var sums = vec4(0.0); // error², ‖u‖², u·F, ‖F‖²
  for (var k = lid; k < 2u * slot.octets; k += WORKGROUP) {
    let end = vectors[vector(POINT) + k];
    let end_slope = vectors[vector(END_SLOPE) + k];
    let error = 0.4 * slot.h * (rate * vectors[vector(SLOPE) + k] + end_rate * end_slope)
      - 0.8 * vectors[vector(INCREMENT) + k];
    sums += vec4(dot(error, error), dot(end, end), dot(end, end_slope), dot(end_slope, end_slope));
  }
  sums = reduce_sum(lid, sums);
  let end_norm = sqrt(sums.y);
  let y_error = 0.4 * slot.h * (rate * slot.y_slope + end_rate * y_end_slope) - 0.8 * slot.y_increment;
  let u_scale = UNORM_FLOOR + max(slot.u_norm, end_norm);
  let y_scale = TIME_ERROR_WEIGHT * min(1.0, slot.y + slot.y_increment);
  let error = max(sqrt(sums.x) / u_scale, abs(y_error) / y_scale) / slot.tolerance;
  let valid = is_finite(error) && is_finite(end_norm) && is_finite(stats.log_mean_residual);

  if (lid == 0u) { accepted = select(0u, 1u, valid && error <= 1.0); }
  if (workgroupUniformLoad(&accepted) == 1u) {
    for (var k = lid; k < 2u * slot.octets; k += WORKGROUP) {
      vectors[vector(U) + k] = vectors[vector(POINT) + k];
      vectors[vector(SLOPE) + k] = vectors[vector(END_SLOPE) + k];
    }
    let errors = reduce_sum(lid, count_errors(lid));
    if (lid == 0u) {
      slot.root += slot.h;
      slot.y += slot.y_increment;
      slot.y_slope = y_end_slope;
      slot.u_norm = end_norm;
      append_row(seat, stats.log_mean_residual, sums.z / max(end_norm, 1e-30), sqrt(sums.w),
        stats.log_train_loss, errors);
      let below = below_test_goal();
      let reached = slot.has_goal == 1u && slot.was_below == 1u && !below
        && slot.train_errors <= slot.goal_errors;
      if (slot.y >= slot.log1p_horizon || reached) {
        finish(seat, ENTRY_DONE);
      } else if (slot.rows >= slot.max_rows) {
        finish(seat, ENTRY_FULL);
      }
      if (below) { slot.was_below = 1u; }
      slot.wanted = slot.h * growth(error, slot.rejections > 0u);
      slot.last_error = max(error, 1e-10);
      slot.last_step = slot.h;
      slot.rejections = 0u;
    }
  } else if (lid == 0u) {
    slot.rejections++;
    if (slot.rejections > MAX_REJECTIONS) { finish(seat, ENTRY_STALLED); }
    slot.wanted = slot.h * max(MAX_SHRINK, select(0.0, 0.8 * pow(error, -1.0 / 3.0), valid));
  }
  if (workgroupUniformLoad(&slot.phase) == PHASE_EMPTY) { return; }

  let due = select(RADIUS_INTERVAL, 1u, slot.rejections > 0u);
  if (lid == 0u) { accepted = select(0u, 1u, slot.gradients - slot.radius_at >= due); }
  if (workgroupUniformLoad(&accepted) == 1u) {
    var square = 0.0;
    for (var k = lid; k < 2u * slot.octets; k += WORKGROUP) {
      square += dot(vectors[vector(DIRECTION) + k], vectors[vector(DIRECTION) + k]);
    }
    let length = sqrt(reduce_sum(lid, vec4(square, 0.0, 0.0, 0.0)).x);
    if (length > 0.0) {
      begin_radius(lid, length, POWER_ITERATIONS);
      return;
    }
  }
  begin_step(lid);
}

// Decisions of one invocation that all take.
var<workgroup> accepted: u32;

// One invocation: the replica ends, the seat is free.
fn finish(seat: u32, kind: u32) {
  journal.entries[append(seat, kind)] = slot.gradients;
  slot.phase = PHASE_EMPTY;
}

// One invocation: room in the journal for what every workgroup may append before it looks again.
fn journal_has_room(groups: u32) -> bool {
  return atomicLoad(&journal.count) + 2u * groups <= params.journal_capacity;
}

@compute @workgroup_size(WORKGROUP)
fn flow(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lid: u32,
) {
  var left = params.budget; // the same in all invocations
  // The seat whose replica has begun comes first.
  let begun = slots[2u * group.x + 1u].gradients > 0u && slots[2u * group.x + 1u].phase != PHASE_EMPTY;
  let first = select(0u, 1u, begun);
  for (var turn = 0u; turn < 2u; turn++) {
    let seat = 2u * group.x + (first + turn) % 2u;
    if (lid == 0u) { slot = slots[seat]; }
    let cost = workgroupUniformLoad(&slot.cost);
    let before = slot.gradients;
    for (;;) {
      if (lid == 0u) {
        running = select(0u, 1u, slot.phase != PHASE_EMPTY && journal_has_room(groups.x));
      }
      // The first gradient of a dispatch is evaluated whatever it costs; others only if they fit.
      let spent = left < cost && left < params.budget;
      if (workgroupUniformLoad(&running) == 0u || spent) { break; }
      left -= min(left, cost);
      if (workgroupUniformLoad(&slot.phase) == PHASE_ORIGIN) { clear(lid); }
      let stats = evaluate_gradient(lid);
      if (lid == 0u) { slot.gradients++; }
      switch (workgroupUniformLoad(&slot.phase)) {
        case PHASE_ORIGIN: { after_origin(lid, stats); }
        case PHASE_FIRST: { after_first(lid, stats); }
        case PHASE_POWER: { after_power(lid, seat); }
        default: { after_stage(lid, seat, stats); }
      }
      storageBarrier();
      workgroupBarrier();
    }
    if (lid == 0u) {
      atomicAdd(&journal.gradients, slot.gradients - before);
      slots[seat] = slot;
    }
    workgroupBarrier();
  }
}

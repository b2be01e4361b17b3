// What follows an evaluation of the gradient: the state machine of `phase`, twin of src/cpu/flow.ts, where the
// method is described. Every gradient is followed by one call of `advance`, so that a run can stop and go on
// anywhere. It sums up the vectors, decides, and makes the next point, each in one place: drivers put the
// text of a function wherever it is called, and take long over loops and barriers.

// What an evaluation is followed by.
const NEXT_NOTHING = 0u; // the replica has ended
const NEXT_PROBE = 1u;   // F a little further along DIRECTION than U
const NEXT_STAGE = 2u;   // F at a stage of a step
const NEXT_ACCEPT = 3u;  // the step is accepted, and what follows is decided anew

// Decided by one invocation for all.
var<workgroup> next: u32;
var<workgroup> reach: f32; // of a probe, in lengths of DIRECTION

fn below_test_goal(m: u32) -> bool {
  if (team[m].has_goal == 0u) { return false; }
  if (team[m].run.u_norm > 0.0) {
    return team[m].run.root * team[m].run.root < team[m].goal_quantile * team[m].run.u_norm;
  }
  return 1.0 < team[m].goal_quantile * team[m].run.first_slope_norm;
}

// An invocation's part of what the vectors say. At the end of a step: error², ‖u‖², u·F and ‖F‖², with the
// error embedded in RKC2, 0.4 h (F_0 + F_s) − 0.8 (Y_s − Y_0), slopes in τ. Else it makes DIRECTION, and the
// part is one of its square.
fn sum_up(lid: u32, m: u32, phase: u32) -> vec4<f32> {
  let rate = 2.0 * team[m].run.root;
  let end_rate = 2.0 * (team[m].run.root + team[m].run.h);
  var sums = vec4(0.0);
  for (var k = lid; k < 2u * team[m].octets; k += WORKGROUP) {
    let slope = vectors[vector(m, SLOPE) + k];
    let end_slope = vectors[vector(m, END_SLOPE) + k];
    if (phase == PHASE_STAGE) {
      let end = vectors[vector(m, POINT) + k];
      let error = 0.4 * team[m].run.h * (rate * slope + end_rate * end_slope)
        - 0.8 * vectors[vector(m, INCREMENT) + k];
      sums += vec4(dot(error, error), dot(end, end), dot(end, end_slope), dot(end_slope, end_slope));
      continue;
    }
    var direction = end_slope;
    if (phase == PHASE_ORIGIN) {
      vectors[vector(m, SLOPE) + k] = end_slope;
    } else {
      direction = (end_slope - slope) / DIFFERENCE_DISTANCE;
    }
    vectors[vector(m, DIRECTION) + k] = direction;
    sums.x += dot(direction, direction);
  }
  return sums;
}

// One invocation: power iterations from DIRECTION, which has the given length.
fn begin_radius(m: u32, length: f32, iterations: u32) {
  // A direction of length 0 (F does not depend on u along it) stays 0 and gives ρ = 0.
  reach = DIFFERENCE_DISTANCE / max(length, 1e-30);
  next = NEXT_PROBE;
  team[m].clock = team[m].run.root * team[m].run.root;
  team[m].run.power_left = iterations;
  team[m].run.radius_at = team[m].gradients;
  team[m].phase = PHASE_POWER;
}

fn after_origin(m: u32, stats: GradientStats, length: f32) {
  reach = DIFFERENCE_DISTANCE / (1.0 + length);
  next = NEXT_PROBE;
  team[m].run.first_slope_norm = length;
  team[m].run.y_slope = exp(-stats.log_mean_residual);
  team[m].run.origin_residual = stats.log_mean_residual;
  team[m].run.origin_loss = stats.log_train_loss;
  team[m].clock = reach;
  team[m].phase = PHASE_FIRST;
}

fn after_power(m: u32, length: f32) {
  team[m].run.power_left--;
  if (team[m].run.power_left > 0u && length > 0.0) {
    reach = DIFFERENCE_DISTANCE / length;
    next = NEXT_PROBE;
    return;
  }
  team[m].run.radius = RADIUS_SAFETY * length;
  if (team[m].run.rows == 0u) {
    append_row(m, team[m].run.origin_residual, team[m].run.first_slope_norm, team[m].run.first_slope_norm,
      team[m].run.origin_loss, vec4(f32(team[m].train_errors)));
    team[m].run.was_below = select(0u, 1u, below_test_goal(m));
    team[m].run.wanted = sqrt(FIRST_STEP / stiffness(m));
  }
  next = NEXT_STAGE;
  begin_step(m);
}

// The error of a step, in units of what is allowed; its last point is its end.
fn error_of_step(m: u32, sums: vec4<f32>) -> f32 {
  let rate = 2.0 * team[m].run.root;
  let end_rate = 2.0 * (team[m].run.root + team[m].run.h);
  let y_error = 0.4 * team[m].run.h * (rate * team[m].run.y_slope + end_rate * team[m].run.y_end_slope) - 0.8 * team[m].run.y_increment;
  let u_scale = UNORM_FLOOR + max(team[m].run.u_norm, sqrt(sums.y));
  let y_scale = TIME_ERROR_WEIGHT * min(1.0, team[m].run.y + team[m].run.y_increment);
  return max(sqrt(sums.x) / u_scale, abs(y_error) / y_scale) / team[m].run.tolerance;
}

// The next step, or an estimate of the radius before it, unless the replica has ended.
fn after_step(m: u32) {
  let due = select(RADIUS_INTERVAL, 1u, team[m].run.rejections > 0u);
  if (team[m].phase == PHASE_EMPTY) {
    next = NEXT_NOTHING;
  } else if (team[m].run.radius > 0.0 && team[m].gradients - team[m].run.radius_at >= due) {
    // DIRECTION is what the last estimate left.
    begin_radius(m, team[m].run.radius / RADIUS_SAFETY, POWER_ITERATIONS);
  } else {
    next = NEXT_STAGE;
    begin_step(m);
  }
}

fn reject(m: u32, error: f32, valid: bool) {
  team[m].run.rejections++;
  if (team[m].run.rejections > MAX_REJECTIONS) { finish(m, ENTRY_STALLED, team[m].gradients); }
  team[m].run.wanted = team[m].run.h * max(MAX_SHRINK, select(0.0, 0.8 * pow(error, -1.0 / 3.0), valid));
}

fn accept(m: u32, stats: GradientStats, sums: vec4<f32>, error: f32, errors: vec4<f32>) {
  team[m].run.root += team[m].run.h;
  team[m].run.y += team[m].run.y_increment;
  team[m].run.y_slope = team[m].run.y_end_slope;
  team[m].run.u_norm = sqrt(sums.y);
  append_row(m, stats.log_mean_residual, sums.z / max(team[m].run.u_norm, 1e-30), sqrt(sums.w),
    stats.log_train_loss, errors);
  let below = below_test_goal(m);
  let reached = team[m].has_goal == 1u && team[m].run.was_below == 1u && !below
    && team[m].train_errors <= team[m].goal_errors;
  if (team[m].run.y >= team[m].run.log1p_horizon || reached) {
    finish(m, ENTRY_DONE, team[m].gradients);
  } else if (team[m].run.rows >= team[m].run.max_rows) {
    finish(m, ENTRY_FULL, team[m].gradients);
  }
  if (below) { team[m].run.was_below = 1u; }
  team[m].run.wanted = team[m].run.h * growth(m, error, team[m].run.rejections > 0u);
  team[m].run.last_error = max(error, 1e-10);
  team[m].run.last_step = team[m].run.h;
  team[m].run.rejections = 0u;
}

// One invocation: what follows; the error of a step that has come to its end.
fn decide(m: u32, phase: u32, stats: GradientStats, sums: vec4<f32>) -> f32 {
  switch (phase) {
    case PHASE_ORIGIN: { after_origin(m, stats, sqrt(sums.x)); }
    case PHASE_FIRST: {
      team[m].train_errors = stats.train_errors;
      begin_radius(m, team[m].run.first_slope_norm, FIRST_POWER_ITERATIONS);
    }
    case PHASE_POWER: { after_power(m, sqrt(sums.x)); }
    default: {
      team[m].run.y_end_slope = exp(-stats.log_mean_residual - (team[m].run.y + team[m].run.y_increment));
      if (team[m].run.stage < team[m].run.stages) {
        team[m].run.stage++;
        next = NEXT_STAGE;
        return 0.0;
      }
      let error = error_of_step(m, sums);
      let valid = is_finite(error) && is_finite(sums.y) && is_finite(stats.log_mean_residual);
      next = NEXT_ACCEPT;
      if (!valid || error > 1.0) {
        reject(m, error, valid);
        after_step(m);
      }
      return error;
    }
  }
  return 0.0;
}

// All invocations: takes the sums of an evaluation, whose slope is in END_SLOPE, for one member.
fn advance(lid: u32, m: u32, totals_of_pass: vec4<f32>) {
  let scale = reference(m) - reference_offset(m);
  if (weights_lost(lid, m, totals_of_pass.w)) { return; }
  let stats = stats_of(m, totals_of_pass, scale);
  let phase = workgroupUniformLoad(&team[m].phase);
  let stage = workgroupUniformLoad(&team[m].run.stage);
  let stages = workgroupUniformLoad(&team[m].run.stages);
  var sums = vec4(0.0);
  if (phase != PHASE_FIRST && (phase != PHASE_STAGE || stage == stages)) {
    sums = reduce_sum(lid, sum_up(lid, m, phase));
  }
  var error = 0.0;
  if (lid == 0u) { error = decide(m, phase, stats, sums); }
  if (workgroupUniformLoad(&next) == NEXT_ACCEPT) {
    for (var k = lid; k < 2u * team[m].octets; k += WORKGROUP) {
      vectors[vector(m, U) + k] = vectors[vector(m, POINT) + k];
      vectors[vector(m, SLOPE) + k] = vectors[vector(m, END_SLOPE) + k];
    }
    let errors = reduce_sum(lid, count_errors(lid, m));
    if (lid == 0u) {
      accept(m, stats, sums, error, errors);
      after_step(m);
    }
  }
  switch (workgroupUniformLoad(&next)) {
    case NEXT_PROBE: {
      for (var k = lid; k < 2u * team[m].octets; k += WORKGROUP) {
        vectors[vector(m, POINT) + k] =
          vectors[vector(m, U) + k] + reach * vectors[vector(m, DIRECTION) + k];
      }
    }
    case NEXT_STAGE: { next_stage(lid, m); }
    default: {}
  }
}

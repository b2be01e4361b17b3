// What follows an evaluation of the gradient: the state machine of `phase`, twin of src/cpu/flow.ts,
// where the method is described. Every gradient is followed by one call of `advance`, so that a run
// can stop and go on anywhere.

fn below_test_goal(m: u32) -> bool {
  if (team[m].has_goal == 0u) { return false; }
  if (team[m].run.u_norm > 0.0) {
    return team[m].run.root * team[m].run.root < team[m].goal_quantile * team[m].run.u_norm;
  }
  return 1.0 < team[m].goal_quantile * team[m].run.first_slope_norm;
}

// All invocations: POINT = u + offset·direction of the given length, at the clock of the step.
fn probe(lid: u32, m: u32, origin: u32, direction: u32, scale: f32) {
  for (var k = lid; k < 2u * team[m].octets; k += WORKGROUP) {
    vectors[vector(m, POINT) + k] =
      vectors[vector(m, origin) + k] + scale * vectors[vector(m, direction) + k];
  }
}

// All invocations: starts power iterations from DIRECTION, which has the given length.
fn begin_radius(lid: u32, m: u32, length: f32, iterations: u32) {
  // A direction of length 0 (F does not depend on u along it) stays 0 and gives ρ = 0.
  probe(lid, m, U, DIRECTION, DIFFERENCE_DISTANCE / max(length, 1e-30));
  workgroupBarrier();
  if (lid == 0u) {
    team[m].clock = team[m].run.root * team[m].run.root;
    team[m].run.power_left = iterations;
    team[m].run.radius_at = team[m].gradients;
    team[m].phase = PHASE_POWER;
  }
}

// All invocations: the next step of length about `wanted`.
fn begin_step(lid: u32, m: u32) {
  if (lid == 0u) {
    choose_step(m);
    team[m].run.y_end_slope = team[m].run.y_slope;
  }
  workgroupBarrier();
  next_stage(lid, m);
}

fn after_origin(lid: u32, m: u32, stats: GradientStats) {
  var square = 0.0;
  for (var k = lid; k < 2u * team[m].octets; k += WORKGROUP) {
    let slope = vectors[vector(m, END_SLOPE) + k];
    vectors[vector(m, SLOPE) + k] = slope;
    vectors[vector(m, DIRECTION) + k] = slope;
    square += dot(slope, slope);
  }
  let length = sqrt(reduce_sum(lid, vec4(square, 0.0, 0.0, 0.0)).x);
  let offset = DIFFERENCE_DISTANCE / (1.0 + length);
  probe(lid, m, U, SLOPE, offset);
  if (lid == 0u) {
    team[m].run.first_slope_norm = length;
    team[m].run.y_slope = exp(-stats.log_mean_residual);
    team[m].run.origin_residual = stats.log_mean_residual;
    team[m].run.origin_loss = stats.log_train_loss;
    team[m].clock = offset;
    team[m].phase = PHASE_FIRST;
  }
}

fn after_first(lid: u32, m: u32, stats: GradientStats) {
  if (lid == 0u) { team[m].train_errors = stats.train_errors; }
  begin_radius(lid, m, team[m].run.first_slope_norm, FIRST_POWER_ITERATIONS);
}

fn after_power(lid: u32, m: u32) {
  var square = 0.0;
  for (var k = lid; k < 2u * team[m].octets; k += WORKGROUP) {
    let change = (vectors[vector(m, END_SLOPE) + k] - vectors[vector(m, SLOPE) + k])
      / DIFFERENCE_DISTANCE;
    vectors[vector(m, DIRECTION) + k] = change;
    square += dot(change, change);
  }
  let length = sqrt(reduce_sum(lid, vec4(square, 0.0, 0.0, 0.0)).x);
  let left = workgroupUniformLoad(&team[m].run.power_left) - 1u;
  if (left > 0u && length > 0.0) {
    probe(lid, m, U, DIRECTION, DIFFERENCE_DISTANCE / length);
    if (lid == 0u) { team[m].run.power_left = left; }
    return;
  }
  if (lid == 0u) {
    team[m].run.radius = RADIUS_SAFETY * length;
    if (team[m].run.rows == 0u) {
      append_row(m, team[m].run.origin_residual, team[m].run.first_slope_norm, team[m].run.first_slope_norm,
        team[m].run.origin_loss, vec4(f32(team[m].train_errors)));
      team[m].run.was_below = select(0u, 1u, below_test_goal(m));
      team[m].run.wanted = sqrt(FIRST_STEP / stiffness(m));
    }
  }
  workgroupBarrier();
  begin_step(lid, m);
}

fn after_stage(lid: u32, m: u32, stats: GradientStats) {
  if (lid == 0u) {
    team[m].run.y_end_slope = exp(-stats.log_mean_residual - (team[m].run.y + team[m].run.y_increment));
  }
  if (workgroupUniformLoad(&team[m].run.stage) < workgroupUniformLoad(&team[m].run.stages)) {
    if (lid == 0u) { team[m].run.stage++; }
    workgroupBarrier();
    next_stage(lid, m);
    return;
  }

  // The last stage: its point is the end of the step. Embedded error estimate of RKC2:
  // 0.4 h (F_0 + F_s) − 0.8 (Y_s − Y_0), slopes in τ.
  let rate = 2.0 * team[m].run.root;
  let end_rate = 2.0 * (team[m].run.root + team[m].run.h);
  var sums = vec4(0.0); // error², ‖u‖², u·F, ‖F‖²
  for (var k = lid; k < 2u * team[m].octets; k += WORKGROUP) {
    let end = vectors[vector(m, POINT) + k];
    let end_slope = vectors[vector(m, END_SLOPE) + k];
    let error = 0.4 * team[m].run.h * (rate * vectors[vector(m, SLOPE) + k] + end_rate * end_slope)
      - 0.8 * vectors[vector(m, INCREMENT) + k];
    sums += vec4(dot(error, error), dot(end, end), dot(end, end_slope), dot(end_slope, end_slope));
  }
  sums = reduce_sum(lid, sums);
  let end_norm = sqrt(sums.y);
  let y_error = 0.4 * team[m].run.h * (rate * team[m].run.y_slope + end_rate * team[m].run.y_end_slope) - 0.8 * team[m].run.y_increment;
  let u_scale = UNORM_FLOOR + max(team[m].run.u_norm, end_norm);
  let y_scale = TIME_ERROR_WEIGHT * min(1.0, team[m].run.y + team[m].run.y_increment);
  let error = max(sqrt(sums.x) / u_scale, abs(y_error) / y_scale) / team[m].run.tolerance;
  let valid = is_finite(error) && is_finite(end_norm) && is_finite(stats.log_mean_residual);

  if (lid == 0u) { accepted = select(0u, 1u, valid && error <= 1.0); }
  if (workgroupUniformLoad(&accepted) == 1u) {
    for (var k = lid; k < 2u * team[m].octets; k += WORKGROUP) {
      vectors[vector(m, U) + k] = vectors[vector(m, POINT) + k];
      vectors[vector(m, SLOPE) + k] = vectors[vector(m, END_SLOPE) + k];
    }
    let errors = reduce_sum(lid, count_errors(lid, m));
    if (lid == 0u) {
      team[m].run.root += team[m].run.h;
      team[m].run.y += team[m].run.y_increment;
      team[m].run.y_slope = team[m].run.y_end_slope;
      team[m].run.u_norm = end_norm;
      append_row(m, stats.log_mean_residual, sums.z / max(end_norm, 1e-30), sqrt(sums.w),
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
  } else if (lid == 0u) {
    team[m].run.rejections++;
    if (team[m].run.rejections > MAX_REJECTIONS) { finish(m, ENTRY_STALLED, team[m].gradients); }
    team[m].run.wanted = team[m].run.h * max(MAX_SHRINK, select(0.0, 0.8 * pow(error, -1.0 / 3.0), valid));
  }
  if (workgroupUniformLoad(&team[m].phase) == PHASE_EMPTY) { return; }

  let due = select(RADIUS_INTERVAL, 1u, team[m].run.rejections > 0u);
  if (lid == 0u) { accepted = select(0u, 1u, team[m].gradients - team[m].run.radius_at >= due); }
  if (workgroupUniformLoad(&accepted) == 1u) {
    var square = 0.0;
    for (var k = lid; k < 2u * team[m].octets; k += WORKGROUP) {
      square += dot(vectors[vector(m, DIRECTION) + k], vectors[vector(m, DIRECTION) + k]);
    }
    let length = sqrt(reduce_sum(lid, vec4(square, 0.0, 0.0, 0.0)).x);
    if (length > 0.0) {
      begin_radius(lid, m, length, POWER_ITERATIONS);
      return;
    }
  }
  begin_step(lid, m);
}

// All invocations: takes the sums of an evaluation, whose slope is in END_SLOPE, for one member.
fn advance(lid: u32, m: u32, sums: vec4<f32>) {
  let scale = reference(m) - reference_offset(m);
  if (weights_lost(lid, m, sums.w)) { return; }
  let stats = stats_of(m, sums, scale);
  switch (workgroupUniformLoad(&team[m].phase)) {
    case PHASE_ORIGIN: { after_origin(lid, m, stats); }
    case PHASE_FIRST: { after_first(lid, m, stats); }
    case PHASE_POWER: { after_power(lid, m); }
    default: { after_stage(lid, m, stats); }
  }
}

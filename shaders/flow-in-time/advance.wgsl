// What follows an evaluation: the state machine of `phase`, twin of src/cpu/descent/flow-in-time.ts, where
// the method is described. What has loops or barriers is called in one place, as in flow/advance.wgsl.

// log(1 + GAMMA h (e^x + e^slope_scale)).
fn log_damping(m: u32, x: f32) -> f32 {
  let scale = team[m].run.slope_scale;
  let rate = max(x, scale) + log1p_small(exp(-abs(x - scale))) + log(GAMMA) + team[m].run.log_step;
  return max(rate, 0.0) + log1p_small(exp(-abs(rate)));
}

// log(1 + t) after a step of such a length over 1 + t.
fn y_after(m: u32, step: f32) -> f32 { return team[m].run.y + log1p_small(step); }

// One invocation: the next step of length about `wanted`.
fn begin_step(m: u32) {
  let left = team[m].run.log1p_horizon - team[m].run.y;
  let to_end = select(exp(min(left, 1.0)) - 1.0, left * (1.0 + left * (0.5 + left / 6.0)), left < 0.01);
  let step = min(team[m].run.wanted, MAX_STEP);
  let reaches = step >= to_end || y_after(m, step) >= team[m].run.log1p_horizon;
  team[m].run.last = select(0u, 1u, reaches);
  team[m].run.step = select(step, to_end, reaches);
  team[m].run.log_step = log(team[m].run.step) + team[m].run.y;
  team[m].run.overflown = 0u;
  team[m].run.damping_weights = log_damping(m, team[m].run.log_decay_weights);
  team[m].run.damping_bias = log_damping(m, team[m].run.log_decay_bias);
}

// All invocations: what the start or the end of a step has given.
fn take_slope(lid: u32, m: u32, scale: f32, total: f32) {
  for (var k = lid; k < team[m].quads; k += WORKGROUP) {
    vectors[vector(m, SLOPE) + k] = mean_slope(m, k, total);
  }
  if (lid == 0u) { team[m].run.slope_scale = scale; }
}

// All invocations: goes to X + h k_1.
fn go_to_middle(lid: u32, m: u32) {
  for (var k = lid; k < team[m].quads; k += WORKGROUP) {
    put_point(m, k, vectors[vector(m, X) + k] + vectors[vector(m, FIRST) + k]);
  }
  workgroupBarrier();
  if (lid == 0u) {
    set_clock(m);
    team[m].phase = PHASE_MIDDLE;
  }
}

// The end of the step being tried.
fn end_of_step(m: u32, k: u32) -> vec4<f32> {
  let first = vectors[vector(m, FIRST) + k];
  return vectors[vector(m, X) + k] + 1.5 * first + 0.5 * vectors[vector(m, SECOND) + k];
}

// All invocations: with both stages solved, whether the step is to be taken; else a shorter one is tried, or
// the replica has ended.
fn judge(lid: u32, m: u32) -> bool {
  let last = team[m].quads - 1u;
  var sums = vec4(0.0); // of the weights: error², ‖S‖²; the same of the bias
  for (var k = lid; k <= last; k += WORKGROUP) {
    let end = end_of_step(m, k);
    let error = 0.5 * (vectors[vector(m, FIRST) + k] + vectors[vector(m, SECOND) + k]);
    let squares = vec2(dot(error, error), dot(end, end));
    sums += select(vec4(squares, 0.0, 0.0), vec4(0.0, 0.0, squares), k == last);
  }
  sums = reduce_sum(lid, sums);
  let roots = sqrt(sums) * vec4(vec2(team[m].run.sigma), 1.0, 1.0);
  let errors = roots.xz / (UNORM_FLOOR + roots.yw) / team[m].run.tolerance;
  let valid = is_finite(errors.x) && is_finite(errors.y) && team[m].run.overflown == 0u;
  let error = max(errors.x, errors.y);
  if (lid == 0u) {
    // Steps below the spacing of y would go on for ever.
    let moves = team[m].run.last == 1u || y_after(m, team[m].run.step) > team[m].run.y;
    accepted = select(0u, 1u, valid && error <= 1.0 && moves);
    // The embedded estimate is of first order: its error goes with h².
    let factor = select(MAX_SHRINK, 0.8 / sqrt(max(error, 1e-10)), valid);
    team[m].run.wanted = team[m].run.step * min(MAX_GROWTH, max(MAX_SHRINK, factor));
    if (accepted == 0u) {
      team[m].run.rejections++;
      if (team[m].run.rejections > MAX_REJECTIONS) { finish(m, ENTRY_STALLED, team[m].gradients); }
    }
  }
  return workgroupUniformLoad(&accepted) == 1u;
}

// All invocations.
fn take_step(lid: u32, m: u32) {
  let last = team[m].quads - 1u;
  var largest = 0.0;
  for (var k = lid; k <= last; k += WORKGROUP) {
    let x = end_of_step(m, k);
    vectors[vector(m, X) + k] = x;
    put_point(m, k, x);
    let u = abs(vectors[vector(m, POINT) + k]);
    if (k < last) { largest = max(largest, max(max(u.x, u.y), max(u.z, u.w))); }
  }
  // Decay takes ‖u‖ to where its square is zero.
  largest = max(LEAST, reduce_totals(lid, vec4(0.0, 0.0, 0.0, largest)).w);
  var square = 0.0;
  for (var k = lid; k < last; k += WORKGROUP) {
    let u = vectors[vector(m, POINT) + k] / largest;
    square += dot(u, u);
  }
  square = reduce_sum(lid, vec4(square, 0.0, 0.0, 0.0)).x;
  if (lid == 0u) {
    set_clock(m);
    team[m].run.u_norm = max(LEAST, largest * sqrt(square));
    let y = y_after(m, team[m].run.step);
    team[m].run.y = select(y, team[m].run.log1p_horizon, team[m].run.last == 1u);
    team[m].run.wanted /= 1.0 + team[m].run.step;
    team[m].run.rejections = 0u;
    team[m].phase = PHASE_END;
  }
}

// All invocations: takes the sums of an evaluation for one member.
fn advance(lid: u32, m: u32, sums: vec4<f32>) {
  let phase = workgroupUniformLoad(&team[m].phase);
  var scale = 0.0;
  if (phase == PHASE_FIRST || phase == PHASE_SECOND) {
    if (lid == 0u) { team[m].gradients++; }
    if (!iterate(lid, m, sums.x)) { return; }
    if (phase == PHASE_FIRST) {
      go_to_middle(lid, m);
      return;
    }
    if (judge(lid, m)) {
      take_step(lid, m);
      return;
    }
  } else {
    scale = reference(m) - reference_offset(m);
    if (weights_lost(lid, m, sums.w)) { return; }
    if (phase != PHASE_MIDDLE) {
      take_slope(lid, m, scale, sums.x);
      if (lid == 0u && phase == PHASE_END && record(m, stats_of(m, sums, scale))) {
        finish(m, ENTRY_DONE, team[m].gradients);
      }
    }
  }
  // The next step begins, or its second stage.
  if (workgroupUniformLoad(&team[m].phase) == PHASE_EMPTY) { return; }
  var stage = PHASE_SECOND;
  if (phase != PHASE_MIDDLE) {
    if (lid == 0u) { begin_step(m); }
    workgroupBarrier();
    stage = PHASE_FIRST;
    scale = team[m].run.slope_scale;
  }
  start_equation(lid, m, stage, scale, sums.x);
}

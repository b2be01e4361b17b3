// One step of RKC2 in τ = √θ: its length, its stages, what it counts and how the next one grows. Part
// of the twin src/cpu/flow.ts.

// 1 − e^{−y} without cancellation.
fn one_minus_exp(y: f32) -> f32 {
  return select(1.0 - exp(-y), y * (1.0 - y * (0.5 - y / 6.0)), y < 0.01);
}

fn stability_limit(s: f32) -> f32 { return 0.653 * (s * s - 1.0); }

// Largest rate of the system in θ: that of u, or that of y, whose rate is dy/dθ itself.
fn stiffness(m: u32) -> f32 { return max(team[m].run.radius, team[m].run.y_slope); }

fn stage_at(m: u32, stage: u32) -> Stage {
  // Methods with 2, 3, … stages one after the other.
  return stages[team[m].run.stages * (team[m].run.stages - 1u) / 2u - 1u + stage - 1u];
}

// One invocation: length and stages of the next step; see chooseStep of the twin.
fn begin_step(m: u32) {
  let root = team[m].run.root;
  var longest = (1.05 * (team[m].run.log1p_horizon - team[m].run.y) + 0.01) / team[m].run.y_slope;
  if (team[m].train_errors > 0u && team[m].run.y > 0.0) {
    let resolved = MAX_LOG_TIME_STEP * one_minus_exp(team[m].run.y) / team[m].run.y_slope;
    longest = min(longest, max(resolved, FIRST_STEP / stiffness(m)));
  }
  let stable = stability_limit(f32(MAX_STAGES)) / (2.0 * stiffness(m));
  let horizon_step = longest / (sqrt(root * root + longest) + root);
  let stable_step = stable / (sqrt(root * root / 4.0 + stable) + root / 2.0);
  team[m].run.h = min(team[m].run.wanted, min(horizon_step, stable_step));
  let product = 2.0 * team[m].run.h * (root + team[m].run.h) * stiffness(m);
  team[m].run.stages = clamp(u32(ceil(sqrt(1.0 + product / 0.653))), 2u, MAX_STAGES);
  team[m].run.stage = 1u;
  team[m].run.y_increment = 0.0;
  team[m].run.y_previous = 0.0;
  team[m].run.y_end_slope = team[m].run.y_slope;
}

// All invocations: D_j of the stage `stage` and the point u + D_j, where F comes next.
fn next_stage(lid: u32, m: u32) {
  let stage = stage_at(m, team[m].run.stage);
  let root = team[m].run.root;
  let first = team[m].run.stage == 1u;
  let previous_c = select(stage_at(m, max(team[m].run.stage, 2u) - 1u).c, 0.0, first);
  let last = team[m].run.h * stage.mu_tilde * 2.0 * (root + previous_c * team[m].run.h);
  let origin = team[m].run.h * stage.gamma_tilde * 2.0 * root;
  for (var k = lid; k < 2u * team[m].octets; k += WORKGROUP) {
    let slope = vectors[vector(m, SLOPE) + k];
    var next = last * slope; // the first stage: D_0 = 0, and the last slope is that of the start
    var before = vec4(0.0);
    if (!first) {
      before = vectors[vector(m, INCREMENT) + k];
      next = stage.mu * before + stage.nu * vectors[vector(m, PREVIOUS_INCREMENT) + k]
        + last * vectors[vector(m, END_SLOPE) + k] + origin * slope;
    }
    vectors[vector(m, PREVIOUS_INCREMENT) + k] = before;
    vectors[vector(m, INCREMENT) + k] = next;
    vectors[vector(m, POINT) + k] = vectors[vector(m, U) + k] + next;
  }
  workgroupBarrier();
  if (lid == 0u) {
    let y = stage.mu * team[m].run.y_increment + stage.nu * team[m].run.y_previous
      + last * team[m].run.y_end_slope + origin * team[m].run.y_slope;
    team[m].run.y_previous = team[m].run.y_increment;
    team[m].run.y_increment = y;
    let stage_root = root + stage.c * team[m].run.h;
    team[m].clock = stage_root * stage_root;
    team[m].phase = PHASE_STAGE;
  }
}

// Training errors at four evenly spaced points of the step, z_i taken as linear in θ.
fn count_errors(lid: u32, m: u32) -> vec4<f32> {
  var counts = vec4(0.0);
  let start = sample_array(m, Z_START);
  let end = sample_array(m, Z_END);
  for (var i = lid; i < team[m].samples; i += WORKGROUP) {
    let z0 = sample_values[start + i];
    let z1 = sample_values[end + i];
    let z = vec4(z0 + vec3(0.25, 0.5, 0.75) * (z1 - z0), z1);
    counts += select(vec4(0.0), vec4(1.0), z >= vec4(0.0));
    sample_values[start + i] = z1;
  }
  return counts;
}

// Growth of the step after an accepted one; see growth() of the twin.
fn growth(m: u32, error: f32, after_rejection: bool) -> f32 {
  let now = max(error, 1e-10);
  var factor = 0.8 * pow(now, -1.0 / 3.0);
  if (team[m].run.last_error > 0.0) {
    factor = min(factor, factor * (team[m].run.h / team[m].run.last_step) * pow(team[m].run.last_error / now, 1.0 / 3.0));
  }
  return min(select(MAX_GROWTH, 1.0, after_rejection), max(MAX_SHRINK, factor));
}

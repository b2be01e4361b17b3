// One step of RKC2 in τ = √θ: its length, its stages, what it counts and how the next one grows. Part
// of the twin src/cpu/flow.ts.

// 1 − e^{−y} without cancellation.
fn one_minus_exp(y: f32) -> f32 {
  return select(1.0 - exp(-y), y * (1.0 - y * (0.5 - y / 6.0)), y < 0.01);
}

fn stability_limit(s: f32) -> f32 { return 0.653 * (s * s - 1.0); }

// Largest rate of the system in θ: that of u, or that of y, whose rate is dy/dθ itself.
fn stiffness() -> f32 { return max(slot.radius, slot.y_slope); }

fn stage_at(stage: u32) -> Stage {
  // Methods with 2, 3, … stages one after the other.
  return stages[slot.stages * (slot.stages - 1u) / 2u - 1u + stage - 1u];
}

// One invocation: length and stages of the next step; see chooseStep of the twin.
fn choose_step() {
  let root = slot.root;
  var longest = (1.05 * (slot.log1p_horizon - slot.y) + 0.01) / slot.y_slope;
  if (slot.train_errors > 0u && slot.y > 0.0) {
    let resolved = MAX_LOG_TIME_STEP * one_minus_exp(slot.y) / slot.y_slope;
    longest = min(longest, max(resolved, FIRST_STEP / stiffness()));
  }
  let stable = stability_limit(f32(MAX_STAGES)) / (2.0 * stiffness());
  let horizon_step = longest / (sqrt(root * root + longest) + root);
  let stable_step = stable / (sqrt(root * root / 4.0 + stable) + root / 2.0);
  slot.h = min(slot.wanted, min(horizon_step, stable_step));
  let product = 2.0 * slot.h * (root + slot.h) * stiffness();
  slot.stages = clamp(u32(ceil(sqrt(1.0 + product / 0.653))), 2u, MAX_STAGES);
  slot.stage = 1u;
  slot.y_increment = 0.0;
  slot.y_previous = 0.0;
}

// All invocations: D_j of the stage `slot.stage` and the point u + D_j, where F comes next.
fn next_stage(lid: u32) {
  let stage = stage_at(slot.stage);
  let root = slot.root;
  let first = slot.stage == 1u;
  let previous_c = select(stage_at(max(slot.stage, 2u) - 1u).c, 0.0, first);
  let last = slot.h * stage.mu_tilde * 2.0 * (root + previous_c * slot.h);
  let origin = slot.h * stage.gamma_tilde * 2.0 * root;
  for (var k = lid; k < 2u * slot.octets; k += WORKGROUP) {
    let slope = vectors[vector(SLOPE) + k];
    var next = last * slope; // the first stage: D_0 = 0, and the last slope is that of the start
    var before = vec4(0.0);
    if (!first) {
      before = vectors[vector(INCREMENT) + k];
      next = stage.mu * before + stage.nu * vectors[vector(PREVIOUS_INCREMENT) + k]
        + last * vectors[vector(END_SLOPE) + k] + origin * slope;
    }
    vectors[vector(PREVIOUS_INCREMENT) + k] = before;
    vectors[vector(INCREMENT) + k] = next;
    vectors[vector(POINT) + k] = vectors[vector(U) + k] + next;
  }
  workgroupBarrier();
  if (lid == 0u) {
    let y = stage.mu * slot.y_increment + stage.nu * slot.y_previous
      + last * y_end_slope + origin * slot.y_slope;
    slot.y_previous = slot.y_increment;
    slot.y_increment = y;
    let stage_root = root + stage.c * slot.h;
    slot.clock = stage_root * stage_root;
    slot.phase = PHASE_STAGE;
  }
}

// dy/dθ at the last evaluation, kept between a gradient and the stage after it.
var<workgroup> y_end_slope: f32;

// Training errors at four evenly spaced points of the step, z_i taken as linear in θ.
fn count_errors(lid: u32) -> vec4<f32> {
  var counts = vec4(0.0);
  let start = sample_array(Z_START);
  let end = sample_array(Z_END);
  for (var i = lid; i < slot.samples; i += WORKGROUP) {
    let z0 = sample_values[start + i];
    let z1 = sample_values[end + i];
    let z = vec4(z0 + vec3(0.25, 0.5, 0.75) * (z1 - z0), z1);
    counts += select(vec4(0.0), vec4(1.0), z >= vec4(0.0));
    sample_values[start + i] = z1;
  }
  return counts;
}

// Growth of the step after an accepted one; see growth() of the twin.
fn growth(error: f32, after_rejection: bool) -> f32 {
  let now = max(error, 1e-10);
  var factor = 0.8 * pow(now, -1.0 / 3.0);
  if (slot.last_error > 0.0) {
    factor = min(factor, factor * (slot.h / slot.last_step) * pow(slot.last_error / now, 1.0 / 3.0));
  }
  return min(select(MAX_GROWTH, 1.0, after_rejection), max(MAX_SHRINK, factor));
}

// Residuals r_i = 1/(1 + e^{−z_i}) of a flow, in logarithms so that nothing under- or overflows: what rows
// weigh is relative to e^{largest}, the largest residual of the evaluation before.

// How far the largest weight may be from 1, in its logarithm: sums of float32 hold e^{60} N, and what
// is lost below e^{−87} is then less than e^{−27} of the largest.
const MAX_REFERENCE_ERROR = 60.0;

// log r + θ, given z = s − θ and log(1 + e^{−|z|}): for θ in the hundreds z has lost the digits of s = u·g
// that tell the weights apart.
fn shifted_log_residual(m: u32, s: f32, z: f32, log1p_e: f32) -> f32 {
  return select(team[m].clock, s, z < 0.0) - log1p_e;
}

// log(1 + e^z)·(1 + e^{−z}), given e = e^{−|z|} and log(1 + e); tends to 1 as z → −∞.
fn softplus_over_residual(z: f32, e: f32, log1p_e: f32) -> f32 {
  if (z >= 0.0) { return (z + log1p_e) * (1.0 + e); }
  return select((log1p_e / e) * (1.0 + e), 1.0, e < 1e-30);
}

// What weights are relative to.
fn reference(m: u32) -> f32 { return team[m].run.largest + reference_offset(m); }

// Decisions of one invocation that all take.
var<workgroup> accepted: u32;

// All invocations: counts an evaluation and takes in its largest residual. True if its weights may be lost,
// as the one before was far off: the same point is evaluated once more.
fn weights_lost(lid: u32, m: u32, largest: f32) -> bool {
  let far = abs(largest - reference(m)) > MAX_REFERENCE_ERROR || !is_finite(reference(m));
  let lost = far && is_finite(largest);
  workgroupBarrier();
  if (lid == 0u) {
    team[m].gradients++;
    team[m].run.largest = largest - reference_offset(m);
    accepted = select(1u, 0u, lost && team[m].run.reevaluates == 0u);
    team[m].run.reevaluates = 1u - accepted;
  }
  return workgroupUniformLoad(&accepted) == 0u;
}

struct GradientStats {
  log_mean_residual: f32,
  log_train_loss: f32,
  train_errors: u32,
}

// Statistics of the point from the sums of its weights, which are relative to e^{scale}.
fn stats_of(m: u32, sums: vec4<f32>, scale: f32) -> GradientStats {
  let mean = f32(team[m].samples);
  return GradientStats(scale + log(sums.x / mean), scale + log(sums.y / mean), u32(sums.z));
}

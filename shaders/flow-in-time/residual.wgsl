// What rows weigh in a flow in time: their residual, or where an equation is solved, their part of the
// Hessian times a direction.

fn reference_offset(m: u32) -> f32 { return team[m].clock; }

fn solves(m: u32) -> bool { return team[m].phase == PHASE_FIRST || team[m].phase == PHASE_SECOND; }

// What row i adds to the totals of a member, given s = POINT·g_i. A row past the end adds nothing.
fn weigh(m: u32, i: u32, within: bool, s: f32) -> vec4<f32> {
  if (!within || team[m].phase == PHASE_EMPTY) { return vec4(0.0, 0.0, 0.0, -3.0e38); }
  let z = s - team[m].clock;
  let curvature = sample_array(m, CURVATURE) + i;
  if (solves(m)) { return vec4(sample_values[curvature] * z, 0.0, 0.0, 0.0); }
  let e = exp(-abs(z));
  let log1p_e = log1p_small(e);
  let log_residual = shifted_log_residual(m, s, z, log1p_e);
  let weight = exp(log_residual - reference(m));
  if (team[m].phase != PHASE_MIDDLE) {
    sample_values[curvature] = weight * select(e, 1.0, z < 0.0) / (1.0 + e);
  }
  let loss = softplus_over_residual(z, e, log1p_e);
  return vec4(weight, weight * loss, select(0.0, 1.0, z >= 0.0), log_residual);
}

// A flow goes through rows in order.
fn row_at(place: u32) -> u32 { return place; }

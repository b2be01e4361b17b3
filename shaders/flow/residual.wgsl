// What rows weigh in a flow.

// Weights are made from log r_i + θ, and with the conformal dynamics from log r_i itself.
fn reference_offset(m: u32) -> f32 { return select(team[m].clock, 0.0, team[m].run.conformal == 1u); }

// What row i adds to the totals of a member, given s = u·g_i. A row past the end adds nothing.
fn weigh(m: u32, i: u32, within: bool, s: f32) -> vec4<f32> {
  if (!within) { return vec4(0.0, 0.0, 0.0, -3.0e38); }
  let conformal = team[m].run.conformal == 1u;
  let z = s - team[m].clock;
  let e = exp(-abs(z));
  let log1p_e = log1p_small(e);
  let log_residual = select(shifted_log_residual(m, s, z, log1p_e), s, conformal);
  let weight = exp(log_residual - reference(m));
  let loss = select(softplus_over_residual(z, e, log1p_e), 1.0, conformal);
  // An empty seat has no memory of its own.
  if (team[m].phase != PHASE_EMPTY) { sample_values[sample_array(m, Z_END) + i] = z; }
  return vec4(weight, weight * loss, select(0.0, 1.0, z >= 0.0), log_residual);
}

// A flow goes through rows in order.
fn row_at(place: u32) -> u32 { return place; }

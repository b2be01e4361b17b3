// Residuals r_i = 1/(1 + e^{−z_i}), in logarithms so that nothing under- or overflows.

// How far the largest weight may be from 1, in its logarithm: sums of float32 hold e^{60} N, and what
// is lost below e^{−87} is then less than e^{−27} of the largest.
const MAX_REFERENCE_ERROR = 60.0;

// log(1 + e^z)·(1 + e^{−z}), given e = e^{−|z|} and log(1 + e); tends to 1 as z → −∞.
fn softplus_over_residual(z: f32, e: f32, log1p_e: f32) -> f32 {
  if (z >= 0.0) { return (z + log1p_e) * (1.0 + e); }
  return select((log1p_e / e) * (1.0 + e), 1.0, e < 1e-30);
}

// log r_i + θ is what weights are made from, and log r_i itself with the conformal dynamics: for θ in
// the hundreds z = s − θ has lost the digits of s = u·g_i that tell the weights apart.
fn reference_offset(m: u32) -> f32 { return select(team[m].clock, 0.0, team[m].run.conformal == 1u); }

// What weights are relative to.
fn reference(m: u32) -> f32 { return team[m].run.largest + reference_offset(m); }

// What row i adds to the totals of a member, given s = u·g_i. A row past the end adds nothing.
fn weigh(m: u32, i: u32, within: bool, s: f32) -> vec4<f32> {
  if (!within) { return vec4(0.0, 0.0, 0.0, -3.0e38); }
  let conformal = team[m].run.conformal == 1u;
  let z = s - team[m].clock;
  let e = exp(-abs(z));
  let log1p_e = log1p_small(e);
  let logistic = select(team[m].clock, s, z < 0.0) - log1p_e;
  let log_residual = select(logistic, s, conformal);
  let weight = exp(log_residual - reference(m));
  let loss = select(softplus_over_residual(z, e, log1p_e), 1.0, conformal);
  // An empty seat has no memory of its own.
  if (team[m].phase != PHASE_EMPTY) { sample_values[sample_array(m, Z_END) + i] = z; }
  return vec4(weight, weight * loss, select(0.0, 1.0, z >= 0.0), log_residual);
}

// A flow goes through rows in order.
fn row_at(place: u32) -> u32 { return place; }

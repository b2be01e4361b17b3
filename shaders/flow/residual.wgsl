// Residuals r_i = 1/(1 + e^{−z_i}), in logarithms so that nothing under- or overflows.

// How far the largest weight may be from 1, in its logarithm: sums of float32 hold e^{60} N, and what
// is lost below e^{−87} is then less than e^{−27} of the largest.
const MAX_REFERENCE_ERROR = 60.0;

// log(1 + e) for 0 ≤ e ≤ 1 without losing small e to the rounding of 1 + e.
fn log1p_small(e: f32) -> f32 {
  return select(log(1.0 + e), e * (1.0 - e * (0.5 - e / 3.0)), e < 0.01);
}

// log(1 + e^z)·(1 + e^{−z}), given e = e^{−|z|} and log(1 + e); tends to 1 as z → −∞.
fn softplus_over_residual(z: f32, e: f32, log1p_e: f32) -> f32 {
  if (z >= 0.0) { return (z + log1p_e) * (1.0 + e); }
  return select((log1p_e / e) * (1.0 + e), 1.0, e < 1e-30);
}

// log r_i + θ is what weights are made from, and log r_i itself with the conformal dynamics: for θ in
// the hundreds z = s − θ has lost the digits of s = u·g_i that tell the weights apart.
fn reference_offset(m: u32) -> f32 { return select(team[m].clock, 0.0, team[m].conformal == 1u); }

// What weights are relative to.
fn reference(m: u32) -> f32 { return team[m].largest + reference_offset(m); }

// Columns 4q … 4q + 3 of a vector of columns that belong to the member, zero from d on. Rows that
// several members share have the columns of the one that has most.
fn own_columns(m: u32, q: u32, values: vec4<f32>) -> vec4<f32> {
  let left = team[m].dimensions - min(4u * q, team[m].dimensions);
  return select(vec4(0.0), values, vec4(0u, 1u, 2u, 3u) < vec4(left));
}

// Residuals and losses of rows. Twin of src/cpu/descent/objective.ts.

// The row at a place of the evaluation: on minibatches, in the order of the epoch.
fn row_at(place: u32) -> u32 {
  if (team[0].run.batch_size > 0u && team[0].phase == PHASE_STEP) {
    return sample_values[sample_array(0u, ORDER) + place];
  }
  return place;
}

// Residual, loss and error of a row, given s = u·g_i. One past the end adds nothing.
fn weigh(m: u32, place: u32, within: bool, s: f32) -> vec4<f32> {
  if (!within) { return vec4(0.0); }
  let z = s - team[m].clock;
  let e = exp(-abs(z));
  let residual = select(1.0, e, z < 0.0) / (1.0 + e);
  return vec4(residual, max(z, 0.0) + log1p_small(e), select(1.0, 0.0, z < 0.0), 0.0);
}

fn put_slope(m: u32, octet: u32, low: vec4<f32>, high: vec4<f32>) {
  if (team[m].phase == PHASE_EMPTY || octet >= team[m].octets) { return; }
  let at = vector(m, SLOPE) + 2u * octet;
  vectors[at] = own_columns(m, 2u * octet, low);
  vectors[at + 1u] = own_columns(m, 2u * octet + 1u, high);
}

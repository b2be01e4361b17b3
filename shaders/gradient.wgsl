// The flow's slope in the bias clock, twin of src/cpu/gradient.ts:
//   F = du/dθ = −σ² Σ p_i g_i,  p_i = r_i / Σ r_j,  z_i = u·g_i − θ,  r_i = 1/(1 + e^{−z_i}).
// With the conformal dynamics r_i = e^{u·g_i}, which is also the loss of the sample.
// Two passes over the dataset: one invocation a row for z, then one invocation for eight columns of
// some of the rows for Σ p g. Weights are e^{log r_i − max}, so nothing under- or overflows.

struct GradientStats {
  log_mean_residual: f32,
  log_train_loss: f32,
  train_errors: u32,
}

// The eight columns of an octet as two vectors.
fn unpack(a: vec4<u32>) -> mat2x4<f32> {
  return mat2x4<f32>(
    vec4(unpack2x16float(a.x), unpack2x16float(a.y)),
    vec4(unpack2x16float(a.z), unpack2x16float(a.w)),
  );
}

// log(1 + e) for 0 ≤ e ≤ 1 without losing small e to the rounding of 1 + e.
fn log1p_small(e: f32) -> f32 {
  return select(log(1.0 + e), e * (1.0 - e * (0.5 - e / 3.0)), e < 0.01);
}

// log(1 + e^z)·(1 + e^{−z}), given e = e^{−|z|} and log(1 + e); tends to 1 as z → −∞.
fn softplus_over_residual(z: f32, e: f32, log1p_e: f32) -> f32 {
  if (z >= 0.0) { return (z + log1p_e) * (1.0 + e); }
  return select((log1p_e / e) * (1.0 + e), 1.0, e < 1e-30);
}

// log r_i + θ, from s = u·g_i and z = s − θ; log r_i itself with the conformal dynamics. For θ in the
// hundreds z has lost the digits of s that tell the weights apart.
fn shifted_log_residual(s: f32, z: f32) -> f32 {
  if (slot.conformal == 1u) { return s; }
  return select(slot.clock, s, z < 0.0) - log1p_small(exp(-abs(z)));
}

// Evaluates at the vector POINT and the clock of the slot. Writes F into the vector END_SLOPE, z_i
// into Z_END and returns the statistics of the point.
fn evaluate_gradient(lid: u32) -> GradientStats {
  let samples = slot.samples;
  let octets = slot.octets;
  let point = vector(POINT);
  let weights = sample_array(WEIGHT);
  let z_end = sample_array(Z_END);

  var largest = -3.0e38;
  for (var i = lid; i < samples; i += WORKGROUP) {
    let row = slot.data_offset + i * octets;
    var sum = vec4(0.0);
    for (var q = 0u; q < octets; q++) {
      let g = unpack(data[row + q]);
      sum += g[0] * vectors[point + 2u * q] + g[1] * vectors[point + 2u * q + 1u];
    }
    let s = (sum.x + sum.y) + (sum.z + sum.w);
    let z = s - slot.clock;
    let log_residual = shifted_log_residual(s, z);
    sample_values[z_end + i] = z;
    sample_values[weights + i] = log_residual;
    largest = max(largest, log_residual);
  }
  let shift = reduce_max(lid, largest);

  var sums = vec4(0.0); // Σ weight, Σ weight·loss/residual, errors
  for (var i = lid; i < samples; i += WORKGROUP) {
    let z = sample_values[z_end + i];
    let e = exp(-abs(z));
    let weight = exp(sample_values[weights + i] - shift);
    sample_values[weights + i] = weight;
    let ratio = softplus_over_residual(z, e, log1p_small(e));
    let loss = select(ratio, 1.0, slot.conformal == 1u);
    sums += vec4(weight, weight * loss, select(0.0, 1.0, z >= 0.0), 0.0);
  }
  storageBarrier();
  sums = reduce_sum(lid, sums);

  sum_rows(lid, weights, -slot.sigma * slot.sigma / sums.x);
  let mean = f32(samples);
  let scale = select(shift - slot.clock, shift, slot.conformal == 1u);
  return GradientStats(scale + log(sums.x / mean), scale + log(sums.y / mean), u32(sums.z));
}

var<workgroup> partial: array<mat2x4<f32>, WORKGROUP>;

// END_SLOPE = scale·Σ w_i g_i. An invocation owns eight columns; where a row has fewer octets than
// there are invocations, groups of them share the rows and their sums are added at the end.
fn sum_rows(lid: u32, weights: u32, scale: f32) {
  let octets = workgroupUniformLoad(&slot.octets);
  let groups = max(1u, WORKGROUP / octets);
  let end_slope = vector(END_SLOPE);
  let first = lid / octets; // the group, where there are several
  for (var base = 0u; base < octets; base += WORKGROUP) {
    let octet = select(base + lid, lid % octets, groups > 1u);
    let start = select(0u, first, groups > 1u);
    var sum = mat2x4<f32>();
    if (octet < octets && start < groups) {
      let at = slot.data_offset + octet;
      var i = start;
      // Two rows at a time: twice the loads in flight, half the trips through the loop.
      for (; i + groups < slot.samples; i += 2u * groups) {
        sum += sample_values[weights + i] * unpack(data[at + i * octets])
          + sample_values[weights + i + groups] * unpack(data[at + (i + groups) * octets]);
      }
      if (i < slot.samples) { sum += sample_values[weights + i] * unpack(data[at + i * octets]); }
    }
    partial[lid] = sum;
    workgroupBarrier();
    if (octet < octets && start == 0u) {
      for (var g = 1u; g < groups; g++) { sum += partial[g * octets + octet]; }
      vectors[end_slope + 2u * octet] = scale * sum[0];
      vectors[end_slope + 2u * octet + 1u] = scale * sum[1];
    }
    workgroupBarrier();
  }
  storageBarrier();
}

// Rows of the record of a flow.

// Appends a row of the record; the columns are those of src/model/trajectory.ts.
fn append_row(
  m: u32,
  log_mean_residual: f32,
  u_norm_slope: f32,
  slope_norm: f32,
  log_train_loss: f32,
  errors: vec4<f32>,
) {
  let at = append(m, ENTRY_ROW);
  // d log L/dθ, L the training loss: dL/dθ = mean(r)·(Σ p_i g_i·F − 1), and F = −σ² Σ p g;
  // without a bias there is no −1.
  let motion = slope_norm * slope_norm / (team[m].run.sigma * team[m].run.sigma);
  let bias = select(1.0, 0.0, team[m].run.conformal == 1u);
  let log_train_loss_slope = -(bias + motion) * exp(log_mean_residual - log_train_loss);
  let columns = array<f32, 12>(
    team[m].run.root * team[m].run.root, team[m].run.y, log_mean_residual, team[m].run.u_norm, u_norm_slope, log_train_loss,
    f32(team[m].gradients), log_train_loss_slope, errors.x, errors.y, errors.z, errors.w,
  );
  for (var k = 0u; k < 12u; k++) { journal.entries[at + k] = bitcast<u32>(columns[k]); }
  team[m].run.rows++;
  team[m].train_errors = u32(errors.w);
}

// Rows of the record of a flow in time, at the end of a step, where the clock is θ; the columns are those of
// src/model/trajectory.ts.

// One invocation.
fn append_row(m: u32, stats: GradientStats) {
  let at = append(m, ENTRY_ROW);
  let errors = f32(stats.train_errors);
  let before = select(f32(team[m].train_errors), errors, team[m].run.rows == 0u);
  let columns = array<f32, 12>(
    team[m].clock, team[m].run.y, stats.log_mean_residual, team[m].run.u_norm, 0.0, stats.log_train_loss,
    f32(team[m].gradients), 0.0, before, before, before, errors,
  );
  for (var k = 0u; k < 12u; k++) { journal.entries[at + k] = bitcast<u32>(columns[k]); }
  team[m].run.rows++;
  team[m].run.recorded_at = team[m].run.y;
  team[m].train_errors = stats.train_errors;
}

// One invocation: records an accepted step where something has changed or the last row is far; true if
// the run ends with it.
fn record(m: u32, stats: GradientStats) -> bool {
  let below = team[m].has_goal == 1u
    && team[m].clock < EXCESS * team[m].goal_quantile * team[m].run.u_norm;
  let reached = team[m].has_goal == 1u && team[m].run.was_below == 1u && !below
    && stats.train_errors <= team[m].goal_errors;
  let turned = below != (team[m].run.below == 1u) || stats.train_errors != team[m].train_errors;
  let ends = reached || team[m].run.last == 1u;
  let far = team[m].run.y - team[m].run.recorded_at >= ROW_DISTANCE;
  if (far || turned || ends || team[m].run.rows == 0u) { append_row(m, stats); }
  team[m].run.below = select(0u, 1u, below);
  if (below) { team[m].run.was_below = 1u; }
  return ends;
}

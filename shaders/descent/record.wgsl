// Rows of the record of a descent, and the thresholds at which they are recorded.

// Appends the row of a step. One invocation calls it. θ and the step do not fit a float32: the host puts
// the columns of src/model/trajectory.ts together.
fn append_row(m: u32, step: u32, place: Place) {
  let at = append(m, ENTRY_ROW);
  let last_errors = select(f32(team[m].train_errors), place.errors, team[m].run.recorded == 0u);
  let columns = array<f32, 12>(
    place.clock, 0.0, log(max(place.residual, LEAST)), place.u_norm, place.clock_low,
    log(max(place.loss, LEAST)), 0.0, 0.0, last_errors, last_errors, last_errors, place.errors,
  );
  for (var k = 0u; k < 12u; k++) { journal.entries[at + k] = bitcast<u32>(columns[k]); }
  journal.entries[at + STEP_COLUMN] = step;
  team[m].run.recorded = step;
  team[m].train_errors = u32(place.errors);
}

// The column of gradients.
const STEP_COLUMN = 6u;

fn mark(m: u32, k: u32) -> f32 { return vectors[vector(m, MARKS) + k / 4u][k % 4u]; }

// One invocation: takes in a step; true at the first fall below a threshold and at the first rise to it.
fn turned(m: u32, with_errors: bool) -> bool {
  let tests = team[m].run.test_marks;
  var below = 0u;
  for (var k = 0u; k < tests; k++) {
    if (team[m].clock < EXCESS * mark(m, k) * team[m].run.now.u_norm) { below |= 1u << k; }
  }
  if (with_errors) {
    for (var k = tests; k < tests + team[m].run.train_marks; k++) {
      if (team[m].run.now.errors > mark(m, k)) { below |= 1u << k; }
    }
  }
  var turn = (below ^ team[m].run.below) & ~team[m].run.crossed;
  if (team[m].gradients == 1u) { turn = 0u; } // nothing has been seen of the first step before
  team[m].run.crossed |= turn & ~below;
  team[m].run.below = below;
  return turn != 0u;
}

// Whether the largest test threshold has been crossed and is held, and the training threshold met.
fn goal_reached(m: u32, errors: u32) -> bool {
  if (team[m].has_goal == 0u || team[m].gradients < 2u || errors > team[m].goal_errors) { return false; }
  let largest = 1u << (team[m].run.test_marks - 1u);
  return (team[m].run.crossed & ~team[m].run.below & largest) != 0u;
}

// What follows an evaluation: the state machine of `phase`, twin of src/cpu/descent/run.ts. With all
// samples, one pass gives the gradient of a step and what its row tells. On minibatches a row has passes of
// its own over all samples, after which the one over the batch is made again.

// What the invocations do next.
const STAY = 0u;      // evaluate
const MOVE = 1u;      // take a step
const LOOK_BACK = 2u; // go to the point of the step before
const COME_BACK = 3u; // and from there to the parameters

var<workgroup> action: u32;

// All invocations: takes the sums of an evaluation.
fn advance(lid: u32, m: u32, sums: vec4<f32>) {
  if (lid == 0u) { action = after_evaluation(m, sums); }
  let next = workgroupUniformLoad(&action);
  if (next == MOVE) {
    step(lid, m, sums.x);
    return;
  }
  if (next == STAY) { return; }
  for (var k = lid; k < team[m].quads; k += WORKGROUP) {
    var point = vectors[vector(m, LAST_POINT) + k];
    if (next == COME_BACK) {
      point = vectors[vector(m, SCALE) + k] * value_of(sum_at(m, HIGH, LOW, k));
    }
    vectors[vector(m, POINT) + k] = point;
  }
}

// One invocation.
fn after_evaluation(m: u32, sums: vec4<f32>) -> u32 {
  let on_batches = team[m].run.batch_size > 0u;
  let phase = team[m].phase;
  if (phase == PHASE_ORDER) {
    team[m].phase = PHASE_STEP;
    return STAY;
  }
  let found = sums.xyz / vec3(vec2(f32(team[m].samples)), 1.0);
  if (phase == PHASE_BEFORE) {
    team[m].run.before = found_at(team[m].run.before, found);
  } else if (phase != PHASE_STEP || !on_batches) {
    team[m].run.now = found_at(team[m].run.now, found);
  }
  if (phase == PHASE_ORIGIN) {
    team[m].run.start_loss = found.y;
    begin_step(m);
    return select(MOVE, STAY, on_batches);
  }
  if (phase == PHASE_STEP && team[m].run.looked == 0u && !look(m, on_batches)) { return STAY; }
  if (team[m].run.row == NO_ROW) { return MOVE; }
  if (phase == PHASE_STEP && on_batches) {
    team[m].run.first_row = 0u;
    team[m].run.end_row = team[m].samples;
    team[m].phase = PHASE_ROW;
    if (team[m].run.row_before == 0u) { return STAY; }
    team[m].phase = PHASE_BEFORE;
    team[m].clock = team[m].run.before.clock + team[m].run.before.clock_low;
    return LOOK_BACK;
  }
  if (team[m].run.row_before == 1u) {
    team[m].run.row_before = 0u;
    append_earlier(m);
    if (phase == PHASE_BEFORE) {
      team[m].phase = PHASE_ROW;
      team[m].clock = team[m].run.now.clock + team[m].run.now.clock_low;
      return COME_BACK;
    }
  }
  if (record(m)) { return STAY; }
  begin_step(m);
  return select(MOVE, STAY, on_batches);
}

// A place with what an evaluation of all rows has found there.
fn found_at(place: Place, found: vec3<f32>) -> Place {
  return Place(place.clock, place.clock_low, place.u_norm, found.x, found.y, found.z);
}

// Looks at a step for the first time: which rows it has. False if the run has ended.
fn look(m: u32, on_batches: bool) -> bool {
  if (!is_finite(team[m].clock) || !is_finite(team[m].run.now.u_norm)) {
    finish(m, ENTRY_NOT_A_NUMBER, team[m].gradients);
    return false;
  }
  let steps = team[m].gradients;
  let frozen = team[m].run.frozen == 1u;
  let turn = turned(m, !on_batches);
  let errors = select(u32(team[m].run.now.errors), team[m].train_errors, on_batches);
  let goal = goal_reached(m, errors);
  let due = steps >= schedule[team[m].run.due] || steps == team[m].run.steps;
  team[m].run.looked = 1u;
  team[m].run.row = NO_ROW;
  if (turn || due || frozen) { team[m].run.row = A_ROW; }
  if (goal) { team[m].run.row = LAST_ROW; }
  // The step before a turn, or that of the freeze.
  let lacks_before = turn && steps > 1u && team[m].run.recorded + 1u < steps;
  let lacks_freeze = frozen && team[m].run.recorded < steps && steps < team[m].run.steps;
  team[m].run.row_before = select(0u, 1u, lacks_before || lacks_freeze);
  return true;
}

fn append_earlier(m: u32) {
  // Nothing has moved since it froze.
  if (team[m].run.frozen == 1u) {
    team[m].run.before = team[m].run.now;
    append_row(m, team[m].gradients, team[m].run.before);
    return;
  }
  append_row(m, team[m].gradients - 1u, team[m].run.before);
}

// Records the step, or for a run that has frozen the last one; true if the run ends with it. A step that is
// too long makes the loss rise at first: the run has failed if that is how it ends.
fn record(m: u32) -> bool {
  let step = select(team[m].gradients, team[m].run.steps, team[m].run.frozen == 1u);
  append_row(m, step, team[m].run.now);
  let last = step == team[m].run.steps;
  let loss = team[m].run.now.loss;
  let failed = loss > select(DIVERGED, 1.0, last) * team[m].run.start_loss || !is_finite(loss);
  if (failed || last || team[m].run.row == LAST_ROW) {
    finish(m, select(ENTRY_DONE, ENTRY_DIVERGED, failed), step);
    return true;
  }
  team[m].run.row = NO_ROW;
  if (step >= schedule[team[m].run.due]) { team[m].run.due++; }
  return false;
}

// The evaluation that the next step needs. On minibatches, its rows are consecutive places of the order of
// the epoch, the last ones of an epoch fewer.
fn begin_step(m: u32) {
  team[m].phase = PHASE_STEP;
  let size = team[m].run.batch_size;
  if (size == 0u) { return; }
  let per_epoch = (team[m].samples + size - 1u) / size;
  let epoch = team[m].gradients / per_epoch;
  team[m].run.first_row = team[m].gradients % per_epoch * size;
  team[m].run.end_row = min(team[m].run.first_row + size, team[m].samples);
  if (team[m].run.epochs == epoch + 1u) { return; }
  team[m].run.epochs = epoch + 1u;
  team[m].phase = PHASE_ORDER;
}

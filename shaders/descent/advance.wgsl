// What follows an evaluation: the state machine of `phase`, twin of src/cpu/descent/run.ts. With all
// samples, one pass gives the gradient of a step and what its row tells. On minibatches a step has a
// pass over its batch, and a row one of its own over all samples.

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
  if (next == COME_BACK) {
    for (var k = lid; k < team[m].quads; k += WORKGROUP) {
      let x = value_of(sum_at(m, HIGH, LOW, k));
      vectors[vector(m, POINT) + k] = vectors[vector(m, SCALE) + k] * x;
    }
    return;
  }
  if (next != MOVE) { return; }
  let moved = step(lid, m, sums.x);
  if (lid == 0u) { action = after_step(m, moved); }
  if (workgroupUniformLoad(&action) == LOOK_BACK) {
    for (var k = lid; k < team[m].quads; k += WORKGROUP) {
      vectors[vector(m, POINT) + k] = vectors[vector(m, LAST_POINT) + k];
    }
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
  if (phase == PHASE_STEP && on_batches) { return MOVE; }

  let samples = f32(team[m].samples);
  if (phase == PHASE_BEFORE) {
    team[m].run.before.residual = sums.x / samples;
    team[m].run.before.loss = sums.y / samples;
    team[m].run.before.errors = sums.z;
    append_row(m, team[m].gradients - 1u, team[m].run.before);
    team[m].clock = team[m].run.now.clock + team[m].run.now.clock_low;
    team[m].phase = PHASE_ROW;
    return COME_BACK;
  }
  team[m].run.now.residual = sums.x / samples;
  team[m].run.now.loss = sums.y / samples;
  team[m].run.now.errors = sums.z;
  if (phase == PHASE_ORIGIN) {
    team[m].run.start_loss = team[m].run.now.loss;
    team[m].phase = PHASE_STEP;
    if (!on_batches) { return MOVE; }
    begin_batch(m);
    return STAY;
  }
  if (phase == PHASE_ROW) { return record(m, team[m].run.goal == 1u); }

  if (not_a_number(m)) { return STAY; }
  let turn = turned(m, true);
  let goal = goal_reached(m, u32(sums.z));
  if (turn && lacks_row_before(m)) { append_row(m, team[m].gradients - 1u, team[m].run.before); }
  if (turn || goal || is_due(m)) { return record(m, goal); }
  return MOVE;
}

// One invocation.
fn after_step(m: u32, moved: bool) -> u32 {
  // Gradient descent that does not change its parameters never will: it has frozen.
  if (!moved && team[m].run.kind == KIND_GD) {
    if (team[m].gradients < team[m].run.steps && team[m].run.recorded < team[m].gradients) {
      append_row(m, team[m].gradients, team[m].run.now);
    }
    record_step(m, team[m].run.steps, false);
    return STAY;
  }
  if (team[m].run.batch_size == 0u || not_a_number(m)) { return STAY; }
  let turn = turned(m, false);
  let goal = goal_reached(m, team[m].train_errors);
  team[m].run.goal = select(0u, 1u, goal);
  if (!turn && !goal && !is_due(m)) {
    begin_batch(m);
    return STAY;
  }
  team[m].run.first_row = 0u;
  team[m].run.end_row = team[m].samples;
  team[m].phase = PHASE_ROW;
  if (!turn || !lacks_row_before(m)) { return STAY; }
  team[m].clock = team[m].run.before.clock + team[m].run.before.clock_low;
  team[m].phase = PHASE_BEFORE;
  return LOOK_BACK;
}

fn is_due(m: u32) -> bool {
  return team[m].gradients >= schedule[team[m].run.due] || team[m].gradients == team[m].run.steps;
}

fn lacks_row_before(m: u32) -> bool {
  return team[m].gradients > 1u && team[m].run.recorded + 1u < team[m].gradients;
}

// Ends a run whose parameters are not finite.
fn not_a_number(m: u32) -> bool {
  if (is_finite(team[m].clock) && is_finite(team[m].run.now.u_norm)) { return false; }
  finish(m, ENTRY_NOT_A_NUMBER, team[m].gradients);
  return true;
}

// Records the step and goes on, unless the run ends with it.
fn record(m: u32, goal: bool) -> u32 {
  if (record_step(m, team[m].gradients, goal)) { return STAY; }
  if (team[m].gradients >= schedule[team[m].run.due]) { team[m].run.due++; }
  if (team[m].run.batch_size == 0u) { return MOVE; }
  begin_batch(m);
  return STAY;
}

// Records a step; true if the run ends with it. A step that is too long makes the loss rise at first: the
// run has failed if that is how it ends.
fn record_step(m: u32, step: u32, goal: bool) -> bool {
  append_row(m, step, team[m].run.now);
  let last = step == team[m].run.steps;
  let loss = team[m].run.now.loss;
  if (loss > select(DIVERGED, 1.0, last) * team[m].run.start_loss || !is_finite(loss)) {
    finish(m, ENTRY_DIVERGED, step);
    return true;
  }
  if (goal || last) { finish(m, ENTRY_DONE, step); }
  return goal || last;
}

// The rows of the next step: consecutive places of the order of the epoch, the last ones of an epoch fewer.
fn begin_batch(m: u32) {
  let size = team[m].run.batch_size;
  let per_epoch = (team[m].samples + size - 1u) / size;
  let epoch = team[m].gradients / per_epoch;
  team[m].run.first_row = team[m].gradients % per_epoch * size;
  team[m].run.end_row = min(team[m].run.first_row + size, team[m].samples);
  let fresh = epoch != team[m].run.epoch || team[m].gradients == 0u;
  team[m].run.epoch = epoch;
  team[m].phase = select(PHASE_STEP, PHASE_ORDER, fresh);
}

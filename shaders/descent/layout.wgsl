// Training in steps: what a seat has of it. Twin of the fields of Descent in src/cpu/descent/run.ts.

struct Run {
  // What the host writes.
  kind: u32,          // one of KIND_*
  single: u32,        // 1: parameters are kept in float32
  learning_rate: f32, // η
  momentum: f32,      // β
  forgotten1: f32,    // 1 − β, or 1 − β₁: what a step takes off a mean
  forgotten2: f32,    // 1 − β₂
  epsilon: f32,       // ε
  l2_weights: f32,
  l2_bias: f32,
  decay_weights: f32,
  decay_bias: f32,
  mean_shift: f32,    // σm: how S_1 shifts the mean of z
  steps: u32,
  batch_size: u32,    // 0: all samples
  batch_key0: u32,    // Threefry key of the order of samples
  batch_key1: u32,
  step_cost: u32,     // loop iterations of a pass over a batch, and of putting an epoch in order
  order_cost: u32,
  test_marks: u32,    // thresholds of test accuracy; those of training accuracy come after them
  train_marks: u32,
  // Where the run stands.
  first_row: u32,     // places of the rows of the next evaluation
  end_row: u32,
  epochs: u32,        // those begun: the order of the last one is there
  due: u32,           // place in the schedule of the next row
  recorded: u32,      // step of the last row
  looked: u32,        // 1: the thresholds have been looked at in this step
  row: u32,           // what row it has: NO_ROW, …
  row_before: u32,    // 1: and one for the step before
  frozen: u32,        // 1: steps change nothing any more
  below: u32,         // a bit for each threshold: below it; crossed for good
  crossed: u32,
  start_loss: f32,
  correction1: f32,     // 1 − β₁ᵏ and 1 − β₂ᵏ, high and low part
  correction1_low: f32,
  correction2: f32,
  correction2_low: f32,
  now: Place,
  before: Place,      // one step earlier
}

// What a row tells of a step.
struct Place {
  clock: f32,     // θ, high and low part
  clock_low: f32,
  u_norm: f32,    // ‖u‖
  residual: f32,  // mean of r
  loss: f32,      // training loss
  errors: f32,    // training errors
}

// Where a run stands after PHASE_ORIGIN, which evaluates the start.
const PHASE_STEP = 2u;   // evaluates the gradient of the next step
const PHASE_ORDER = 3u;  // puts the samples of an epoch in order
const PHASE_BEFORE = 4u; // on minibatches: evaluates all rows for the row of the step before
const PHASE_ROW = 5u;    // and for that of this step

const NO_ROW = 0u;
const A_ROW = 1u;
const LAST_ROW = 2u; // the goal is reached

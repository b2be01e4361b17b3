// Structs shared with the host, which derives its offsets from this text: scalars of four bytes
// only, so that a field's offset is its place.

// A seat of the engine: one replica with everything its integration needs to go on later. MEMBERS
// seats in a row are a team, whose replicas share a dataset.
// Twin of the fields of FlowRun in src/cpu/flow.ts.
struct Slot {
  // What the host writes.
  phase: u32,            // one of PHASE_*
  variant: u32,          // of the pass over rows: the same in all seats of a team
  samples: u32,          // N
  dimensions: u32,       // d
  octets: u32,           // groups of eight columns, ceil(d / 8)
  row_octets: u32,       // those in a stored row: more, if a member of the team has more columns
  data_columns: u32,     // columns of the dataset to be made with this seat; 0: it is there
  part_rows: u32,        // rows in each buffer that the dataset is spread over
  data_offset: u32,      // first vec4<u32> of the dataset in `data`
  vectors_offset: u32,   // first vec4<f32> of the vectors in `vectors`
  samples_offset: u32,   // first f32 of the per-sample values in `sample_values`
  partials_offset: u32,  // first vec4<f32> of the sums of the workgroups in `partials`
  key0: u32,             // Threefry key of the dataset
  key1: u32,
  sigma: f32,            // σ
  conformal: u32,        // 1: the loss is exp(u·g), without bias
  tolerance: f32,        // error per step, relative to UNORM_FLOOR + ‖u‖
  log1p_horizon: f32,    // log(1 + t_end)
  has_goal: u32,         // 1: the run may end before the horizon
  goal_quantile: f32,    // θ/‖u‖ of the largest test threshold
  goal_errors: u32,      // most training errors at the goal
  max_rows: u32,         // rows after which the run has failed
  cost: u32,             // loop iterations of one gradient
  reevaluates: u32,      // 1: the same point is evaluated again
  largest: f32,          // log of the largest r_i at the last evaluation; −log 2 at the start
  // The last accepted step.
  root: f32,             // τ = √θ
  u_norm: f32,           // ‖u‖
  y: f32,                // log(1 + t)
  y_slope: f32,          // dy/dθ
  train_errors: u32,
  radius: f32,           // spectral radius of dF/du, with its safety factor
  rows: u32,             // rows recorded
  gradients: u32,        // gradient evaluations
  was_below: u32,        // 1 once test accuracy has been below the goal
  // The step being tried.
  clock: f32,            // θ of the next evaluation
  h: f32,                // length in τ
  stages: u32,
  stage: u32,            // the stage being evaluated, 1 … stages
  y_increment: f32,      // D_j of y, and the one before
  y_previous: f32,
  y_end_slope: f32,      // dy/dθ at the last evaluation
  first_slope_norm: f32, // ‖F‖ at u = 0
  origin_residual: f32,  // log mean r and log loss at u = 0
  origin_loss: f32,
  // Step control.
  wanted: f32,
  last_error: f32,
  last_step: f32,
  rejections: u32,
  radius_at: u32,        // gradients when ρ was last estimated
  power_left: u32,       // power iterations to go
}

// One stage of RKC2; see src/model/rkc.ts.
struct Stage {
  mu: f32,
  nu: f32,
  mu_tilde: f32,
  gamma_tilde: f32,
  c: f32,
}

struct Params {
  budget: u32,           // loop iterations per workgroup and dispatch
  journal_capacity: u32, // entries in the journal
  part: u32,             // the buffer of rows that is bound, of several
  slices: u32,           // workgroups of all parts, whose sums make a gradient
}

// What the host writes into `phase`, and where a run stands.
const PHASE_EMPTY = 0u;
const PHASE_ORIGIN = 1u; // evaluates F at u = 0
const PHASE_FIRST = 2u;  // evaluates one infinitesimal step later
const PHASE_POWER = 3u;  // estimates the spectral radius
const PHASE_STAGE = 4u;  // inside a step

// Kinds of journal entries: a row of the record, or the end of a replica.
const ENTRY_ROW = 0u;
const ENTRY_DONE = 1u;
const ENTRY_FULL = 2u;   // the record has reached max_rows
const ENTRY_STALLED = 3u; // the step size fell to zero

// Words of a journal entry: seat, kind, then the columns of a row (src/model/trajectory.ts).
const ENTRY_WORDS = 14u;

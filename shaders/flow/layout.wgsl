// Gradient flow: what a seat has of it. Twin of the fields of FlowRun in src/cpu/flow.ts.

struct Run {
  // What the host writes.
  sigma: f32,            // σ
  conformal: u32,        // 1: the loss is exp(u·g), without bias
  tolerance: f32,        // error per step, relative to UNORM_FLOOR + ‖u‖
  log1p_horizon: f32,    // log(1 + t_end)
  max_rows: u32,         // rows after which the run has failed
  largest: f32,          // log of the largest r_i at the last evaluation; −log 2 at the start
  reevaluates: u32,      // 1: the same point is evaluated again
  // The last accepted step.
  root: f32,             // τ = √θ
  u_norm: f32,           // ‖u‖
  y: f32,                // log(1 + t)
  y_slope: f32,          // dy/dθ
  rows: u32,             // rows recorded
  radius: f32,           // spectral radius of dF/du, with its safety factor
  was_below: u32,        // 1 once test accuracy has been below the goal
  // The step being tried.
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

// Where a run stands after PHASE_ORIGIN, which evaluates F at u = 0.
const PHASE_FIRST = 2u;  // evaluates one infinitesimal step later
const PHASE_POWER = 3u;  // estimates the spectral radius
const PHASE_STAGE = 4u;  // inside a step

// Gradient flow in time: what a seat has of it. Twin of the fields of FlowInTime in
// src/cpu/descent/flow-in-time.ts.

struct Run {
  // What the host writes.
  sigma: f32,             // σ
  mean_shift: f32,        // σm: how S_1 shifts the mean of z
  log_decay_weights: f32, // log γ; far below all other logarithms where there is no decay
  log_decay_bias: f32,
  tolerance: f32,         // error per step, relative to UNORM_FLOOR + ‖u‖ and UNORM_FLOOR + |b|
  log1p_horizon: f32,     // log(1 + t_end)
  wanted: f32,            // length of the next step over 1 + t
  largest: f32,           // log of the largest r_i at the last evaluation
  reevaluates: u32,       // 1: the same point is evaluated again
  // The last accepted step.
  y: f32,                 // log(1 + t)
  u_norm: f32,            // ‖u‖
  slope_scale: f32,       // log of what SLOPE and CURVATURE are multiples of
  was_below: u32,         // 1 once test accuracy has been below the goal
  below: u32,             // 1: it was at the last step
  recorded_at: f32,       // y of the last row
  rows: u32,
  // The step being tried.
  step: f32,              // its length over 1 + t
  log_step: f32,          // log h
  last: u32,              // 1: it ends at the horizon
  rejections: u32,
  damping_weights: f32,   // log(1 + GAMMA h (γ + e^slope_scale)): what an equation is divided by
  damping_bias: f32,
  overflown: u32,         // 1: an equation of this step has gone beyond float32
  // The equation being solved.
  square: f32,            // ‖residual‖²
  enough: f32,            // where it is solved
  iterations: u32,
}

// Where a run stands after PHASE_ORIGIN, which evaluates the start.
const PHASE_FIRST = 2u;  // solves for the first stage
const PHASE_MIDDLE = 3u; // evaluates where it leads
const PHASE_SECOND = 4u; // solves for the second stage
const PHASE_END = 5u;    // evaluates the end of an accepted step

// Linear equations of a step, (1 + GAMMA h (γ + ∇²L)) v = right side, by conjugate gradients. They are
// divided by D = 1 + GAMMA h (γ + e^slope_scale), which is the preconditioner, so that no term is too large
// whatever h, γ and residuals: e^slope_scale is how large residuals are, and with them ∇²L. A pass over the
// rows gives the product of the Hessian with a direction.

fn is_bias(m: u32, k: u32) -> bool { return k == team[m].quads - 1u; }

// log D of four parameters.
fn damping(m: u32, k: u32) -> f32 {
  return select(team[m].run.damping_weights, team[m].run.damping_bias, is_bias(m, k));
}

// h e^x / D.
fn damped(m: u32, k: u32, x: f32) -> f32 { return exp(team[m].run.log_step + x - damping(m, k)); }

// h γ / D.
fn decay(m: u32, k: u32) -> f32 {
  return damped(m, k, select(team[m].run.log_decay_weights, team[m].run.log_decay_bias, is_bias(m, k)));
}

// What a square counts in the inner product of the method: D, over the lesser of weights and bias. Beyond
// e^60 the two are as good as apart.
fn measure(m: u32, k: u32) -> f32 {
  return exp(min(60.0, damping(m, k) - min(team[m].run.damping_weights, team[m].run.damping_bias)));
}

// Four values of the gradient, or of the Hessian times a direction, over the scale of what rows weighed in
// the last pass, given the sum of the weights.
fn mean_slope(m: u32, k: u32, total: f32) -> vec4<f32> {
  let samples = f32(team[m].samples);
  if (is_bias(m, k)) { return vec4(total / samples, 0.0, 0.0, 0.0); }
  var slope = vectors[vector(m, SCALE) + k] * vectors[vector(m, SUM) + k];
  if (k == 0u) { slope.x += team[m].run.mean_shift * total; }
  return slope / samples;
}

// S_1 and b of the point or direction of the next pass.
var<workgroup> first_weight: f32;
var<workgroup> bias: f32;

// Four values of the point or direction of the next pass.
fn put_point(m: u32, k: u32, x: vec4<f32>) {
  vectors[vector(m, POINT) + k] = vectors[vector(m, SCALE) + k] * x;
  if (k == 0u) { first_weight = x.x; }
  if (is_bias(m, k)) { bias = x.x; }
}

// One invocation, when all have put the point.
fn set_clock(m: u32) { team[m].clock = -bias - team[m].run.mean_shift * first_weight; }

// All invocations: makes the right side of a stage. h F(X) for the first; for the second
// h F(X + h k_1) − 2 h k_1, from a pass whose weights were over e^scale and had the sum `total`.
fn start_equation(lid: u32, m: u32, phase: u32, scale: f32, total: f32) {
  var square = 0.0;
  for (var k = lid; k < team[m].quads; k += WORKGROUP) {
    let x = vectors[vector(m, X) + k];
    var right = -damped(m, k, scale) * vectors[vector(m, SLOPE) + k] - decay(m, k) * x;
    var solution = FIRST;
    if (phase == PHASE_SECOND) {
      let first = vectors[vector(m, FIRST) + k];
      right = -damped(m, k, scale) * mean_slope(m, k, total) - decay(m, k) * (x + first)
        - 2.0 * exp(-damping(m, k)) * first;
      solution = SECOND;
    }
    vectors[vector(m, solution) + k] = vec4(0.0);
    vectors[vector(m, RESIDUAL) + k] = right;
    vectors[vector(m, DIRECTION) + k] = right;
    put_point(m, k, right);
    square += measure(m, k) * dot(right, right);
  }
  square = reduce_sum(lid, vec4(square, 0.0, 0.0, 0.0)).x;
  if (lid == 0u) {
    team[m].phase = phase;
    team[m].run.square = square;
    team[m].run.enough = SOLVED * SOLVED * square;
    team[m].run.iterations = 0u;
    set_clock(m);
  }
}

// All invocations: one iteration, with the product of the Hessian and the direction from the last pass; true
// if the equation is solved.
fn iterate(lid: u32, m: u32, total: f32) -> bool {
  let solution = select(SECOND, FIRST, team[m].phase == PHASE_FIRST);
  let square = team[m].run.square;
  var along = 0.0;
  for (var k = lid; k < team[m].quads; k += WORKGROUP) {
    let direction = vectors[vector(m, DIRECTION) + k];
    let curve = GAMMA * damped(m, k, team[m].run.slope_scale);
    let own = exp(-damping(m, k)) + GAMMA * decay(m, k);
    let product = own * direction + curve * mean_slope(m, k, total);
    vectors[vector(m, SUM) + k] = product;
    along += measure(m, k) * dot(direction, product);
  }
  along = reduce_sum(lid, vec4(along, 0.0, 0.0, 0.0)).x;
  let alpha = select(0.0, square / along, along > 0.0);
  var left = 0.0;
  for (var k = lid; k < team[m].quads; k += WORKGROUP) {
    vectors[vector(m, solution) + k] += alpha * vectors[vector(m, DIRECTION) + k];
    let residual = vectors[vector(m, RESIDUAL) + k] - alpha * vectors[vector(m, SUM) + k];
    vectors[vector(m, RESIDUAL) + k] = residual;
    left += measure(m, k) * dot(residual, residual);
  }
  left = reduce_sum(lid, vec4(left, 0.0, 0.0, 0.0)).x;
  let beta = left / square;
  for (var k = lid; k < team[m].quads; k += WORKGROUP) {
    let direction = vectors[vector(m, RESIDUAL) + k] + beta * vectors[vector(m, DIRECTION) + k];
    vectors[vector(m, DIRECTION) + k] = direction;
    put_point(m, k, direction);
  }
  workgroupBarrier();
  if (lid == 0u) {
    team[m].run.square = left;
    team[m].run.iterations++;
    set_clock(m);
    if (!is_finite(along) || !is_finite(left)) { team[m].run.overflown = 1u; }
    let open = left > team[m].run.enough && team[m].run.overflown == 0u;
    accepted = select(1u, 0u, open && team[m].run.iterations < MAX_ITERATIONS);
  }
  return workgroupUniformLoad(&accepted) == 1u;
}

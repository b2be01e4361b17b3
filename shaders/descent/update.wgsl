// One step: what a kind of dynamics makes of a gradient. Twin of src/cpu/descent/update.ts.

// Mean squares are those of gradients in units of 2^−32, as squares of small ones would be zero.
const SQUARE_SCALE = 4294967296.0;

fn sum_at(m: u32, high: u32, low: u32, k: u32) -> Sum {
  return Sum(vectors[vector(m, high) + k], vectors[vector(m, low) + k]);
}

fn put_sum(m: u32, high: u32, low: u32, k: u32, sum: Sum) {
  vectors[vector(m, high) + k] = sum.high;
  vectors[vector(m, low) + k] = sum.low;
}

// A mean that takes in a value: it loses `forgotten` of itself, v ← v + value − forgotten·v. In one number
// it would no longer follow where that is below half a spacing: to 2^−25/forgotten of it.
fn follow(m: u32, high: u32, low: u32, k: u32, value: vec4<f32>, forgotten: f32) -> vec4<f32> {
  let mean = sum_at(m, high, low, k);
  let next = add(mean, value - forgotten * value_of(mean), MEAN_LEAST);
  put_sum(m, high, low, k, next);
  return value_of(next);
}

// Four parameters' direction of a step from their gradient.
fn direction(m: u32, k: u32, gradient: vec4<f32>) -> vec4<f32> {
  let kind = team[m].run.kind;
  let momentum = team[m].run.momentum;
  let forgotten1 = team[m].run.forgotten1;
  let forgotten2 = team[m].run.forgotten2;
  if (kind == KIND_GD || kind == KIND_SGD) { return gradient; }
  if (kind == KIND_HEAVYBALL || kind == KIND_NESTEROV) {
    let velocity = follow(m, FIRST, FIRST_LOW, k, gradient, forgotten1);
    return select(velocity, gradient + momentum * velocity, kind == KIND_NESTEROV);
  }
  let scaled = SQUARE_SCALE * gradient;
  let mean = follow(m, FIRST, FIRST_LOW, k, forgotten1 * gradient, forgotten1);
  let square = follow(m, SECOND, SECOND_LOW, k, forgotten2 * scaled * scaled, forgotten2);
  let root = sqrt(square / team[m].run.correction2) / SQUARE_SCALE;
  return mean / team[m].run.correction1 / (root + team[m].run.epsilon);
}

// One invocation: 1 − βᵏ is what the mean of k ones is.
fn correct(m: u32) {
  let sum = Sum(
    vec4(team[m].run.correction1, team[m].run.correction2, 0.0, 0.0),
    vec4(team[m].run.correction1_low, team[m].run.correction2_low, 0.0, 0.0),
  );
  let forgotten = vec4(team[m].run.forgotten1, team[m].run.forgotten2, 0.0, 0.0);
  let next = add(sum, forgotten * (vec4(1.0) - value_of(sum)), MEAN_LEAST);
  team[m].run.correction1 = next.high.x;
  team[m].run.correction2 = next.high.y;
  team[m].run.correction1_low = next.low.x;
  team[m].run.correction2_low = next.low.y;
}

var<workgroup> mean_of_first: f32; // what S_1 shifts the mean of z by

// All invocations: moves the parameters by one step, given Σ r of the rows.
fn step(lid: u32, m: u32, total: f32) {
  if (lid == 0u) {
    team[m].run.before = team[m].run.now;
    correct(m);
  }
  workgroupBarrier();
  let rows = f32(team[m].run.end_row - team[m].run.first_row);
  let bias = team[m].quads - 1u;
  var sums = vec4(0.0); // ‖u‖², parameters that changed
  for (var k = lid; k <= bias; k += WORKGROUP) {
    let scale = vectors[vector(m, SCALE) + k];
    let parameter = sum_at(m, HIGH, LOW, k);
    let x = value_of(parameter);
    var slope = scale * vectors[vector(m, SLOPE) + k];
    if (k == 0u) { slope.x += team[m].run.mean_shift * total; }
    if (k == bias) { slope = vec4(total, 0.0, 0.0, 0.0); }
    let l2 = select(team[m].run.l2_weights, team[m].run.l2_bias, k == bias);
    let decay = select(team[m].run.decay_weights, team[m].run.decay_bias, k == bias);
    let along = direction(m, k, slope / rows + l2 * x);
    let increment = -team[m].run.learning_rate * (along + decay * x);
    var next = Sum(x + increment, vec4(0.0));
    if (team[m].run.single == 0u) { next = add(parameter, increment, PARAMETER_LEAST); }
    let changed = (next.high != parameter.high) | (next.low != parameter.low);
    sums.y += select(0.0, 1.0, any(changed));
    put_sum(m, HIGH, LOW, k, next);
    if (team[m].run.batch_size > 0u) {
      vectors[vector(m, LAST_POINT) + k] = vectors[vector(m, POINT) + k];
    }
    let point = scale * value_of(next);
    vectors[vector(m, POINT) + k] = point;
    if (k == 0u) { mean_of_first = team[m].run.mean_shift * value_of(next).x; }
    if (k == bias) {
      team[m].run.now.clock = -next.high.x;
      team[m].run.now.clock_low = -next.low.x;
    } else {
      sums.x += dot(point, point);
    }
  }
  sums = reduce_sum(lid, sums);
  if (lid == 0u) {
    team[m].gradients++;
    team[m].run.looked = 0u;
    team[m].run.now.clock_low -= mean_of_first;
    team[m].run.now.u_norm = sqrt(sums.x);
    team[m].clock = team[m].run.now.clock + team[m].run.now.clock_low;
    // Gradient descent that does not change its parameters never will.
    if (team[m].run.kind == KIND_GD && sums.y == 0.0) { team[m].run.frozen = 1u; }
    begin_step(m);
  }
  workgroupBarrier();
}

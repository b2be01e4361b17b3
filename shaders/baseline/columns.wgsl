// Second pass: F = −σ² Σ r_i g_i / Σ r_i, one thread a pair of columns, and the step.

@compute @workgroup_size(WORKGROUP)
fn columns(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= shape.pairs) { return; }
  var sum = vec2(0.0);
  var weights = 0.0;
  for (var i = 0u; i < shape.samples; i++) {
    let row = id.y * shape.samples + i;
    sum += residuals[row] * unpack2x16float(data[row * shape.pairs + id.x]);
    weights += residuals[row];
  }
  let slope = -shape.sigma * shape.sigma * sum / weights;
  let at = id.y * shape.pairs + id.x;
  slopes[at] = slope;
  u[at] += shape.step * slope;
  if (id.x == 0u) { clocks[id.y] += shape.step; }
}

// First pass: z_i = u·g_i − θ and r_i = 1/(1 + e^{−z_i}), one thread a row.

@compute @workgroup_size(WORKGROUP)
fn rows(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= shape.samples) { return; }
  let row = id.y * shape.samples + id.x;
  var z = -clocks[id.y];
  for (var k = 0u; k < shape.pairs; k++) {
    z += dot(unpack2x16float(data[row * shape.pairs + k]), u[id.y * shape.pairs + k]);
  }
  residuals[row] = 1.0 / (1.0 + exp(-z));
}

// A flow in time in the resident kernel: every evaluation is a pass over all rows, for a gradient or for a
// product with the Hessian.

fn next_cost() -> u32 { return team[0].cost; }

fn evaluate(lid: u32) { pass_over(lid, 0u, workgroupUniformLoad(&team[0].samples)); }

fn put_slope(m: u32, octet: u32, low: vec4<f32>, high: vec4<f32>) {
  if (team[m].phase == PHASE_EMPTY || octet >= team[m].octets) { return; }
  let at = vector(m, SUM) + 2u * octet;
  vectors[at] = own_columns(m, 2u * octet, low);
  vectors[at + 1u] = own_columns(m, 2u * octet + 1u, high);
}

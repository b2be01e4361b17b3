// A descent in the resident kernel.

// Places of the rows of the next evaluation; none: an epoch is put in order.
var<workgroup> span: vec2<u32>;

fn next_cost() -> u32 {
  span = vec2(team[0].run.first_row, team[0].run.end_row);
  if (team[0].phase == PHASE_ORDER) {
    span = vec2(0u);
    return team[0].run.order_cost;
  }
  return select(team[0].cost, team[0].run.step_cost, team[0].phase == PHASE_STEP);
}

fn evaluate(lid: u32) {
  let places = workgroupUniformLoad(&span);
  if (places.y > 0u) { pass_over(lid, places.x, places.y); } else { order_epoch(lid); }
}

// A descent in the resident kernel.

fn next_cost() -> u32 {
  if (team[0].phase == PHASE_ORDER) { return team[0].run.order_cost; }
  return select(team[0].cost, team[0].run.step_cost, team[0].phase == PHASE_STEP);
}

fn evaluate(lid: u32) {
  if (workgroupUniformLoad(&team[0].phase) == PHASE_ORDER) {
    order_epoch(lid);
    return;
  }
  let first = workgroupUniformLoad(&team[0].run.first_row);
  pass_over(lid, first, workgroupUniformLoad(&team[0].run.end_row));
}

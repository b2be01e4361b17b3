// The host writes the start.
fn reset(slot: u32, first: u32, stride: u32) {}

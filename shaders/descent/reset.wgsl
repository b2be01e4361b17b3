// The host writes the start of a descent.
fn reset(slot: u32, first: u32, stride: u32) {}

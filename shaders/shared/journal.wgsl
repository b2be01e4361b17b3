// The journal of a round: every accepted step of every replica, and how replicas ended, in the order in
// which it happened. The host reads it after each round and starts it anew.

struct Journal {
  count: atomic<u32>,     // entries
  gradients: atomic<u32>, // gradient evaluations of the round
  entries: array<u32>,
}

// Appends an entry without columns and returns where columns would go. One invocation calls it.
fn append(m: u32, kind: u32) -> u32 {
  let at = ENTRY_WORDS * atomicAdd(&journal.count, 1u);
  journal.entries[at] = first_seat + m;
  journal.entries[at + 1u] = kind;
  return at + 2u;
}

// One invocation: the replica ends, the seat is free.
fn finish(m: u32, kind: u32, gradients: u32) {
  journal.entries[append(m, kind)] = gradients;
  team[m].phase = PHASE_EMPTY;
}

// By how much a threshold of test accuracy has to be exceeded, relative: more than what rounding hides, since
// the host, which reads the row in float64, has to find it crossed as well.
const EXCESS = 1.0 + 4e-7;

// The least number that has a logarithm on every device.
const LEAST = 1.1754944e-38;

// Structs shared with the host, which derives its offsets from this text: scalars of four bytes
// only, so that a field's offset is its place.

// A seat of the engine: one replica with everything its training needs to go on later. MEMBERS seats
// in a row are a team, whose replicas share a dataset. `Run` belongs to the method: flow/layout.wgsl,
// descent/layout.wgsl.
struct Slot {
  // What the host writes.
  phase: u32,            // one of PHASE_*
  variant: u32,          // of the pass over rows: the same in all seats of a team
  samples: u32,          // N
  dimensions: u32,       // d
  octets: u32,           // groups of eight columns, ceil(d / 8)
  quads: u32,            // vec4<f32> of a vector
  row_octets: u32,       // octets in a stored row: more, if a member of the team has more columns
  data_columns: u32,     // columns of the dataset to be made with this seat; 0: it is there
  part_rows: u32,        // rows in each buffer that the dataset is spread over
  data_offset: u32,      // first vec4<u32> of the dataset in `data`
  vectors_offset: u32,   // first vec4<f32> of the vectors in `vectors`
  samples_offset: u32,   // first of the per-sample values in `sample_values`
  partials_offset: u32,  // first vec4<f32> of the sums of the workgroups in `partials`
  key0: u32,             // Threefry key of the dataset
  key1: u32,
  has_goal: u32,         // 1: the run may end before the horizon
  goal_quantile: f32,    // θ/‖u‖ of the largest test threshold
  goal_errors: u32,      // most training errors at the goal
  cost: u32,             // loop iterations of one pass over all rows
  // Where the run stands.
  clock: f32,            // θ of the next evaluation
  train_errors: u32,     // at the last row
  gradients: u32,        // gradient evaluations; steps of a descent
  run: Run,
}

struct Params {
  budget: u32,           // loop iterations per workgroup and dispatch
  journal_capacity: u32, // entries in the journal
  part: u32,             // the buffer of rows that is bound, of several
  slices: u32,           // workgroups of all parts, whose sums make a gradient
}

// What the host writes into `phase`; the method has more.
const PHASE_EMPTY = 0u;
const PHASE_ORIGIN = 1u; // evaluates the start

// Kinds of journal entries: a row of the record, or the end of a replica.
const ENTRY_ROW = 0u;
const ENTRY_DONE = 1u;
const ENTRY_FULL = 2u;         // the record has reached max_rows
const ENTRY_STALLED = 3u;      // the step size fell to zero
const ENTRY_NOT_A_NUMBER = 4u; // a parameter is not finite
const ENTRY_DIVERGED = 5u;     // the training loss of the last row is too large

// Words of a journal entry: seat, kind, then the columns of a row (src/model/trajectory.ts).
const ENTRY_WORDS = 14u;

// Most entries that a seat may append after an evaluation.
const MAX_ENTRIES = 3u;

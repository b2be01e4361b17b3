// What a flow in time works on beside the seats.

@group(0) @binding(3) var<storage, read_write> sample_values: array<f32>;

// Vectors of a slot: d values each, padded with zeros to octets, and after them that of the bias.
const SCALE = 0u;     // σ s_j, by which S_j becomes u_j; nothing for the bias
const X = 1u;         // parameters S and b at the last accepted step
const POINT = 2u;     // u of the next pass over rows; nothing for the bias, which is in the clock
const SUM = 3u;       // Σ weight·g of the last pass; nothing for the bias
const SLOPE = 4u;     // ∇L at X, over e^slope_scale
const FIRST = 5u;     // first stage, h k_1
const SECOND = 6u;    // second stage, h k_2
const RESIDUAL = 7u;  // of the equation being solved
const DIRECTION = 8u; // in which its solution moves next

// Per-sample values of a slot: N each.
const CURVATURE = 0u; // r (1 − r) at X, over e^slope_scale

// What a flow works on beside the seats.

@group(0) @binding(3) var<storage, read_write> sample_values: array<f32>;
@group(0) @binding(4) var<storage, read> stages: array<Stage>;
@group(0) @binding(7) var<storage, read_write> partials: array<vec4<f32>>;

// Vectors of a slot: d values each, padded with zeros to octets.
const U = 0u;                  // u at the last accepted step
const SLOPE = 1u;              // F there
const POINT = 2u;              // where F is evaluated; at the end of a step, u there
const END_SLOPE = 3u;          // F there
const INCREMENT = 4u;          // D_j
const PREVIOUS_INCREMENT = 5u; // D_{j−1}
const DIRECTION = 6u;          // of the power iterations

// Per-sample values of a slot: N each.
const Z_START = 0u; // z_i at the last accepted step
const Z_END = 1u;   // z_i at the last evaluation

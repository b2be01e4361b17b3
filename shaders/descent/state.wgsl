// What a descent works on beside the seats.

@group(0) @binding(3) var<storage, read_write> sample_values: array<u32>;
@group(0) @binding(4) var<storage, read> schedule: array<u32>; // steps that have a row whatever happens

// Vectors of a slot: d values each, padded with zeros to octets, and after them that of the bias.
const SCALE = 0u;       // σ s_j, by which S_j becomes u_j; 1
const HIGH = 1u;        // parameters S and b: high and low part
const LOW = 2u;
const POINT = 3u;       // u and b, where the gradient is evaluated
const SLOPE = 4u;       // Σ r g of the rows; nothing for the bias
const LAST_POINT = 5u;  // on minibatches: POINT one step earlier
const FIRST = 6u;       // velocity or mean gradient: high and low part
const FIRST_LOW = 7u;
const SECOND = 8u;      // mean square gradient: high and low part
const SECOND_LOW = 9u;
const MARKS = 10u;      // thresholds, four in a vec4

// Per-sample values of a slot, N each: random numbers, and the samples in their order.
const NUMBERS = 0u;
const ORDER = 1u;

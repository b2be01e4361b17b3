// The straightforward gradient, against which the kernels are measured: two passes that read the
// dataset from storage, one thread a row, then one a pair of columns, and a step of Euler's method.
// Replicas are on the y axis. It underflows where the flow kernels do not.

struct Shape {
  samples: u32,
  pairs: u32,            // words in a row: pairs of columns, the last one padded with zero
  sigma: f32,
  step: f32,             // length in θ of the step that follows each gradient
}

@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> data: array<u32>;               // two halves in a word
@group(0) @binding(2) var<storage, read_write> u: array<vec2<f32>>;
@group(0) @binding(3) var<storage, read_write> residuals: array<f32>;    // r_i, one a sample
@group(0) @binding(4) var<storage, read_write> slopes: array<vec2<f32>>; // F, like u
@group(0) @binding(5) var<storage, read_write> clocks: array<f32>;       // θ, one a replica

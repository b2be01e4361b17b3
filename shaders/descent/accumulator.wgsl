// Sums of many small increments, in two numbers: `high` is a multiple of a power of two q, and `low`
// collects what is added. Where low has reached a multiple of q, that much is moved. Both sides of a move
// are exact, and no identity of algebra removes the rounding to a multiple, so that it survives compilers
// that fold compensated sums away.
//
// q is the spacing of float32 at the larger of both, at least 2^−least. While the sum is below
// 2^(24 − least), `high` is a multiple of 2^−least that float32 holds: nothing is ever rounded but
// increments, to 2^−24 q. Beyond, a move rounds by half a spacing when it takes `high` past a power of two,
// once for each doubling.

struct Sum {
  high: vec4<f32>,
  low: vec4<f32>,
}

// Of parameters: exact below 64, increments to 2^−42.
const PARAMETER_LEAST = 18u;
// Of means, which fall with the gradient: as small as they get.
const MEAN_LEAST = 100u;

fn value_of(sum: Sum) -> vec4<f32> { return sum.high + sum.low; }

fn add(sum: Sum, increment: vec4<f32>, least: u32) -> Sum {
  let low = sum.low + increment;
  let exponent = bitcast<vec4<u32>>(max(abs(sum.high), abs(low))) >> vec4(23u);
  let q_exponent = max(exponent, vec4(127u + 23u - least)) - 23u;
  let q = bitcast<vec4<f32>>(q_exponent << vec4(23u));
  let per_q = bitcast<vec4<f32>>((254u - q_exponent) << vec4(23u));
  let moved = q * round(low * per_q);
  return Sum(sum.high + moved, low - moved);
}

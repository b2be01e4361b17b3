/** exp and artanh of four float32 values at once; test/cpu/wasm-gradient.test.ts holds them to what is said. */

/** a·b + c: rounded once where the build has relaxed SIMD and the processor can, else twice. */
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

@inline
export function constant(value: f32): v128 {
  return f32x4.splat(value);
}

/** Adding it to |x| < 2^22 rounds x to a whole number, which is then in the lowest bits. */
const ROUNDER: f32 = 12582912.0; // 1.5 · 2^23

/**
 * e^x for x ≤ 88 (more is taken as 88), 0 below −87, NaN for NaN; good to 1e-7 relative.
 * x = n log 2 + r with |r| ≤ log(2)/2, the polynomial of Cephes' expf in r, and 2^n by exponent bits.
 */
@inline
export function exp(x: v128): v128 {
  const tiny = f32x4.lt(x, constant(-87.0));
  // pmin(x, 88) is x where x is NaN.
  const y = f32x4.pmin(x, constant(88.0));
  const shifted = madd(y, constant(1.4426950408889634), constant(ROUNDER));
  const n = f32x4.sub(shifted, constant(ROUNDER));
  // log 2 in two parts, the first of few bits, so that n times it is exact.
  let r = madd(n, constant(-0.693359375), y);
  r = madd(n, constant(2.12194440e-4), r);
  let p = madd(constant(1.9875691500e-4), r, constant(1.3981999507e-3));
  p = madd(p, r, constant(8.3334519073e-3));
  p = madd(p, r, constant(4.1665795894e-2));
  p = madd(p, r, constant(1.6666665459e-1));
  p = madd(p, r, constant(5.0000001201e-1));
  p = f32x4.add(madd(f32x4.mul(r, r), p, r), constant(1.0));
  // The lowest bits of `shifted` are n: they become the exponent.
  const power = i32x4.add(i32x4.shl(shifted, 23), i32x4.splat(127 << 23));
  return v128.andnot(f32x4.mul(p, power), tiny);
}

/**
 * 2 artanh(y)/y for 0 ≤ y ≤ 1/3, good to 1e-7 relative: log(1 + e) is y times it for y = e/(2 + e), e ≤ 1. The
 * polynomial in y² interpolates it at the Chebyshev points of 0 … 1/9, to 4e-9.
 */
@inline
export function artanhOver(y: v128): v128 {
  const v = f32x4.mul(y, y);
  let p = madd(constant(0.2815777836660226), v, constant(0.2796515774455717));
  p = madd(p, v, constant(0.4002459523071185));
  p = madd(p, v, constant(0.6666632164138003));
  return madd(p, v, constant(2.000000007681759));
}

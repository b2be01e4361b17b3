/**
 * One pass over a dataset in float32 SIMD: twin of src/cpu/gradient.ts, compiled twice, with relaxed
 * SIMD and without. Pointers come from the host (src/cpu/wasm-gradient.ts), which lays out the memory.
 *
 * The data are tiles of four rows and four columns, a line of the cache each: the four columns of row 0, of
 * row 1 and so on, then the next four columns, then the next four rows. Every loop runs through them in a
 * line, two tiles a turn: with what it sums up, those fit the registers of the processor and not one more.
 */
import { artanhOver, constant, exp, madd } from './math';

export { generate } from './dataset';

/** Below every log weight. */
const LOWEST: f32 = -3.0e38;

/**
 * The bits of a half where those of a float32 are, but for the offset of their exponents, are 2^−112 of its
 * value. It is made up for in two parts, so that nothing on the way is beyond float32: before the products
 * in u and in the weights, and after in their sums.
 */
const BEFORE_DOT: f32 = 79228162514264337593543950336.0; // 2^96
const AFTER_DOT: f32 = 65536.0; // 2^16
const BEFORE_AXPY: f32 = 18446744073709551616.0; // 2^64
const AFTER_AXPY: f64 = 281474976710656.0; // 2^48

/** The lanes of a sum of each of four vectors. */
@inline
function sumsOf(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(
    v128.shuffle<f32>(a, b, 0, 4, 1, 5),
    v128.shuffle<f32>(a, b, 2, 6, 3, 7),
  );
  const cd = f32x4.add(
    v128.shuffle<f32>(c, d, 0, 4, 1, 5),
    v128.shuffle<f32>(c, d, 2, 6, 3, 7),
  );
  return f32x4.add(
    v128.shuffle<f32>(ab, cd, 0, 1, 4, 5),
    v128.shuffle<f32>(ab, cd, 2, 3, 6, 7),
  );
}

/** v·g_i of four rows into `out`; v is loaded once for all of them. */
function dot4(tiles: usize, v: usize, end: usize, out: usize): void {
  let a = constant(0);
  let b = constant(0);
  let c = constant(0);
  let d = constant(0);
  if ((end - v) & 16) {
    const x = v128.load(v);
    a = f32x4.mul(v128.load(tiles), x);
    b = f32x4.mul(v128.load(tiles, 16), x);
    c = f32x4.mul(v128.load(tiles, 32), x);
    d = f32x4.mul(v128.load(tiles, 48), x);
    v += 16;
    tiles += 64;
  }
  for (; v < end; v += 32, tiles += 128) {
    const x = v128.load(v);
    const y = v128.load(v, 16);
    // The two products first: a sum waits for the one before only once a turn.
    a = f32x4.add(a, madd(v128.load(tiles), x, f32x4.mul(v128.load(tiles, 64), y)));
    b = f32x4.add(b, madd(v128.load(tiles, 16), x, f32x4.mul(v128.load(tiles, 80), y)));
    c = f32x4.add(c, madd(v128.load(tiles, 32), x, f32x4.mul(v128.load(tiles, 96), y)));
    d = f32x4.add(d, madd(v128.load(tiles, 48), x, f32x4.mul(v128.load(tiles, 112), y)));
  }
  v128.store(out, sumsOf(a, b, c, d));
}

/** x + Σ w_i g_i over the four rows of a tile, in two chains: half the wait for each other's sums. */
@inline
function moved(x: v128, tile: usize, a: v128, b: v128, c: v128, d: v128): v128 {
  return f32x4.add(
    madd(v128.load(tile, 16), b, madd(v128.load(tile), a, x)),
    madd(v128.load(tile, 48), d, f32x4.mul(v128.load(tile, 32), c)),
  );
}

/** slope += Σ w_i g_i over four rows. */
function axpy4(tiles: usize, slope: usize, end: usize, weights: usize): void {
  const a = v128.load32_splat(weights);
  const b = v128.load32_splat(weights, 4);
  const c = v128.load32_splat(weights, 8);
  const d = v128.load32_splat(weights, 12);
  if ((end - slope) & 16) {
    v128.store(slope, moved(v128.load(slope), tiles, a, b, c, d));
    slope += 16;
    tiles += 64;
  }
  for (; slope < end; slope += 32, tiles += 128) {
    v128.store(slope, moved(v128.load(slope), tiles, a, b, c, d));
    v128.store(slope, moved(v128.load(slope, 16), tiles + 64, a, b, c, d), 16);
  }
}

/** The halves in the lower 16 bits of each lane, moved to the bits of a float32: the product moves them. */
@inline
function lowerHalves(pairs: v128): v128 {
  return v128.and(i32x4.dot_i16x8_s(pairs, i32x4.splat(0x2000)), i32x4.splat(0x8fffe000));
}

@inline
function upperHalves(pairs: v128): v128 {
  return v128.and(i32x4.shr_s(pairs, 3), i32x4.splat(0x8fffe000));
}

/** `dot4` of tiles of halves, to the last bit. */
function dot4Halves(tiles: usize, v: usize, end: usize, out: usize): void {
  let a = constant(0);
  let b = constant(0);
  let c = constant(0);
  let d = constant(0);
  if ((end - v) & 16) {
    const x = f32x4.mul(v128.load(v), constant(BEFORE_DOT));
    const ab = v128.load(tiles);
    const cd = v128.load(tiles, 16);
    a = f32x4.mul(lowerHalves(ab), x);
    b = f32x4.mul(upperHalves(ab), x);
    c = f32x4.mul(lowerHalves(cd), x);
    d = f32x4.mul(upperHalves(cd), x);
    v += 16;
    tiles += 32;
  }
  for (; v < end; v += 32, tiles += 64) {
    const x = f32x4.mul(v128.load(v), constant(BEFORE_DOT));
    const y = f32x4.mul(v128.load(v, 16), constant(BEFORE_DOT));
    const ab = v128.load(tiles);
    const ef = v128.load(tiles, 32);
    a = f32x4.add(a, madd(lowerHalves(ab), x, f32x4.mul(lowerHalves(ef), y)));
    b = f32x4.add(b, madd(upperHalves(ab), x, f32x4.mul(upperHalves(ef), y)));
    const cd = v128.load(tiles, 16);
    const gh = v128.load(tiles, 48);
    c = f32x4.add(c, madd(lowerHalves(cd), x, f32x4.mul(lowerHalves(gh), y)));
    d = f32x4.add(d, madd(upperHalves(cd), x, f32x4.mul(upperHalves(gh), y)));
  }
  v128.store(out, f32x4.mul(sumsOf(a, b, c, d), constant(AFTER_DOT)));
}

/** `axpy4` of tiles of halves. */
function axpy4Halves(tiles: usize, slope: usize, end: usize, weights: usize): void {
  const w = f32x4.mul(v128.load(weights), constant(BEFORE_AXPY));
  const a = v128.shuffle<f32>(w, w, 0, 0, 0, 0);
  const b = v128.shuffle<f32>(w, w, 1, 1, 1, 1);
  const c = v128.shuffle<f32>(w, w, 2, 2, 2, 2);
  const d = v128.shuffle<f32>(w, w, 3, 3, 3, 3);
  for (; slope < end; slope += 16, tiles += 32) {
    const ab = v128.load(tiles);
    const cd = v128.load(tiles, 16);
    const x = madd(upperHalves(ab), b, madd(lowerHalves(ab), a, v128.load(slope)));
    const y = madd(upperHalves(cd), d, f32x4.mul(lowerHalves(cd), c));
    v128.store(slope, f32x4.add(x, y));
  }
}

@inline
function promoteHigh(x: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<f32>(x, x, 2, 3, 2, 3));
}

/** Adds four floats to a pair of float64 sums: they may be thousands. */
@inline
function addWide(sum: v128, x: v128): v128 {
  return f64x2.add(f64x2.add(sum, f64x2.promote_low_f32x4(x)), promoteHigh(x));
}

@inline
function narrow(low: v128, high: v128): v128 {
  return v128.shuffle<f32>(
    f32x4.demote_f64x2_zero(low),
    f32x4.demote_f64x2_zero(high),
    0, 1, 4, 5,
  );
}

@inline
function lanesOf(sum: v128): f64 {
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

/** step ← u − anchor: float64 into float32, whose bytes are counted. */
function subtract(u: usize, anchor: usize, step: usize, bytes: usize): void {
  for (let at: usize = 0; at < bytes; at += 16) {
    const low = f64x2.sub(v128.load(u + 2 * at), v128.load(anchor + 2 * at));
    const high = f64x2.sub(v128.load(u + 2 * at, 16), v128.load(anchor + 2 * at, 16));
    v128.store(step + at, narrow(low, high));
  }
}

/** slope ← scale · total: float32, whose bytes are counted, into float64. */
function scaled(total: usize, scale: f64, slope: usize, bytes: usize): void {
  const factor = f64x2.splat(scale);
  for (let at: usize = 0; at < bytes; at += 16) {
    const x = v128.load(total + at);
    v128.store(slope + 2 * at, f64x2.mul(f64x2.promote_low_f32x4(x), factor));
    v128.store(slope + 2 * at, f64x2.mul(promoteHigh(x), factor), 16);
  }
}

/** anchor ← anchor + step: by the step as it was rounded, since that is the point whose sums are there. */
export function accept(anchor: usize, step: usize, quads: i32): void {
  const bytes = (<usize>quads) << 4;
  for (let at: usize = 0; at < bytes; at += 16) {
    const x = v128.load(step + at);
    const to = anchor + 2 * at;
    v128.store(to, f64x2.add(v128.load(to), f64x2.promote_low_f32x4(x)));
    v128.store(to, f64x2.add(v128.load(to, 16), promoteHigh(x)), 16);
  }
}

/**
 * A stage of RKC2: previous ← μ·increment + ν·previous + a·last + b·first, end ← u + previous; float64.
 * Twin of `stage` in src/cpu/gradient.ts, to the last bit.
 */
export function stage(
  mu: f64,
  nu: f64,
  a: f64,
  b: f64,
  increment: usize,
  previous: usize,
  last: usize,
  first: usize,
  u: usize,
  end: usize,
  quads: i32,
): void {
  const bytes = (<usize>quads) << 5;
  const vmu = f64x2.splat(mu);
  const vnu = f64x2.splat(nu);
  const va = f64x2.splat(a);
  const vb = f64x2.splat(b);
  for (let at: usize = 0; at < bytes; at += 16) {
    let next = f64x2.mul(vmu, v128.load(increment + at));
    next = f64x2.add(next, f64x2.mul(vnu, v128.load(previous + at)));
    next = f64x2.add(next, f64x2.mul(va, v128.load(last + at)));
    next = f64x2.add(next, f64x2.mul(vb, v128.load(first + at)));
    v128.store(previous + at, next);
    v128.store(end + at, f64x2.add(v128.load(u + at), next));
  }
}

/**
 * Sums over a step into `sums`: Σ error² with error = a·first + b·last − c·increment, Σ end², Σ end·last and
 * Σ last²; float64. Twin of `sumUp` in src/cpu/gradient.ts.
 */
export function sumUp(
  a: f64,
  b: f64,
  c: f64,
  first: usize,
  last: usize,
  increment: usize,
  end: usize,
  quads: i32,
  sums: usize,
): void {
  const bytes = (<usize>quads) << 5;
  const va = f64x2.splat(a);
  const vb = f64x2.splat(b);
  const vc = f64x2.splat(c);
  let errors = f64x2.splat(0);
  let points = f64x2.splat(0);
  let along = f64x2.splat(0);
  let slopes = f64x2.splat(0);
  for (let at: usize = 0; at < bytes; at += 16) {
    const slope = v128.load(last + at);
    const point = v128.load(end + at);
    let error = f64x2.add(f64x2.mul(va, v128.load(first + at)), f64x2.mul(vb, slope));
    error = f64x2.sub(error, f64x2.mul(vc, v128.load(increment + at)));
    errors = f64x2.add(errors, f64x2.mul(error, error));
    points = f64x2.add(points, f64x2.mul(point, point));
    along = f64x2.add(along, f64x2.mul(point, slope));
    slopes = f64x2.add(slopes, f64x2.mul(slope, slope));
  }
  f64.store(sums, lanesOf(errors));
  f64.store(sums, lanesOf(points), 8);
  f64.store(sums, lanesOf(along), 16);
  f64.store(sums, lanesOf(slopes), 24);
}

/**
 * Counts z_i ≥ 0 at the quarters of the way from the accepted z_i to the last, and accepts those; four float64
 * into `counts`.
 */
export function countErrors(accepted: usize, z: usize, samples: i32, counts: usize): void {
  const zero = constant(0);
  let first = 0;
  let second = 0;
  let third = 0;
  let fourth = 0;
  for (let i = 0; i < samples; i += 4, accepted += 16, z += 16) {
    const there = rowsFrom(i, 0, samples);
    const from = v128.load(accepted);
    const to = v128.load(z);
    v128.store(accepted, to);
    const way = f32x4.sub(to, from);
    first += wrongOf(f32x4.add(from, f32x4.mul(way, constant(0.25))), zero, there);
    second += wrongOf(f32x4.add(from, f32x4.mul(way, constant(0.5))), zero, there);
    third += wrongOf(f32x4.add(from, f32x4.mul(way, constant(0.75))), zero, there);
    // z itself: from + way may round to the other side of zero.
    fourth += wrongOf(to, zero, there);
  }
  f64.store(counts, first);
  f64.store(counts, second, 8);
  f64.store(counts, third, 16);
  f64.store(counts, fourth, 24);
}

@inline
function wrongOf(z: v128, zero: v128, there: v128): i32 {
  return popcnt(i32x4.bitmask(v128.and(f32x4.ge(z, zero), there)));
}

/** Which of four rows there are: those from i + at/4 on, below `samples`. */
@inline
function rowsFrom(i: i32, at: usize, samples: i32): v128 {
  const row = i32x4.add(i32x4.splat(i + (<i32>at >> 2)), i32x4(0, 1, 2, 3));
  return i32x4.lt_s(row, i32x4.splat(samples));
}

/**
 * At the point (u, θ): −σ² Σ w g / Σ w into `slope`, s_i = u·g_i into `sums`, z_i = s_i − θ into `z`, and
 * into `stats` Σ w, Σ w·loss/r, the number of z_i ≥ 0 and the largest s_i − shift. Weights are r_i e^{θ − shift},
 * with the conformal dynamics e^{s_i − shift}: those of r = x/(1 + x), x = e^{z}, as e^{s − shift}/(1 + x).
 *
 * u is an anchor, whose s_i are known in float64, and a `step` from there: products are in float32, but
 * what they round is the step and not u. Differences of s_i, θ and the shift, which may all be in the
 * hundreds, are taken in float64.
 *
 * @param halves whether data are those, else float32
 * @param quads columns divided by four
 * @param block rows that are looked at together, a multiple of four
 * @param u and anchor, slope: float64; step and total, which hold u − anchor and Σ w g meanwhile: float32
 * @param weights room for those of a block
 * @param ratio e^{shift − θ}, by which x is e^{s − shift} times it, and `overRatio` one over it; 0 for the
 * conformal dynamics
 */
export function evaluate(
  data: usize,
  halves: bool,
  samples: i32,
  quads: i32,
  block: i32,
  u: usize,
  anchor: usize,
  step: usize,
  total: usize,
  slope: usize,
  anchorSums: usize,
  sums: usize,
  z: usize,
  weights: usize,
  stats: usize,
  clock: f64,
  shift: f64,
  ratio: f32,
  overRatio: f32,
  sigma: f64,
): void {
  const bytes = (<usize>quads) << 4;
  subtract(u, anchor, step, bytes);
  memory.fill(total, 0, bytes);
  const theta = f64x2.splat(clock);
  const shifts = f64x2.splat(shift);
  const c = constant(ratio);
  const overC = constant(overRatio);
  const one = constant(1);
  const two = constant(2);
  const zero = constant(0);
  const four = i32x4.splat(4);
  const missing = i32x4.splat(samples);
  let row = i32x4(0, 1, 2, 3);
  let weightSum = f64x2.splat(0);
  let lossSum = f64x2.splat(0);
  let largest = constant(LOWEST);
  let errors = i32x4.splat(0);
  for (let i = 0; i < samples; i += block) {
    const quads = <usize>(min(block, samples - i) + 3) >> 2;
    const end = quads << 4;
    if (halves) {
      for (let at: usize = 0; at < end; at += 16) {
        dot4Halves(data + ((at * bytes) >> 3), step, step + bytes, z + at);
      }
    } else {
      for (let at: usize = 0; at < end; at += 16) {
        dot4(data + ((at * bytes) >> 2), step, step + bytes, z + at);
      }
    }
    // Loops of few operations: a processor works at several turns of them at once, where one long loop
    // would wait for its own results. Sums are of one block: of sixteen terms a lane at most.
    let weightsHere = zero;
    let lossesHere = zero;
    for (let at: usize = 0; at < end; at += 16) {
      const moved = v128.load(z + at);
      const low = f64x2.add(v128.load(anchorSums + 2 * at), f64x2.promote_low_f32x4(moved));
      const high = f64x2.add(v128.load(anchorSums + 2 * at, 16), promoteHigh(moved));
      v128.store(sums + 2 * at, low);
      v128.store(sums + 2 * at, high, 16);
      const zs = narrow(f64x2.sub(low, theta), f64x2.sub(high, theta));
      v128.store(z + at, zs);
      const there = i32x4.lt_s(row, missing);
      row = i32x4.add(row, four);
      errors = i32x4.sub(errors, v128.and(f32x4.ge(zs, zero), there));
      const log = narrow(f64x2.sub(low, shifts), f64x2.sub(high, shifts));
      // pmax(largest, x) stays where x is NaN.
      largest = f32x4.pmax(largest, v128.bitselect(log, constant(LOWEST), there));
      v128.store(weights + at, v128.bitselect(log, constant(LOWEST), there));
    }
    for (let at: usize = 0; at < end; at += 16) {
      v128.store(weights + at, exp(v128.load(weights + at)));
    }
    for (let at: usize = 0; at < end; at += 16) {
      const e = v128.load(weights + at);
      const x = f32x4.mul(e, c);
      const weight = f32x4.div(e, f32x4.add(one, x));
      v128.store(weights + at, weight);
      weightsHere = f32x4.add(weightsHere, weight);
      // The loss is log(1 + x), or z + log(1 + 1/x) where x > 1.
      const small = f32x4.le(x, one);
      const inverse = f32x4.div(one, v128.bitselect(f32x4.add(x, two), madd(x, two, one), small));
      const y = f32x4.mul(v128.bitselect(x, one, small), inverse);
      const p = artanhOver(y);
      // x underflows long before e does: log(1 + x)/x tends to 1.
      const loss = f32x4.mul(e, f32x4.mul(p, inverse));
      const large = f32x4.mul(overC, madd(y, p, v128.load(z + at)));
      lossesHere = f32x4.add(lossesHere, v128.bitselect(loss, large, small));
    }
    weightSum = addWide(weightSum, weightsHere);
    lossSum = addWide(lossSum, lossesHere);
    if (halves) {
      for (let at: usize = 0; at < end; at += 16, data += bytes << 1) {
        axpy4Halves(data, total, total + bytes, weights + at);
      }
    } else {
      for (let at: usize = 0; at < end; at += 16, data += bytes << 2) {
        axpy4(data, total, total + bytes, weights + at);
      }
    }
    z += end;
    anchorSums += 2 * end;
    sums += 2 * end;
  }
  const sum = lanesOf(weightSum);
  scaled(total, ((halves ? AFTER_AXPY : 1) * -(sigma * sigma)) / sum, slope, bytes);
  f64.store(stats, sum);
  f64.store(stats, lanesOf(lossSum), 8);
  f64.store(stats, countOf(errors), 16);
  f64.store(stats, largestOf(largest), 24);
}

@inline
function countOf(lanes: v128): i32 {
  return (
    i32x4.extract_lane(lanes, 0) + i32x4.extract_lane(lanes, 1) +
    (i32x4.extract_lane(lanes, 2) + i32x4.extract_lane(lanes, 3))
  );
}

@inline
function largestOf(lanes: v128): f64 {
  const first = max(f32x4.extract_lane(lanes, 0), f32x4.extract_lane(lanes, 1));
  const second = max(f32x4.extract_lane(lanes, 2), f32x4.extract_lane(lanes, 3));
  return max(first, second);
}

/** exp and 2 artanh(y)/y of four values at `at`, in their place: for the tests. */
export function expAt(at: usize): void {
  v128.store(at, exp(v128.load(at)));
}

export function artanhOverAt(at: usize): void {
  v128.store(at, artanhOver(v128.load(at)));
}

/**
 * One gradient of training in steps, in float64 SIMD: twin of src/cpu/descent/objective.ts. Pointers come
 * from the host (src/cpu/descent/wasm-objective.ts), which lays out the memory. Data are float32, which
 * holds halves exactly, in rows padded with zeros to a whole number of quads of columns; parameters and
 * slope are float64. There is no fused multiply-add: every runtime rounds alike.
 */

@inline
function low(x: v128): v128 {
  return f64x2.promote_low_f32x4(x);
}

@inline
function high(x: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<f32>(x, x, 2, 3, 2, 3));
}

@inline
function total(sum: v128): f64 {
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

@inline
function residual(z: f64): f64 {
  return 1.0 / (1.0 + Math.exp(-z));
}

/**
 * z_i = σ x·g_i + b of some rows into `z`, and Σ r_i g_i into `slope`; returns Σ r_i.
 * @param rows indices of the rows, u32; their number is a multiple of four where repeated by the host
 * @param count rows that count, the others have no weight
 * @param quads columns divided by four
 */
export function gradient(
  data: usize,
  rows: usize,
  count: i32,
  quads: i32,
  x: usize,
  bias: f64,
  sigma: f64,
  slope: usize,
  z: usize,
): f64 {
  const rowBytes = (<usize>quads) << 4;
  const xBytes = (<usize>quads) << 5;
  memory.fill(slope, 0, xBytes);
  let sum: f64 = 0;
  for (let k = 0; k < count; k += 4, rows += 16, z += 32) {
    const pa = data + <usize>load<u32>(rows) * rowBytes;
    const pb = data + <usize>load<u32>(rows, 4) * rowBytes;
    const pc = data + <usize>load<u32>(rows, 8) * rowBytes;
    const pd = data + <usize>load<u32>(rows, 12) * rowBytes;
    let a0 = f64x2.splat(0);
    let b0 = f64x2.splat(0);
    let c0 = f64x2.splat(0);
    let d0 = f64x2.splat(0);
    let a1 = f64x2.splat(0);
    let b1 = f64x2.splat(0);
    let c1 = f64x2.splat(0);
    let d1 = f64x2.splat(0);
    for (let at: usize = 0; at < rowBytes; at += 16) {
      const x0 = v128.load(x + (at << 1));
      const x1 = v128.load(x + (at << 1), 16);
      const ga = v128.load(pa + at);
      const gb = v128.load(pb + at);
      const gc = v128.load(pc + at);
      const gd = v128.load(pd + at);
      a0 = f64x2.add(a0, f64x2.mul(low(ga), x0));
      b0 = f64x2.add(b0, f64x2.mul(low(gb), x0));
      c0 = f64x2.add(c0, f64x2.mul(low(gc), x0));
      d0 = f64x2.add(d0, f64x2.mul(low(gd), x0));
      a1 = f64x2.add(a1, f64x2.mul(high(ga), x1));
      b1 = f64x2.add(b1, f64x2.mul(high(gb), x1));
      c1 = f64x2.add(c1, f64x2.mul(high(gc), x1));
      d1 = f64x2.add(d1, f64x2.mul(high(gd), x1));
    }
    const za = sigma * total(f64x2.add(a0, a1)) + bias;
    const zb = sigma * total(f64x2.add(b0, b1)) + bias;
    const zc = sigma * total(f64x2.add(c0, c1)) + bias;
    const zd = sigma * total(f64x2.add(d0, d1)) + bias;
    store<f64>(z, za);
    store<f64>(z, zb, 8);
    store<f64>(z, zc, 16);
    store<f64>(z, zd, 24);
    const ra = residual(za);
    const rb = k + 1 < count ? residual(zb) : 0;
    const rc = k + 2 < count ? residual(zc) : 0;
    const rd = k + 3 < count ? residual(zd) : 0;
    sum += ra + rb + (rc + rd);
    const wa = f64x2.splat(ra);
    const wb = f64x2.splat(rb);
    const wc = f64x2.splat(rc);
    const wd = f64x2.splat(rd);
    for (let at: usize = 0; at < rowBytes; at += 16) {
      const ga = v128.load(pa + at);
      const gb = v128.load(pb + at);
      const gc = v128.load(pc + at);
      const gd = v128.load(pd + at);
      const to = slope + (at << 1);
      v128.store(
        to,
        f64x2.add(
          f64x2.add(v128.load(to), f64x2.add(f64x2.mul(low(ga), wa), f64x2.mul(low(gb), wb))),
          f64x2.add(f64x2.mul(low(gc), wc), f64x2.mul(low(gd), wd)),
        ),
      );
      v128.store(
        to,
        f64x2.add(
          f64x2.add(v128.load(to, 16), f64x2.add(f64x2.mul(high(ga), wa), f64x2.mul(high(gb), wb))),
          f64x2.add(f64x2.mul(high(gc), wc), f64x2.mul(high(gd), wd)),
        ),
        16,
      );
    }
  }
  return sum;
}

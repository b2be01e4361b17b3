import { describe, expect, it } from 'vitest';
import { FLOAT64, type GradientMaker, runFlow } from '../../src/cpu/flow.ts';
import { Gradient, type GradientSource } from '../../src/cpu/gradient.ts';
import { FREE, HALVES, type Kernel, kernelOf, PAGE, VALUES } from '../../src/cpu/simd.ts';
import { simdSupport } from '../../src/cpu/simd-support.ts';
import { float32, WasmGradient, wasmGradientBytes } from '../../src/cpu/wasm-gradient.ts';
import { type DatasetId, datasetKey, datasetValues } from '../../src/model/dataset.ts';
import type { DynamicsKind } from '../../src/model/dynamics.ts';
import { fromHalfBits } from '../../src/model/half.ts';
import type { Replica } from '../../src/model/replica.ts';
import { VARIANTS } from './relaxed.ts';

/** d and N around the tiles of four columns and four rows, two of which are a turn, and large. */
const SHAPES: readonly (readonly [number, number])[] = [
  ...Array.from({ length: 81 }, (_, k) => [1 + (k % 9), 1 + Math.floor(k / 9)] as const),
  [17, 130],
  [257, 64],
  [300, 9],
  [64, 300],
  [512, 235],
  [1021, 519],
];

/** Bytes of the memory of a kernel with room for a gradient. */
const wholePages = (samples: number, dimensions: number): number =>
  PAGE * Math.ceil((FREE + wasmGradientBytes(samples, dimensions)) / PAGE);

describe.each(VARIANTS)('gradient in WebAssembly, %s SIMD', (simd) => {
  const kernel = kernelOf(simd);

  /** Worst error of F in units of ‖F‖, and of the two logarithms, over points along a run. */
  function compare(id: DatasetId, dynamics: DynamicsKind, clocks: readonly number[]): number {
    const { samples, dimensions } = id;
    const data = datasetValues(id);
    const sigma = 2;
    const twin = new Gradient(data, samples, dimensions, sigma, dynamics);
    const tested = new WasmGradient(kernel, id, sigma, dynamics);
    const u = tested.vector();
    for (let j = 0; j < dimensions; j++) u[j] = Math.fround(0.5 * Math.sin(j + 1));
    const [expected, actual] = [twin.vector(), tested.vector()];
    let worst = 0;
    for (const clock of clocks) {
      twin.evaluate(u, clock, expected);
      tested.evaluate(u, clock, actual);
      // Σ w g may cancel: errors are those of its terms. A z near −θ carries the rounding of θ.
      const scale = sigma * sigma + Math.hypot(...expected);
      const unit = 1 + clock * 2 ** -2;
      for (let j = 0; j < dimensions; j++) {
        const error = Math.abs((actual[j] as number) - (expected[j] as number)) / scale;
        worst = Math.max(worst, error);
      }
      const logs = (['logMeanResidual', 'logTrainLoss'] as const).map((name) =>
        Math.abs(tested.stats[name] - twin.stats[name]),
      );
      worst = Math.max(worst, ...logs.map((error) => error / unit));
      for (let i = 0; i < samples; i++) {
        const z = twin.z[i] as number;
        const error = Math.abs((tested.z[i] as number) - z) / (1 + clock + Math.abs(z));
        worst = Math.max(worst, error);
      }
      const near = twin.z.some((z) => Math.abs(z) < 1e-5 * (1 + clock));
      if (!near) expect(tested.stats.trainErrors).toBe(twin.stats.trainErrors);
    }
    return worst;
  }

  it.each(['flow', 'conformal'] as const)('is the float64 one to rounding: %s', (dynamics) => {
    let worst = 0;
    for (const [samples, dimensions] of SHAPES) {
      const id = { seed: 3, samples, dimensions, ensemble: 'independent' } as const;
      const error = compare(id, dynamics, [0.1, 3, 30, 600]);
      // z of 519 columns reaches 25, and its rounding is that of the weights.
      expect(error, `N ${samples}, d ${dimensions}`).toBeLessThan(5e-6);
      worst = Math.max(worst, error);
    }
    console.info(`  ${simd}, ${dynamics}: worst error ${worst.toExponential(1)}`);
  });

  it('sums steps up and counts errors on their way as the float64 one', () => {
    for (const [samples, dimensions] of SHAPES) {
      const id = { seed: 4, samples, dimensions, ensemble: 'independent' } as const;
      const twin = new Gradient(datasetValues(id), samples, dimensions, 2, 'flow');
      const tested = new WasmGradient(kernel, id, 2, 'flow');
      const [first, last, increment, u] = [0, 1, 2, 3].map((k) => {
        const vector = tested.vector();
        for (let j = 0; j < dimensions; j++) vector[j] = Math.sin(1 + j + 10 * k);
        return vector;
      }) as [Float64Array, Float64Array, Float64Array, Float64Array];
      const sums = tested.sumUp(0.3, -0.7, 0.8, first, last, increment, u);
      const expected = twin.sumUp(0.3, -0.7, 0.8, first, last, increment, u);
      for (const name of ['error', 'point', 'along', 'slope'] as const) {
        // Sums of up to 519 terms of at most 2, in another order.
        expect(Math.abs(sums[name] - expected[name]), name).toBeLessThan(1e-12);
      }
      const slope = tested.vector();
      for (const clock of [0.5, 2, 1]) {
        twin.evaluate(u, clock, slope);
        tested.evaluate(u, clock, slope);
        // No z of these data is so near 0 that float32 has it on the other side.
        expect(tested.accept()).toEqual(twin.accept());
      }
    }
  });

  it('makes the data of a seed, bit for bit, with zeros around them', () => {
    const { memory } = kernel;
    for (const [samples, dimensions] of [...SHAPES, [12_345, 7]] as const) {
      const id = { seed: 0xfedcba98, samples, dimensions, ensemble: 'independent' } as const;
      const columns = 4 * Math.ceil(dimensions / 4);
      const size = 4 * Math.ceil(samples / 4) * columns;
      const missing = FREE + 4 * size - memory.buffer.byteLength;
      if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
      const tiles = new Float32Array(memory.buffer, FREE, size).fill(Number.NaN);
      kernel.generate(FREE, samples, dimensions, ...datasetKey(id), VALUES, false);
      const expected = new Float32Array(size);
      datasetValues(id).forEach((value, k) => {
        const [i, j] = [Math.floor(k / dimensions), k % dimensions];
        const tile = (i >> 2) * columns * 4 + (j >> 2) * 16;
        expected[tile + (i & 3) * 4 + (j & 3)] = value;
      });
      expect(
        tiles.every((value, k) => Object.is(value, expected[k])),
        `${samples}`,
      ).toBe(true);
      const halves = new Uint16Array(memory.buffer, FREE, size).fill(0xffff);
      kernel.generate(FREE, samples, dimensions, ...datasetKey(id), HALVES, true);
      /** Where the entry at k of tiles of float32 is: two rows in turns, column by column. */
      const place = (k: number): number => {
        const [row, column] = [(k >> 2) & 3, k & 3];
        return (k & ~15) + 8 * (row >> 1) + 2 * column + (row & 1);
      };
      expect(
        expected.every((value, k) => Object.is(fromHalfBits(halves[place(k)] as number), value)),
        `${samples} as halves`,
      ).toBe(true);
    }
  });

  it('has the same slope to the last bit where data are kept as halves', () => {
    for (const [samples, dimensions] of SHAPES) {
      const id = { seed: 9, samples, dimensions, ensemble: 'independent' } as const;
      const [expected, actual] = (['float32', 'half'] as const).map((storage) => {
        const gradient = new WasmGradient(kernel, id, 2, 'flow', storage);
        const [u, slope] = [gradient.vector(), gradient.vector()];
        for (let j = 0; j < dimensions; j++) u[j] = 0.5 * Math.sin(j + 1);
        gradient.evaluate(u, 3, slope);
        // The memory is another gradient's next.
        return { slope: [...slope], z: [...gradient.z], stats: { ...gradient.stats } };
      });
      expect(actual, `N ${samples}, d ${dimensions}`).toEqual(expected);
    }
  });

  it('takes given data', () => {
    const given = [0.5, -2, 1.5, 0.25, -0.125, 7];
    const id = { seed: 0, samples: 3, dimensions: 2, ensemble: 'twoPoint', given } as const;
    expect(compare(id, 'flow', [0, 1, 20])).toBeLessThan(2e-6);
  });

  it('uses its memory anew for every dataset, of whatever shape', () => {
    // Never more than the largest one needs, in whole pages.
    let most = kernel.memory.buffer.byteLength;
    for (const samples of [20_000, 40, 30_000, 3]) {
      const id = { seed: 1, samples, dimensions: 50, ensemble: 'independent' } as const;
      expect(compare(id, 'flow', [2])).toBeLessThan(5e-6);
      most = Math.max(most, wholePages(samples, 50));
      expect(kernel.memory.buffer.byteLength).toBe(most);
    }
  });

  it('neither under- nor overflows, wherever the point jumps', () => {
    const id = { seed: 4, samples: 9, dimensions: 4, ensemble: 'independent' } as const;
    const twin = new Gradient(datasetValues(id), 9, 4, 2, 'flow');
    const tested = new WasmGradient(kernel, id, 2, 'flow');
    const [u, expected, actual] = [tested.vector(), twin.vector(), tested.vector()];
    for (const [size, clock] of [
      [0.3, 10],
      [300, 5000],
      [0.1, 0],
      [-200, 100],
      [500, 1],
      [-500, 1e5],
    ] as const) {
      u.fill(Math.fround(size));
      twin.evaluate(u, clock, expected);
      tested.evaluate(u, clock, actual);
      // s = u·g is of the order of 1000, and so is its rounding's effect on the weights.
      const limit = 1e-5 * (1 + Math.abs(size));
      actual.forEach((x, j) => {
        const error = Math.abs(x - (expected[j] as number)) / Math.hypot(...expected);
        expect(error, `‖u‖ ${size}, θ ${clock}`).toBeLessThan(limit);
      });
      const { logMeanResidual, logTrainLoss } = twin.stats;
      expect(Math.abs(tested.stats.logMeanResidual - logMeanResidual)).toBeLessThan(
        limit + 1e-6 * clock,
      );
      expect(Math.abs(tested.stats.logTrainLoss - logTrainLoss)).toBeLessThan(limit + 1e-6 * clock);
    }
  });

  it('rounds the step from an accepted point, not the point', () => {
    // Late in a run all s_i are large and much the same: here by a column of ones.
    const [samples, dimensions] = [120, 9];
    const id = { seed: 5, samples, dimensions, ensemble: 'independent' } as const;
    const data = datasetValues(id).map((x, k) => (k % dimensions === 0 ? 1 : x));
    const twin = new Gradient(data, samples, dimensions, 1, 'flow');
    /** F(near) − F(point), all that tells how stiff the flow is. */
    const difference = (
      gradient: GradientSource,
      phase: number,
      accepted: boolean,
    ): Float64Array => {
      const [point, near] = [gradient.vector(), gradient.vector()];
      for (let j = 0; j < dimensions; j++) {
        point[j] = j === 0 ? 600 : Math.sin(j + phase);
        near[j] = (point[j] as number) + 1e-3 * Math.cos(j + phase);
      }
      const [a, b] = [gradient.vector(), gradient.vector()];
      // The first step is rounded as u is; what is left of it is the second one.
      for (let k = 0; k < 2; k++) {
        gradient.evaluate(point, 700, a);
        if (accepted) gradient.accept();
      }
      gradient.evaluate(near, 700, b);
      return b.map((x, j) => x - (a[j] as number));
    };
    /** Root mean square over points: at one of them rounding may happen to cancel. */
    const error = (accepted: boolean): number =>
      Math.hypot(
        ...Array.from({ length: 16 }, (_, phase) => {
          const expected = difference(twin, phase, false);
          const tested = new WasmGradient(kernel, { ...id, given: [...data] }, 1, 'flow');
          const actual = difference(tested, phase, accepted);
          const off = actual.map((x, j) => x - (expected[j] as number));
          return Math.hypot(...off) / Math.hypot(...expected) / 4;
        }),
      );
    const whole = error(false);
    const stepwise = error(true);
    console.info(`  ${simd}: ${whole.toExponential(1)}, by steps ${stepwise.toExponential(1)}`);
    expect(stepwise).toBeLessThan(whole / 10);
  });

  it('takes no more gradients than float64 where the flow is stiff', () => {
    const stiff = (seed: number): Replica => ({
      index: 0,
      seed,
      samples: 256,
      dimensions: 128,
      ensemble: 'independent',
      sigma: 10,
      dynamics: 'flow',
      tolerance: 'default',
      horizon: 30,
      goal: null,
    });
    const total = (maker: GradientMaker): number =>
      [1, 2, 3].reduce((sum, seed) => sum + runFlow(stiff(seed), () => {}, maker).gradients, 0);
    const [actual, expected] = [total(float32(simd)), total(FLOAT64)];
    console.info(`  ${simd}: ${actual} gradients, ${expected} in float64`);
    expect(actual).toBeLessThan(1.25 * expected);
  });

  it('passes on what is not a number, and recovers', () => {
    const id = { seed: 4, samples: 9, dimensions: 4, ensemble: 'independent' } as const;
    const tested = new WasmGradient(kernel, id, 2, 'flow');
    const [u, slope] = [tested.vector(), tested.vector()];
    tested.evaluate(u.fill(Number.NaN), 1, slope);
    expect(slope.every(Number.isNaN)).toBe(true);
    tested.evaluate(u.fill(0.5), 1, slope);
    expect(slope.every(Number.isFinite)).toBe(true);
  });

  it.each([1, 2, 3, 4, 7, 130])('makes a stage of %i components to the last bit', (dimensions) => {
    const id = { seed: 4, samples: 9, dimensions, ensemble: 'independent' } as const;
    const sources = [
      new Gradient(datasetValues(id), 9, dimensions, 2, 'flow'),
      new WasmGradient(kernel, id, 2, 'flow'),
    ];
    const [expected, actual] = sources.map((source) => {
      const made = (k: number): Float64Array => {
        const vector = source.vector();
        for (let j = 0; j < dimensions; j++) vector[j] = Math.sin(7 * k + j);
        return vector;
      };
      const [previous, end] = [made(1), made(5)];
      source.stage(1.7, -0.6, 0.3, -0.1, made(0), previous, made(2), made(3), made(4), end);
      return [[...previous], [...end]];
    });
    expect(actual).toEqual(expected);
  });

  it('ends a replica that there is no memory for, in words', () => {
    const small: Kernel = { ...kernel, memory: new WebAssembly.Memory({ initial: 1, maximum: 2 }) };
    const replica = {
      index: 7,
      seed: 1,
      samples: 600,
      dimensions: 100,
      ensemble: 'independent',
      sigma: 1,
      dynamics: 'flow',
      tolerance: 'default',
      horizon: 3,
      goal: null,
    } as const;
    const trajectory = runFlow(replica, () => {}, {
      precision: 'float32',
      make: () => new WasmGradient(small, replica, replica.sigma, replica.dynamics),
    });
    expect(trajectory).toMatchObject({
      index: 7,
      gradients: 0,
      failure: 'there is no memory for the dataset: WebAssembly cannot have 1 MiB',
    });
    expect(trajectory.rows).toHaveLength(0);
    expect(runFlow(replica, () => {}, float32(simd)).failure).toBeNull();
  });

  it('keeps large data as halves, of half the bytes', () => {
    const bytes = wasmGradientBytes(4096, 2048);
    expect(bytes).toBeGreaterThan(2 * 4096 * 2048);
    expect(bytes).toBeLessThan(2.1 * 4096 * 2048);
    expect(wasmGradientBytes(1024, 1024)).toBeGreaterThan(4 * 1024 * 1024);
    const before = kernel.memory.buffer.byteLength;
    const id = { seed: 9, samples: 8192, dimensions: 2048, ensemble: 'independent' } as const;
    const gradient = new WasmGradient(kernel, id, 2, 'flow');
    expect(kernel.memory.buffer.byteLength).toBe(Math.max(before, wholePages(8192, 2048)));
    const twin = new Gradient(datasetValues(id), 8192, 2048, 2, 'flow');
    const [u, actual, expected] = [gradient.vector(), gradient.vector(), twin.vector()];
    for (let j = 0; j < 2048; j++) u[j] = Math.fround(0.02 * Math.sin(j + 1));
    gradient.evaluate(u, 3, actual);
    twin.evaluate(u, 3, expected);
    const error = Math.max(...actual.map((x, j) => Math.abs(x - (expected[j] as number))));
    expect(error).toBeLessThan(1e-6 * Math.hypot(...expected));
  });

  it('has exp and 2 artanh(y)/y to 1e-7', () => {
    const at = FREE;
    const vector = new Float32Array(kernel.memory.buffer, at, 4);
    const worst = (
      apply: (at: number) => void,
      exact: (x: number) => number,
      from: number,
      to: number,
    ): number => {
      let error = 0;
      for (let k = 0; k < 400_000; k++) {
        const x = Math.fround(from + ((to - from) * k) / 399_999);
        vector.fill(x);
        apply(at);
        error = Math.max(error, Math.abs((vector[3] as number) / exact(x) - 1));
      }
      return error;
    };
    const exp = worst(kernel.expAt, Math.exp, -86.9, 88);
    const artanh = worst(
      kernel.artanhOverAt,
      (y) => (y === 0 ? 2 : (2 * Math.atanh(y)) / y),
      0,
      1 / 3,
    );
    console.info(`  ${simd}: exp ${exp.toExponential(1)}, artanh ${artanh.toExponential(1)}`);
    expect(exp).toBeLessThan(1e-7);
    expect(artanh).toBeLessThan(1.2e-7);
    vector.set([-88, -Infinity, 0, Number.NaN]);
    kernel.expAt(at);
    expect([...vector]).toEqual([0, 0, 1, Number.NaN]);
  });
});

describe('SIMD of the runtime', () => {
  it('is found', () => {
    expect(simdSupport()).toBe('relaxed');
  });
});

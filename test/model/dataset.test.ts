import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { datasetHalves, datasetValues } from '../../src/model/dataset.ts';
import { fromHalfBits, toHalfBits } from '../../src/model/half.ts';
import { gaussianQuantiles } from '../../src/model/quantiles.ts';
import { threefry } from '../../src/model/threefry.ts';
import { DIGEST_IDS } from '../conformance/dataset.ts';

const sha256 = (data: Uint16Array): string =>
  createHash('sha256').update(new Uint8Array(data.buffer)).digest('hex');

describe('threefry', () => {
  it('gives the known answers of its authors', () => {
    expect(threefry([0, 0], [0, 0])).toEqual([0x6b200159, 0x99ba4efe]);
    const ones = 0xffffffff;
    expect(threefry([ones, ones], [ones, ones])).toEqual([0x1cb996fc, 0xbb002be7]);
    expect(threefry([0x13198a2e, 0x03707344], [0x243f6a88, 0x85a308d3])).toEqual([
      0xc4923a9c, 0x483df7a0,
    ]);
  });
});

describe('half', () => {
  it('reads back what it writes, for every finite half', () => {
    for (let bits = 0; bits < 0x7c00; bits++) {
      expect(toHalfBits(fromHalfBits(bits))).toBe(bits);
      expect(toHalfBits(fromHalfBits(bits | 0x8000))).toBe(bits | 0x8000);
    }
  });

  it('rounds to the nearest, ties to even, into the next exponent and the subnormals', () => {
    expect(toHalfBits(1 + 2 ** -11)).toBe(0x3c00); // tie, down to even
    expect(toHalfBits(1 + 3 * 2 ** -11)).toBe(0x3c02); // tie, up to even
    expect(toHalfBits(2 - 2 ** -12)).toBe(0x4000); // carries
    expect(toHalfBits(2 ** -24)).toBe(1);
    expect(toHalfBits(0.5 * 2 ** -24)).toBe(0);
    expect(toHalfBits(-0)).toBe(0x8000);
  });

  it('refuses what has no half', () => {
    for (const value of [65505, Infinity, Number.NaN]) {
      expect(() => toHalfBits(value)).toThrow(/65504/);
    }
  });
});

describe('quantile table', () => {
  it('has the published digest', () => {
    expect(sha256(gaussianQuantiles())).toBe(
      '6ad8b8f4f4fced4781933460820afc3913077006264f6a3ba6b40c3588baa14c',
    );
  });

  it('has unit variance and the kurtosis of a Gaussian', () => {
    const values = [...gaussianQuantiles()].map(fromHalfBits);
    const moment = (p: number): number =>
      values.reduce((sum, x) => sum + x ** p, 0) / values.length;
    expect(moment(2)).toBeCloseTo(0.99998, 5);
    expect(moment(4) / moment(2) ** 2).toBeCloseTo(2.9993, 4);
    expect(Math.max(...values)).toBeCloseTo(4.324, 3);
  });
});

describe('dataset', () => {
  it('begins with the published values', () => {
    const values = datasetValues({
      seed: 1,
      samples: 256,
      dimensions: 128,
      ensemble: 'independent',
    });
    expect([...values.subarray(0, 8)]).toEqual([
      1.5302734375, 0.10888671875, 1.046875, 0.2431640625, -1.181640625, -0.97900390625, 1.26953125,
      0.1290283203125,
    ]);
    expect([...values.subarray(256, 258)]).toEqual([0.775390625, -0.69482421875]);
  });

  it('has the digests that the other implementations are held to', () => {
    expect(DIGEST_IDS.map((id) => sha256(datasetHalves(id)))).toEqual([
      '4efa1d2a9c501e176d4491cd6344ef0a2281e20980d88ca15fb936a12076e5f7',
      '9be36c1db5cdc932ee1e02176caa1cb5752db6337a649e55f12bfc65c3da2c68',
    ]);
  });

  it('is a prefix of one matrix along λ when nested, and another matrix when independent', () => {
    for (const ensemble of ['nested', 'independent'] as const) {
      const wide = datasetHalves({ seed: 9, samples: 20, dimensions: 15, ensemble });
      const narrow = datasetHalves({ seed: 9, samples: 12, dimensions: 6, ensemble });
      const prefix = Uint16Array.from(
        { length: 72 },
        (_, k) => wide[Math.floor(k / 6) * 15 + (k % 6)] as number,
      );
      if (ensemble === 'nested') expect(narrow).toEqual(prefix);
      else expect(narrow).not.toEqual(prefix);
    }
  });

  it('has columns without correlation', () => {
    const [n, d] = [4000, 6];
    const g = datasetValues({ seed: 2, samples: n, dimensions: d, ensemble: 'independent' });
    for (let a = 0; a < d; a++) {
      for (let b = 0; b <= a; b++) {
        let sum = 0;
        for (let i = 0; i < n; i++) sum += (g[i * d + a] as number) * (g[i * d + b] as number);
        // Five standard errors of a sample covariance.
        expect(Math.abs(sum / n - (a === b ? 1 : 0))).toBeLessThan(
          5 * Math.sqrt((a === b ? 2 : 1) / n),
        );
      }
    }
  });
});

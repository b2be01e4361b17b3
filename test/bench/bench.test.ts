import { execFileSync, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SWIFTSHADER } from '../../scripts/system.js';
import { slopeError } from '../../src/bench/baseline.ts';
import { readCase, readCases } from '../../src/bench/cases.ts';
import { benchText } from '../../src/bench/report.ts';
import { type BenchCaseResult, type BenchResult, spreadOf } from '../../src/bench/result.ts';
import { Baseline, type BaselineSetting } from '../../src/gpu/baseline.ts';
import { requestDevice } from '../conformance/main.ts';
import { dawn } from '../gpu/dawn.ts';

describe('cases', () => {
  it('are maps over λ and seed, or seeds of one shape', () => {
    const { plan } = readCase('N512R4096');
    expect([plan.xs.length, plan.ys.length, plan.size]).toEqual([64, 64, 4096]);
    expect([plan.xs[0], plan.xs.at(-1), plan.spec.horizon]).toEqual([0.3, 0.6, 30]);
    const one = readCase('N512d235R64t8').plan;
    expect([one.size, one.xs.length, one.cell(0, 0).dimensions, one.spec.horizon]).toEqual([
      64, 1, 235, 8,
    ]);
    expect(readCase('N40000d19200R1').plan.cell(0, 0).dimensions).toBe(19200);
    expect(readCase('N64R12').plan.xs.length).toBe(3);
  });

  it('come in sets that cover all sizes', () => {
    const names = readCases('full').cases.map(({ name }) => name);
    for (const samples of [64, 128, 256, 512, 1024, 4096]) {
      expect(names).toContain(`N${samples}R64`);
      expect(names).toContain(`N${samples}R4096`);
    }
    expect(names).toContain('N40000d19200R1');
  });

  it.each([
    ['small', /--cases: got "small"; expected quick, standard, full, or names like N512R64/],
    ['N1R4', /--cases: got "N1R4"; expected N from 2 to 40000/],
    ['N64R0', /R from 1 to 4096/],
    ['N64d65R4', /d from 1 to 64/],
    ['N64R4t301', /t from 0 to 300/],
    ['N64R4,', /--cases: got ""/],
  ])('%s is not accepted', (text, message) => {
    expect(() => readCases(text)).toThrow(message);
  });
});

describe('a spread', () => {
  it('has the median of the two in the middle', () => {
    expect(spreadOf([4, 1, 10, 2])).toEqual({ median: 3, least: 1, most: 10 });
  });
});

describe('the straightforward kernel', () => {
  it.each([
    [50, 20],
    [130, 65],
    [2, 1],
  ])('has the gradient of the float64 twin at N %d, d %d', async (samples, dimensions) => {
    const device = await requestDevice(dawn);
    const setting: BaselineSetting = {
      dataset: { seed: 4, samples, dimensions, ensemble: 'independent' },
      replicas: 3,
      sigma: 2,
      u: Float32Array.from({ length: dimensions }, (_, j) => 0.3 * Math.cos(j + 1)),
      clock: 1.5,
      step: 0.25,
    };
    const baseline = await Baseline.create(device, setting);
    await baseline.evaluate(1);
    // Sums of a hundred float32 terms one after the other, with room for an exp good to a few ulp.
    const slope = await baseline.slope(2);
    expect(slopeError(setting, slope)).toBeLessThan(5e-6);
    // The next gradient is that of the point to which the step led.
    const u = setting.u.map((value, j) => value + 0.25 * (slope[j] as number));
    await baseline.evaluate(1);
    expect(slopeError({ ...setting, u, clock: 1.75 }, await baseline.slope(0))).toBeLessThan(5e-6);
    baseline.destroy();
    device.gpu.destroy();
  });
});

describe.each(['cpu', 'wasm', 'webgpu'])('grokscope bench --engine %s', (engine) => {
  let folder: string;
  let result: BenchResult;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'grokscope-bench-'));
    const out = join(folder, 'b.json');
    const cli = join(import.meta.dirname, '../../dist/cli.js');
    const args = ['bench', '--engine', engine, '--cases', 'N16R12t3', '--quiet', '--out', out];
    const env = { ...process.env, VK_ICD_FILENAMES: process.env.VK_ICD_FILENAMES ?? SWIFTSHADER };
    execFileSync(process.execPath, [cli, ...args], { env, stdio: ['ignore', 'inherit', 'ignore'] });
    result = JSON.parse(await readFile(out, 'utf8'));
  });

  afterAll(() => rm(folder, { recursive: true }));

  it('writes counts that are sums over the replicas', () => {
    expect(result).toMatchObject({
      format: 'grokscope-bench',
      version: 1,
      engine: { kind: engine },
      unmeasured: [],
    });
    const [each] = result.cases as [BenchCaseResult];
    expect(each).toMatchObject({ name: 'N16R12t3', lambdas: 3, seeds: 4, limited: null });
    const last = each.runs.at(-1);
    const sum = (of: (column: BenchCaseResult['columns'][number]) => number): number =>
      each.columns.reduce((total, column) => total + of(column), 0);
    expect(last?.failed).toBe(0);
    expect(last?.replicas).toBe(sum(({ replicas }) => replicas));
    expect(last?.replicas).toBe(12);
    expect(last?.gradients).toBe(sum(({ gradients }) => gradients));
    expect(last?.entries).toBe(sum(({ gradients, dimensions }) => 16 * dimensions * gradients));
    expect(last?.gradients).toBeGreaterThan(12 * 20);
  });

  it('derives its rates from runs that were repeated', () => {
    const [each] = result.cases as [BenchCaseResult];
    const warm = each.runs.filter(({ cold }) => !cold).slice(-3);
    expect(warm).toHaveLength(3);
    const rates = warm.map(({ entries, seconds }) => entries / seconds);
    expect(each.entriesPerSecond).toEqual(spreadOf(rates));
    expect(each.bytesPerSecond.median).toBeCloseTo(2 * each.entriesPerSecond.median, 3);
    expect(each.flopsPerSecond.median).toBeCloseTo(4 * each.entriesPerSecond.median, 3);
    expect(each.bandwidthShare).toBeCloseTo(
      each.bytesPerSecond.median / result.bandwidth.bytesPerSecond.median,
      12,
    );
    expect(each.mapSeconds).toEqual(spreadOf(warm.map(({ seconds }) => seconds)));
    for (const { firstMapSeconds, seconds, startSeconds } of warm) {
      expect(firstMapSeconds).toBeGreaterThanOrEqual(startSeconds);
      expect(firstMapSeconds).toBeLessThanOrEqual(seconds);
    }
  });

  it('has a baseline on WebGPU and none elsewhere, and says all in a table', () => {
    const [each] = result.cases as [BenchCaseResult];
    if (engine === 'webgpu') expect(each.baseline?.error).toBeLessThan(5e-6);
    else expect(each.baseline).toBeNull();
    expect(each.parts.readBackSeconds === null).toBe(engine !== 'webgpu');
    const text = benchText({
      ...result,
      cases: [...result.cases, { name: 'X', failure: 'no room' }],
    });
    expect(text).toMatch(/^N16R12t3 /m);
    expect(text).toMatch(/^X failed: no room$/m);
  });
});

describe('grokscope bench', () => {
  it('has written the cases before the one in which it is interrupted', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'grokscope-bench-'));
    const out = join(folder, 'b.json');
    const cli = join(import.meta.dirname, '../../dist/cli.js');
    const cases = 'N16R4t1,N4096R64t300,N16R8t1';
    const args = ['bench', '--engine', 'cpu', '--workers', '1', '--cases', cases, '--out', out];
    const child = spawn(process.execPath, [cli, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text) => {
      if (said === '') child.kill('SIGINT');
      said += text;
    });
    const code = await new Promise((resolve) => child.once('close', resolve));
    expect(said).toBe(`N16R4t1 is done.\nInterrupted; ${out} has 1 of 3 cases.\n`);
    expect(code).toBe(130);
    const result: BenchResult = JSON.parse(await readFile(out, 'utf8'));
    expect(result.cases.map(({ name }) => name)).toEqual(['N16R4t1']);
    expect(result.unmeasured).toEqual(['N4096R64t300', 'N16R8t1']);
    await rm(folder, { recursive: true });
  });
});

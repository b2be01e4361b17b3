import { execFile, spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SWIFTSHADER } from '../../scripts/system.js';

const CLI = join(import.meta.dirname, '../../dist/cli.js');

const SPEC = {
  samples: 32,
  horizon: 6,
  x: { over: 'lambda', from: 0.2, to: 0.8, step: 0.2 },
  y: { over: 'seed', from: 1, to: 3, step: 1 },
};

interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

let folder: string;
const path = (name: string): string => join(folder, name);

function grokscope(...args: string[]): Promise<Result> {
  return node([CLI, ...args]);
}

function node(args: readonly string[]): Promise<Result> {
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: folder }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr });
    });
  });
}

beforeAll(async () => {
  process.env.VK_ICD_FILENAMES ??= SWIFTSHADER;
  folder = await mkdtemp(join(tmpdir(), 'grokscope-cli-'));
  await writeFile(path('spec.json'), JSON.stringify(SPEC));
});

afterAll(() => rm(folder, { recursive: true }));

describe('grokscope run', () => {
  it('trains on the worker threads, prints the map and writes the file', async () => {
    const { code, stdout, stderr } = await grokscope(
      'run',
      'spec.json',
      '--engine',
      'cpu',
      '--out',
      'a.json',
    );
    expect(stderr).toMatch(
      /^CPU, \d+ workers?, float64\. The float64 engine was asked for\.\nThe device check passed: .*\.\n$/,
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/^log10 t_test\(0\.95\), seed over λ = d\/N\n 3 /);
    expect(stdout).toContain('12 of 12 replicas');
    const file = JSON.parse(await readFile(path('a.json'), 'utf8'));
    expect(file).toMatchObject({
      format: 'grokscope-results',
      version: 1,
      provenance: {
        program: 'grokscope',
        engine: { kind: 'cpu', precision: 'float64' },
        deviceCheck: { passed: true, arithmetic: null },
      },
    });
    const { replicas, message } = file.provenance.deviceCheck;
    expect(stderr).toContain(message);
    expect(replicas).toHaveLength(3);
    for (const { expected, measured } of replicas) expect(measured).toBeCloseTo(expected, 2);
    expect(file.provenance.specHash).toMatch(/^[0-9a-f]{64}$/);
    expect(file.replicas.map((r: { index: number }) => r.index)).toEqual([...Array(12).keys()]);
    // The same from its file.
    const shown = await grokscope('show', 'a.json');
    expect(shown.code).toBe(0);
    const map = (text: string): string => text.slice(0, text.indexOf('12 of 12'));
    expect(map(shown.stdout)).toBe(map(stdout));
  });

  it('is quiet when told to, and keeps the records when told to', async () => {
    const { code, stdout, stderr } = await grokscope(
      'run',
      'spec.json',
      '--engine',
      'cpu',
      '--quiet',
      '--trajectories',
      '--workers',
      '1',
      '--out',
      'b.json',
    );
    expect([code, stdout, stderr]).toEqual([0, '', '']);
    const [a, b] = await Promise.all(
      ['a.json', 'b.json'].map(async (f) => JSON.parse(await readFile(path(f), 'utf8'))),
    );
    expect(b.replicas[5].record.length).toBeGreaterThan(20);
    // However many workers, the same results.
    for (const replica of b.replicas) delete replica.record;
    expect(b.replicas).toEqual(a.replicas);
  });

  it('runs on WebAssembly when asked for, with the same states', async () => {
    const args = ['run', 'spec.json', '--engine', 'wasm', '--out', 'w.json'];
    const { code, stderr } = await grokscope(...args);
    expect(stderr).toMatch(
      /^WebAssembly, \d+ workers?, (relaxed )?SIMD, float32\. WebAssembly was asked for\.\nThe device check passed/,
    );
    expect(code).toBe(0);
    const [a, w] = await Promise.all(
      ['a.json', 'w.json'].map(async (f) => JSON.parse(await readFile(path(f), 'utf8'))),
    );
    expect(w.provenance.engine).toMatchObject({
      kind: 'wasm',
      precision: 'float32',
      device: expect.stringMatching(/SIMD$/),
    });
    expect(w.provenance.deviceCheck).toMatchObject({ passed: true, arithmetic: null });
    const states = (file: typeof a): unknown =>
      file.replicas.map((r: { testTimes: { state: string }[] }) => r.testTimes.map((t) => t.state));
    expect(states(w)).toEqual(states(a));
    expect((await grokscope('show', 'w.json')).code).toBe(0);
  });

  it('runs on WebGPU when asked for, with the same states', async () => {
    const { code, stderr } = await grokscope(
      'run',
      'spec.json',
      '--engine',
      'webgpu',
      '--out',
      'c.json',
    );
    expect(stderr).toContain('WebGPU was asked for.');
    expect(code).toBe(0);
    const [a, c] = await Promise.all(
      ['a.json', 'c.json'].map(async (f) => JSON.parse(await readFile(path(f), 'utf8'))),
    );
    expect(c.provenance.engine).toMatchObject({ kind: 'webgpu', precision: 'float32' });
    expect(c.provenance.deviceCheck).toMatchObject({
      passed: true,
      arithmetic: {
        expUlps: expect.any(Number),
        logUlps: expect.any(Number),
        fused: expect.any(Boolean),
        reassociated: expect.any(Boolean),
        subnormalsFlushed: expect.any(Boolean),
      },
    });
    const states = (file: typeof a): unknown =>
      file.replicas.map((r: { testTimes: { state: string }[] }) => r.testTimes.map((t) => t.state));
    expect(states(c)).toEqual(states(a));
  });

  it('takes the GPU that is named, and no other engine in its place', async () => {
    process.env.VK_ICD_FILENAMES ??= SWIFTSHADER;
    const args = ['plan', 'spec.json', '--adapter'];
    const { code, stdout } = await grokscope(...args, 'SwiftShader');
    expect(stdout).toMatch(/WebGPU, .*SwiftShader.*WebGPU was asked for\./);
    expect(code).toBe(0);
    const absent = await grokscope(...args, 'no such GPU');
    expect(absent.stderr).toMatch(/WebGPU cannot be used\. .*no suitable backends.*SwiftShader/s);
    expect([absent.code, absent.stdout]).toEqual([1, '']);
  });

  it.each(['csv', 'npz', 'parquet'])('writes %s, which show reads', async (format) => {
    const out = `a.${format}`;
    const { code } = await grokscope(
      'run',
      'spec.json',
      '--engine',
      'cpu',
      '--quiet',
      '--out',
      out,
    );
    expect(code).toBe(0);
    const map = async (file: string): Promise<string> =>
      (await grokscope('show', file)).stdout.replace(/made .*/, '');
    expect(await map(out)).toBe(await map('a.json'));
  });

  it('reads the spec from standard input', async () => {
    const child = spawn(process.execPath, [CLI, 'run', '-', '--engine', 'cpu'], { cwd: folder });
    child.stdin.end(JSON.stringify({ ...SPEC, samples: 8 }));
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect(code).toBe(0);
  });

  it('stops at once on an interrupt and leaves nothing behind', async () => {
    await writeFile(
      path('long.json'),
      JSON.stringify({
        ...SPEC,
        samples: 600,
        horizon: 300,
        y: { over: 'seed', from: 1, to: 500, step: 1 },
      }),
    );
    const before = await readdir(folder);
    const child = spawn(
      process.execPath,
      [CLI, 'run', 'long.json', '--engine', 'cpu', '--out', 'long-out.json'],
      { cwd: folder },
    );
    let stderr = '';
    child.stderr.on('data', (data: Buffer) => {
      stderr += data;
      if (!child.killed && stderr.includes('asked for.\n')) child.kill('SIGINT');
    });
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect(code).toBe(130);
    expect(stderr).toMatch(/Interrupted after \d+ replicas; nothing was written\./);
    expect(await readdir(folder)).toEqual(before);
  });

  it('says which replicas failed, and ends with 1', async () => {
    // So stiff that the record is full before 1e300.
    const stiff = {
      samples: 2,
      sigma: 1000,
      horizon: 300,
      x: { over: 'lambda', values: [0.5] },
      y: { over: 'seed', values: [100] },
      until: 'horizon',
    };
    await writeFile(path('stiff.json'), JSON.stringify(stiff));
    const { code, stderr } = await grokscope(
      'run',
      'stiff.json',
      '--engine',
      'cpu',
      '--out',
      'stiff-out.json',
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(/1 replicas failed; the first: seed 100, N 2, d 1: the record is full/);
    expect(JSON.parse(await readFile(path('stiff-out.json'), 'utf8')).replicas[0]).toMatchObject({
      final: null,
      failure: expect.stringContaining('full'),
    });
  });

  it('says how it would train, or that it cannot, before anything runs', async () => {
    const paper = { ...SPEC, samples: 40_000, x: { over: 'lambda', values: [0.48] } };
    await writeFile(path('paper.json'), JSON.stringify(paper));
    const plan = (...args: string[]): Promise<Result> => grokscope('plan', 'paper.json', ...args);
    const wasm = await plan('--engine', 'wasm', '--workers', '2', '--memory', '2');
    expect([wasm.code, wasm.stderr]).toEqual([0, '']);
    expect(wasm.stdout).toMatch(
      /1 × 3 cells, 3 replicas\.\n2 workers, one replica at a time in each/,
    );
    expect(wasm.stdout).toMatch(
      /40000 × 19200, takes 1\.43 GiB.*\n.*the largest are trained 1 at a time/,
    );
    const webgpu = await plan('--engine', 'webgpu', '--memory', '2');
    expect(webgpu.code).toBe(0);
    expect(webgpu.stdout).toMatch(
      /Streamed kernel: .*\nA dataset of 40000 × 19200 takes 1\.43 GiB/,
    );
    const regenerating = await plan('--engine', 'webgpu-regenerating', '--memory', '0.1');
    expect(regenerating.stdout).toMatch(/is made anew for every gradient/);
    for (const args of [
      ['plan', 'paper.json', '--engine', 'webgpu', '--memory', '1'],
      ['run', 'paper.json', '--engine', 'webgpu', '--memory', '1', '--out', 'paper-out.json'],
    ]) {
      const { code, stdout, stderr } = await grokscope(...args);
      expect(code).toBe(1);
      expect(stderr).toMatch(
        /A dataset of 40000 × 19200 takes .* the largest N is 33437; any N goes/,
      );
      expect(stdout).not.toContain('log10');
      expect(await readdir(folder)).not.toContain('paper-out.json');
    }
  });

  it('has help and a version', async () => {
    expect((await grokscope('--help')).stdout).toMatch(/grokscope run SPEC.json/);
    expect((await grokscope('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

/** Arguments that are not accepted, and the parts of the message that must say so. */
const BAD: readonly [string[], RegExp][] = [
  [
    [],
    /command: got nothing; expected one of run, status, merge, cluster, plan, show, audit, bench/,
  ],
  [['train', 'spec.json'], /command: got "train"; expected one of run, status, /],
  [['run'], /SPEC.json: got nothing; expected the path of a file/],
  [['run', 'spec.json', 'other.json'], /SPEC.json: got "other.json" as well; expected one file/],
  [
    ['run', 'absent.json'],
    /SPEC.json: got "absent.json"; expected a file that can be read \(ENOENT/,
  ],
  [['run', '.'], /SPEC.json: got "\."; expected a file that can be read \(EISDIR/],
  [['run', 'empty.json'], /spec: got ""; expected JSON/],
  [['run', 'bad.json'], /samples: got 1; expected a whole number from 2/],
  [['run', 'spec.json', '--engin', 'cpu'], /Unknown option '--engin'/],
  [
    ['run', 'spec.json', '--engine', 'tpu'],
    /--engine: got "tpu"; expected one of auto, webgpu, webgpu-regenerating, wasm, cpu/,
  ],
  [
    ['run', 'spec.json', '--engine', 'cpu', '--adapter', 'A100'],
    /--adapter: got it with --engine cpu; expected it with webgpu/,
  ],
  [['run', 'spec.json', '--engine'], /--engine.*argument missing/],
  [
    ['run', 'spec.json', '--workers', '0'],
    /--workers: got "0"; expected a whole number from 1 to 1024/,
  ],
  [['plan'], /SPEC.json: got nothing; expected the path of a file/],
  [['plan', 'spec.json', '--memory', '0'], /--memory: got "0"; expected GiB, more than 0/],
  [['run', 'spec.json', '--memory', 'x'], /--memory: got "x"; expected GiB/],
  [['run', 'spec.json', '--workers', 'two'], /--workers: got "two"; expected a whole number/],
  [
    ['run', 'spec.json', '--out', 'nowhere/x.json'],
    /--out: got "nowhere\/x.json"; expected a file that can be written \(ENOENT/,
  ],
  [
    ['run', 'spec.json', '--out', 'folder.json'],
    /--out: got "folder.json"; expected a file that can be written \(it is there and not a file/,
  ],
  [['run', 'spec.json', '--out', ''], /--out: got ""; expected the path of a file/],
  [['run', 'spec.json', '--trajectories'], /--trajectories: got it without --out; expected a file/],
  [['show'], /FILE: got nothing; expected the path of a file/],
  [
    ['run', 'spec.json', '--out', 'a.txt'],
    /--out: got "a.txt"; expected a name that ends in one of/,
  ],
  [
    ['run', 'spec.json', '--out', 'a.csv', '--trajectories'],
    /--trajectories: got it with --out "a.csv"; expected it with .json only/,
  ],
  [['show', 'spec.json'], /samples: got 32; expected no such field/],
  [
    ['show', 'a.json', '--quiet'],
    /--quiet: got it with show; expected it with run or audit or bench only/,
  ],
  [['show', 'a.json', '--certify'], /--certify: got it with show; expected it with run only/],
  [['audit', 'spec.json'], /audit: got "spec.json"; expected no file/],
  [['audit', '--size', 'huge'], /--size: got "huge"; expected one of small, medium, large/],
  [
    ['audit', '--claim', 'cold-fusion'],
    /--claim: got "cold-fusion"; expected one of late-generalisation, /,
  ],
  [
    ['audit', '--out', 'x.json'],
    /--out: got it with audit; expected it with run or merge or bench only/,
  ],
  [['bench', 'x.json'], /bench: got "x.json"; expected no file/],
  [['bench', '--cases', 'huge'], /--cases: got "huge"; expected quick, standard, full, or names/],
  [['bench', '--certify'], /--certify: got it with bench; expected it with run only/],
  [['show', 'empty.json'], /file: got ""; expected JSON/],
];

describe('grokscope run --certify', () => {
  it('decides every dataset, in the map, in the file and in words', async () => {
    const args = ['run', 'spec.json', '--engine', 'cpu', '--certify', '--out', 'c.json'];
    const { code, stdout } = await grokscope(...args);
    expect(code).toBe(0);
    // λ = 0.8 at σ = 5: far beyond λ*, and 10⁶ is far too early for any of them.
    expect(stdout).toMatch(/∞ never/);
    expect(stdout).toMatch(/\d replicas on separable data, \d on inseparable, 0 undecided/);
    const file = JSON.parse(await readFile(path('c.json'), 'utf8'));
    const last = file.replicas.filter((r: { dimensions: number }) => r.dimensions === 26);
    expect(last).toHaveLength(3);
    for (const { separability, testTimes } of last) {
      expect(separability.kind).toBe('separable');
      expect(separability.upper - separability.lower).toBeLessThan(1e-6 * separability.upper);
      expect(testTimes[1].state).toBe('never');
    }
    expect(stdout).toMatch(/^ *0\.8 +3\/3 /m);
    const shown = await grokscope('show', 'c.json');
    expect(shown.stdout).toContain('replicas on separable data');
  });

  it('keeps what was trained where certificates cannot be had, says so and exits with 1', async () => {
    // In the workers only: whoever is asked for a certificate dies.
    const dying = `import { parentPort } from 'node:worker_threads';
      const on = parentPort?.on.bind(parentPort);
      if (on) parentPort.on = (name, listener) => on(name, (jobs) => {
        if (jobs.some(({ kind }) => kind === 'certify')) throw new Error('no memory left');
        listener(jobs);
      });`;
    await writeFile(path('dying.mjs'), dying);
    const args = ['run', 'spec.json', '--engine', 'cpu', '--certify', '--out', 'uncertified.json'];
    const { code, stderr } = await node(['--import', path('dying.mjs'), CLI, ...args]);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/A worker failed: .*no memory left/)]);
    const { replicas } = JSON.parse(await readFile(path('uncertified.json'), 'utf8'));
    const whole = JSON.parse(await readFile(path('c.json'), 'utf8'));
    expect(replicas).toHaveLength(whole.replicas.length);
    for (const { gradients, separability } of replicas) {
      expect(gradients).toBeGreaterThan(0);
      expect(separability ?? null).toBeNull();
    }
  });
});

describe('grokscope audit', () => {
  // The page of the paper runs all of them on WebAssembly: test/page/paper.test.ts.
  it('finds that claims of the paper hold, on WebAssembly', async () => {
    const claims = ['weight-divergence', 'one-dimensional', 'test-loss'];
    const args = claims.flatMap((claim) => ['--claim', claim]);
    const { code, stdout, stderr } = await grokscope('audit', '--engine', 'wasm', ...args);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^WebAssembly, .*float32/);
    expect(stdout).not.toMatch(/FAIL/);
    expect(stdout).toMatch(/3 of 3 claims hold; size small/);
    expect(code).toBe(0);
  });

  it('runs on the CPU engine when asked for', async () => {
    const args = ['audit', '--engine', 'cpu', '--claim', 'conformal-time', '--claim', 'test-loss'];
    const { code, stdout } = await grokscope(...args);
    expect(stdout).toMatch(/^CPU, .*float64/);
    expect(stdout).toMatch(/2 of 2 claims hold/);
    expect(code).toBe(0);
  }, 300_000);

  it('runs on WebGPU when asked for', async () => {
    const args = ['audit', '--engine', 'webgpu', '--claim', 'one-dimensional'];
    const { code, stdout } = await grokscope(...args);
    expect(stdout).toMatch(/WebGPU, .*float32/);
    expect(stdout).toMatch(/1 of 1 claims hold/);
    expect(code).toBe(0);
  }, 300_000);
});

describe('bad command lines', () => {
  beforeAll(async () => {
    await writeFile(path('empty.json'), '');
    await writeFile(path('bad.json'), '{"samples": 1}');
    await mkdir(path('folder.json'), { recursive: true });
    await chmod(path('folder.json'), 0o755);
  });

  it.each(BAD)('%j', async (args, message) => {
    const before = await readdir(folder);
    const { code, stdout, stderr } = await grokscope(...args);
    expect(stderr).toMatch(message);
    expect([code, stdout]).toEqual([2, '']);
    expect(await readdir(folder)).toEqual(before);
  });
});

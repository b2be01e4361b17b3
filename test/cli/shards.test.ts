import { execFile, spawn } from 'node:child_process';
import {
  appendFile,
  cp,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readGrid } from '../../src/cli/directory.ts';
import { GridScan } from '../../src/cli/grid-scan.ts';
import { Random } from '../../src/model/statistics.ts';
import { encodeLine, Line, type LineKind } from '../../src/results/journal.ts';

const CLI = join(import.meta.dirname, '../../dist/cli.js');

const SPEC = {
  samples: 32,
  horizon: 6,
  x: { over: 'lambda', from: 0.2, to: 0.8, step: 0.1 },
  y: { over: 'seed', from: 1, to: 6, step: 1 },
};

/** Of the shard that is killed, and how often in each; fifty times ten take ten minutes. */
const REPETITIONS = Number(process.env.KILL_REPETITIONS ?? 12);
const KILLS = Number(process.env.KILLS ?? 1);

interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

let folder: string;
const path = (...names: string[]): string => join(folder, ...names);

function grokscope(args: readonly string[], environment = {}): Promise<Result> {
  const env = { ...process.env, ...environment };
  return new Promise((resolve) => {
    execFile(process.execPath, [CLI, ...args], { cwd: folder, env }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr });
    });
  });
}

const shard = (part: string, directory: string, ...more: string[]): Promise<Result> =>
  grokscope(['run', 'spec.json', '--shard', part, '--out', directory, '--engine', 'cpu', ...more]);

/** What a JSON file says of its replicas, as text. */
async function replicasOf(name: string): Promise<string> {
  const text = await readFile(path(name), 'utf8');
  return text.slice(text.indexOf('\n  "replicas": ['));
}

async function journals(directory: string): Promise<string[]> {
  const names = await readdir(path(directory, 'journals'));
  return names.sort().map((name) => join(directory, 'journals', name));
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'grokscope-shards-'));
  await writeFile(path('spec.json'), JSON.stringify(SPEC));
  await grokscope(['run', 'spec.json', '--engine', 'cpu', '--quiet', '--out', 'whole.json']);
  await Promise.all(['1/2', '2/2'].map((part) => shard(part, 'good', '--quiet')));
});

afterAll(() => rm(folder, { recursive: true }));

describe('shards of a sweep', () => {
  it('together are the sweep, in every format', async () => {
    for (const format of ['json', 'csv', 'npz', 'parquet']) {
      const { code, stderr } = await grokscope(['merge', 'good', '--out', `good.${format}`]);
      expect([code, stderr]).toEqual([0, `good.${format}: 42 of 42 replicas from 2 journals.\n`]);
    }
    expect(await replicasOf('good.json')).toBe(await replicasOf('whole.json'));
    const map = async (name: string): Promise<string> =>
      (await grokscope(['show', name])).stdout.replace(/made .*/, '');
    for (const format of ['csv', 'npz', 'parquet']) {
      expect(await map(`good.${format}`)).toBe(await map('whole.json'));
    }
  });

  it('say that they are done, and do nothing, when they are run again', async () => {
    const before = await journals('good');
    const { code, stderr } = await shard('1/2', 'good');
    expect([code, stderr]).toEqual([0, 'Shard 1 of 2: all 21 replicas are there.\n']);
    expect(await journals('good')).toEqual(before);
    const { stdout } = await grokscope(['status', 'good']);
    expect(stdout).toContain('good: 2 of 2 shards done, 42 of 42 replicas (100.0 %)');
    expect(stdout).toMatch(/1\/2 +21\/21 +0 +done/);
  });

  it('take their number from the scheduler', async () => {
    const args = ['run', 'spec.json', '--out', 'slurm', '--engine', 'cpu'];
    const { code, stderr } = await grokscope(args, {
      SLURM_ARRAY_TASK_ID: '4',
      SLURM_ARRAY_TASK_COUNT: '5',
      SLURM_ARRAY_TASK_MIN: '0',
      SLURM_ARRAY_TASK_MAX: '4',
    });
    expect(code).toBe(0);
    expect(stderr).toMatch(/^Shard 5 of 5: 8 replicas, 0 are there already\./);
    const missing = await grokscope(['merge', 'slurm', '--out', 'slurm.json']);
    expect(missing.code).toBe(2);
    expect(missing.stderr).toMatch(
      /slurm: got 8 replicas; expected all 42\. Missing: seed 1, N 32, d \d+, σ 5; .*; … *\. Run the shards again/,
    );
    const { stdout } = await grokscope(['status', 'slurm']);
    expect(stdout).toContain('slurm: 1 of 5 shards done, 8 of 42 replicas (19.0 %)');
    expect(stdout).toMatch(/1\/5 +0\/\d+ +0 +not begun +\d/);
    expect(stdout).toMatch(/left if all shards run at once/);
    const partial = await grokscope(['merge', 'slurm', '--out', 'slurm.json', '--partial']);
    expect(partial.code).toBe(0);
    expect(JSON.parse(await readFile(path('slurm.json'), 'utf8')).replicas).toHaveLength(8);
    // Cut into other shards, what is there counts.
    const { stderr: again } = await shard('1/1', 'slurm');
    expect(again).toMatch(/^Shard 1 of 1: 42 replicas, 8 are there already\./);
    await grokscope(['merge', 'slurm', '--out', 'slurm.json']);
    expect(await replicasOf('slurm.json')).toBe(await replicasOf('whole.json'));
  });

  it('refuse another spec, and take one whose grid contains theirs when told to', async () => {
    await shard('1/1', 'grown', '--quiet');
    const larger = { ...SPEC, y: { over: 'seed', from: 0, to: 8, step: 1 } };
    await writeFile(path('larger.json'), JSON.stringify(larger));
    await writeFile(path('other.json'), JSON.stringify({ ...SPEC, horizon: 7 }));
    const run = (spec: string, ...more: string[]): Promise<Result> =>
      grokscope(['run', spec, '--shard', '1/1', '--out', 'grown', '--engine', 'cpu', ...more]);
    const refused = await run('larger.json');
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(
      /y: got \{"over":"seed","from":0,.*; expected \{"over":"seed","from":1,.*, as grown has it \(a grid that contains it is added with --extend\)/,
    );
    const other = await run('other.json', '--extend');
    expect([other.code, other.stderr]).toEqual([
      2,
      'grokscope: horizon: got 7; expected 6, as before\n',
    ]);
    const { code, stderr } = await run('larger.json', '--extend');
    expect(code).toBe(0);
    expect(stderr).toMatch(/^Shard 1 of 1: 63 replicas, 42 are there already\./);
    await grokscope(['merge', 'grown', '--out', 'grown.json']);
    const whole = [
      'run',
      'larger.json',
      '--engine',
      'cpu',
      '--quiet',
      '--out',
      'larger-whole.json',
    ];
    await grokscope(whole);
    expect(await replicasOf('grown.json')).toBe(await replicasOf('larger-whole.json'));
    expect((await run('spec.json')).code).toBe(2);
  });

  it('certify, together as the sweep does', async () => {
    const args = ['run', 'spec.json', '--engine', 'cpu', '--quiet', '--certify'];
    await grokscope([...args, '--out', 'certified.json']);
    await cp(path('good'), path('certified'), { recursive: true });
    await shard('1/2', 'certified', '--certify');
    const half = await grokscope(['merge', 'certified', '--out', 'merged.json']);
    expect(half.code).toBe(2);
    expect(half.stderr).toMatch(
      /certified: got 21 certificates; expected all 42\. Missing: .* Run the shards again with --certify/,
    );
    await shard('2/2', 'certified', '--certify');
    expect((await grokscope(['merge', 'certified', '--out', 'merged.json'])).code).toBe(0);
    expect(await replicasOf('merged.json')).toBe(await replicasOf('certified.json'));
  });

  it('keep failures as results, with their reasons', async () => {
    const stiff = {
      samples: 2,
      sigma: 1000,
      horizon: 300,
      x: { over: 'lambda', values: [0.5] },
      y: { over: 'seed', values: [100] },
      until: 'horizon',
    };
    await writeFile(path('stiff.json'), JSON.stringify(stiff));
    const args = ['run', 'stiff.json', '--shard', '1/1', '--out', 'stiff', '--engine', 'cpu'];
    const { code, stderr } = await grokscope(args);
    expect(code).toBe(0);
    expect(stderr).toMatch(/Shard 1 of 1: 1 of 1 replicas in .*, 1 failed\.\n$/);
    const { stdout } = await grokscope(['status', 'stiff']);
    expect(stdout).toMatch(/1 failed: the record is full.* \(the first: seed 100, N 2, d 1\)/);
  });
});

describe('a shard that is stopped', () => {
  const LONG = {
    ...SPEC,
    samples: 600,
    horizon: 300,
    y: { over: 'seed', from: 1, to: 500, step: 1 },
  };

  it.each([
    ['SIGTERM', 75],
    ['SIGINT', 130],
  ] as const)('by %s saves what is done and ends with %i', async (signal, expected) => {
    await writeFile(path('long.json'), JSON.stringify(LONG));
    const args = ['run', 'long.json', '--shard', '1/1', '--out', signal, '--engine', 'wasm'];
    const child = spawn(process.execPath, [CLI, ...args], { cwd: folder });
    let stderr = '';
    child.stderr.on('data', (data: Buffer) => {
      stderr += data;
    });
    const watch = setInterval(async () => {
      const [journal] = await journals(signal).catch(() => []);
      const text = journal ? await readFile(path(journal), 'utf8') : '';
      if (text.split('\n').length <= 5) return;
      clearInterval(watch);
      child.kill(signal);
    }, 50);
    const code = await new Promise((resolve) => child.on('close', resolve));
    clearInterval(watch);
    expect(code).toBe(expected);
    const [, saved] =
      /stopped after (\d+) of \d[\d ,\u202f]* replicas in .*; they are saved\. Run it again to go on\./.exec(
        stderr,
      ) ?? [];
    expect(Number(saved)).toBeGreaterThan(0);
    const { stdout } = await grokscope(['status', signal]);
    expect(stdout).toMatch(new RegExp(`, ${saved} of 3.500 replicas`));
  });

  it('by SIGKILL at random times loses nothing and doubles nothing', async () => {
    const random = new Random(11);
    await writeFile(
      path('killed.json'),
      JSON.stringify({ ...SPEC, samples: 64, y: { over: 'seed', from: 1, to: 12, step: 1 } }),
    );
    const args = ['run', 'killed.json', '--shard', '2/3', '--engine', 'wasm', '--quiet'];
    const run = (directory: string): ReturnType<typeof spawn> =>
      spawn(process.execPath, [CLI, ...args, '--out', directory], { cwd: folder });
    const ended = (child: ReturnType<typeof spawn>): Promise<unknown> =>
      new Promise((resolve) => child.on('close', (code, signal) => resolve(signal ?? code)));
    const data = async (directory: string): Promise<object[]> => {
      const scan = await GridScan.of(await readGrid(path(directory)));
      const indices = [...Array(scan.plan.size).keys()].filter((index) => scan.has(index));
      const entries = indices.map((index) => scan.entry(index));
      expect([entries.length, scan.duplicates]).toEqual([28, 0]);
      scan.close();
      return entries;
    };
    let begun = performance.now();
    expect(await ended(run('killed-0'))).toBe(0);
    /** Of a whole run, as fast as the machine is at the time. */
    let typical = performance.now() - begun;
    const expected = await data('killed-0');
    let kills = 0;
    let atWork = 0;
    for (let k = 1; k <= REPETITIONS || kills < 10; k++) {
      const directory = `killed-${k}`;
      for (let kill = 0; kill < KILLS; kill++) {
        begun = performance.now();
        const before = await journals(directory).catch(() => []);
        const child = run(directory);
        const timer = setTimeout(() => child.kill('SIGKILL'), typical * random.uniform());
        const end = await ended(child);
        clearTimeout(timer);
        if (end === 0) {
          if (kill === 0) typical = performance.now() - begun;
          break;
        }
        expect(end).toBe('SIGKILL');
        kills++;
        if ((await journals(directory).catch(() => [])).length > before.length) atWork++;
      }
      expect(await ended(run(directory))).toBe(0);
      expect(await data(directory)).toEqual(expected);
    }
    console.info(
      `  repetitions of ${typical.toFixed(0)} ms, ${kills} kills, ${atWork} with a journal open`,
    );
  }, 3_600_000);
});

/** What is done to a line, which may be anything. */
type Change = (json: ReturnType<typeof JSON.parse>) => void;

/** A line of a journal with its checksum made right after a change. */
function rewritten(line: string, change: Change): string {
  const [, kind, index, json] = /^\S+ (\w) (\d+) (.*)$/.exec(line) as unknown as string[];
  const object = JSON.parse(json as string);
  change(object);
  return encodeLine(kind as LineKind, Number(index), object).trimEnd();
}

type Damage = (directory: string, file: string, lines: string[]) => Promise<void>;

const edit =
  (change: (lines: string[]) => string[] | undefined): Damage =>
  async (_, file, lines) =>
    writeFile(path(file), (change(lines) ?? lines).join('\n'));

const replicaLine = (lines: string[]): number => lines.findIndex((line) => / r \d+ /.test(line));

const inLine = (at: (lines: string[]) => number, change: Change): Damage =>
  edit((lines) => {
    const k = at(lines);
    lines[k] = rewritten(lines[k] as string, change);
    return lines;
  });

const head = (): number => 0;

/** What is done to a good directory, and what merge must say. */
const DAMAGE: readonly [string, Damage, RegExp][] = [
  [
    'a missing shard',
    async (_, file) => rm(path(file)),
    /got 21 replicas; expected all 42\. Missing: seed/,
  ],
  [
    'a file cut off in a line',
    async (_, file) => truncate(path(file), 9000),
    /expected all 42\. Missing/,
  ],
  [
    'a file cut off after a line',
    edit((lines) => [...lines.slice(0, 6), '']),
    /got 2\d replicas; expected all 42/,
  ],
  ['a file cut off in its head', async (_, file) => truncate(path(file), 100), /got 21 replicas/],
  ['an empty file', async (_, file) => truncate(path(file), 0), /got 21 replicas/],
  [
    'another digit in a result',
    edit((lines) => {
      const k = replicaLine(lines);
      return lines.with(k, (lines[k] as string).replace(/"bias":-\d/, '"bias":-x'));
    }),
    /1-of-2-.*\.journal, line \d+: got ".*"; expected its checksum/,
  ],
  [
    'a line of nothing',
    edit((lines) => lines.toSpliced(3, 0, '')),
    /line 4: got ""; expected its checksum/,
  ],
  [
    'zeros in the middle',
    edit((l) => l.toSpliced(3, 1, '\0'.repeat(50))),
    /line 4: .* expected its checksum/,
  ],
  ['a head that is missing', edit((lines) => lines.slice(1)), /line 1: got "r"; expected the head/],
  [
    'another format',
    inLine(head, (json) => {
      json.format = 'numpy';
    }),
    /line 1.format: got "numpy"; expected one of "grokscope-journal"/,
  ],
  [
    'another version of the format',
    inLine(head, (json) => {
      json.version = 2;
    }),
    /line 1.version: got 2; expected 1, the version of this program/,
  ],
  [
    'another version of the program',
    inLine(head, (json) => {
      json.programVersion = '9.9.9';
    }),
    /programVersion: got "9.9.9"; expected .*results of several versions are not mixed/,
  ],
  [
    'another spec',
    inLine(head, (json) => {
      json.spec.horizon = 7;
    }),
    /1-of-2-.*\.journal is of another grid; horizon: got 6; expected 7, as before/,
  ],
  [
    'a spec with other cells',
    inLine(head, (json) => {
      json.spec.x.from = 0.15;
    }),
    /is of another grid; x: got .*; expected an axis that still has 0\.15/,
  ],
  [
    'a spec that is none',
    inLine(head, (json) => {
      json.spec.samples = 1;
    }),
    /spec\.samples: got 1; expected a whole number from 2/,
  ],
  [
    'another seed than the spec has',
    inLine(replicaLine, (json) => {
      json.seed = 77;
    }),
    /\.seed: got 77; expected \d+, which the spec gives to replica/,
  ],
  [
    'a state that there is not',
    inLine(replicaLine, (json) => {
      json.testTimes[0].state = 'soon';
    }),
    /testTimes\[0\]\.state: got "soon"; expected one of/,
  ],
  [
    'a replica beyond the grid',
    edit((lines) => [...lines.slice(0, 3), encodeLine(Line.replica, 4200, {}).trimEnd(), '']),
    /index: got 4200; expected at most 41/,
  ],
  [
    'a replica twice, with other times',
    edit((lines) => {
      const line = lines.find((each) => each.includes('"crossed","log10t"')) as string;
      const other = rewritten(line, (json) => {
        for (const time of json.testTimes) if (time.log10t !== undefined) time.log10t += 0.5;
        for (const time of json.trainTimes) if (time.log10t !== undefined) time.log10t += 0.5;
      });
      return [...lines.slice(0, -1), other, ''];
    }),
    /seed \d+, N 32, d \d+: got "results that differ"; expected times that agree to 0.02 .* in 1-of-2.* and 1-of-2/,
  ],
  [
    'a directory of another version',
    async (directory) => {
      const file = path(directory, 'grid.json');
      await writeFile(
        file,
        (await readFile(file, 'utf8')).replace(
          /"programVersion": "[^"]*"/,
          '"programVersion": "9.9.9"',
        ),
      );
    },
    /grid\.json: programVersion: got "9\.9\.9"; expected/,
  ],
  [
    'a directory without its grid',
    async (d) => rm(path(d, 'grid.json')),
    /expected a directory with a grid\.json/,
  ],
  [
    'a grid that is cut off',
    async (d) => truncate(path(d, 'grid.json'), 50),
    /grid\.json: got .*; expected JSON/,
  ],
];

describe('merge of damaged directories', () => {
  it.each(DAMAGE)('%s', async (what, damage, message) => {
    const directory = `damaged-${DAMAGE.findIndex(([each]) => each === what)}`;
    await cp(path('good'), path(directory), { recursive: true });
    const [file] = await journals(directory);
    const lines = (await readFile(path(file as string), 'utf8')).split('\n');
    await damage(directory, file as string, lines);
    const before = await readdir(folder);
    const { code, stderr } = await grokscope(['merge', directory, '--out', 'damaged.parquet']);
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
    expect(await readdir(folder)).toEqual(before);
  });

  it('takes replicas that are there twice and agree, from whichever engine', async () => {
    await cp(path('good'), path('twice'), { recursive: true });
    const [first] = await journals('twice');
    await rename(path(first as string), path('aside'));
    const args = ['run', 'spec.json', '--shard', '1/2', '--out', 'twice', '--engine', 'wasm'];
    expect((await grokscope(args)).code).toBe(0);
    await rename(path('aside'), path(first as string));
    // A process that was killed while it wrote.
    await appendFile(path(first as string), '01234567 r 3 {"index":3,');
    const { code, stderr } = await grokscope(['merge', 'twice', '--out', 'twice.json']);
    expect([code, stderr]).toEqual([
      0,
      'twice.json: 42 of 42 replicas from 3 journals; 21 were there more than once, and agree.\n',
    ]);
    expect(await replicasOf('twice.json')).toBe(await replicasOf('whole.json'));
    const { stdout } = await grokscope(['status', 'twice']);
    expect(stdout).toMatch(/1-of-2-.*\.journal: its last line has no end, .* it does not count/);
  });
});

describe('bad command lines of shards', () => {
  it.each<[string[], RegExp]>([
    [
      ['run', 'spec.json', '--shard', '1/2'],
      /--out: got nothing; expected a directory for the shards/,
    ],
    [
      ['run', 'spec.json', '--shard', '1/2', '--out', 'a.json'],
      /--out: got "a.json"; expected a directory/,
    ],
    [['run', 'spec.json', '--shard', '3/2', '--out', 'bad'], /--shard: got "3\/2"; expected i\/n/],
    [
      ['run', 'spec.json', '--shard', '1/2', '--out', 'spec.json/x'],
      /--out: got "spec.json\/x"; expected a directory/,
    ],
    [
      ['run', 'spec.json', '--shard', '1/2', '--out', 'bad', '--trajectories'],
      /--trajectories: got it with a shard/,
    ],
    [['status'], /DIR: got nothing; expected the path/],
    [['status', 'nowhere'], /DIR: got "nowhere"; expected a directory with a grid.json/],
    [
      ['status', 'good', '--out', 'x.json'],
      /--out: got it with status; expected it with run or merge or bench only/,
    ],
    [['merge', 'good'], /--out: got nothing; expected the path of a file/],
    [['merge', 'good', '--out', 'x.txt'], /--out: got "x.txt"; expected a name that ends in/],
    [
      ['merge', 'good', '--out', 'nowhere/x.json'],
      /--out: got "nowhere\/x.json"; expected a file that can be/,
    ],
  ])('%j', async (args, message) => {
    const before = await readdir(folder);
    const { code, stdout, stderr } = await grokscope(args);
    expect(stderr).toMatch(message);
    expect([code, stdout]).toEqual([2, '']);
    expect(await readdir(folder)).toEqual(before);
  });
});

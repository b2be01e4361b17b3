import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { SCHEDULERS } from '../../scripts/system.js';
import { slurmScript } from '../../src/cli/cluster.ts';
import { noPython, PYTHON } from '../python.ts';
import { noSlurm } from './slurm.ts';

const root = join(import.meta.dirname, '../..');
const CLI = join(root, 'dist/cli.js');
const example = (name: string): string => join(root, 'examples/cluster', name);
const folder = mkdtempSync(join(tmpdir(), 'grokscope-launchers-'));
writeFileSync(
  join(folder, 'edge.json'),
  JSON.stringify({
    samples: 16,
    horizon: 3,
    x: { over: 'lambda', values: [0.25, 0.75] },
    y: { over: 'seed', from: 1, to: 8, step: 1 },
  }),
);

afterAll(() => rmSync(folder, { recursive: true }));

describe('the Job of Kubernetes', () => {
  /** Problems that the schema has with the example after a change, and the example. */
  function validate(change: string): [string[], Record<string, never>] {
    const program = `
import json, sys, yaml, jsonschema
job = yaml.safe_load(open(sys.argv[1]))
spec = job["spec"]
pod = spec["template"]["spec"]
${change}
schema = json.load(open(sys.argv[2]))
problems = jsonschema.Draft202012Validator(schema).iter_errors(job)
print(json.dumps([[f"{each.json_path}: {each.message}" for each in problems], job]))`;
    const schema = join(root, 'test/fixtures/kubernetes-job.schema.json');
    const args = ['-c', program, example('kubernetes.yaml'), schema];
    return JSON.parse(execFileSync(PYTHON, args, { encoding: 'utf8' }));
  }

  it.skipIf(noPython)('is one by its schema', () => {
    expect(validate('')[0]).toEqual([]);
  });

  it.each([
    ['spec["completion"] = 8', /spec: Additional properties are not allowed \('completion'/],
    ['spec["completions"] = "8"', /spec.completions: '8' is not of type 'integer'/],
    ['spec["completionMode"] = "indexed"', /completionMode: 'indexed' is not one of/],
    ['pod["restartPolicy"] = "OnFailure"', /restartPolicy: 'Never' was expected/],
    ['pod["containers"][0]["args"].append(8)', /args\[3\]: 8 is not of type 'string'/],
    ['del pod["volumes"][0]["persistentVolumeClaim"]["claimName"]', /'claimName' is a required/],
  ])('and is none after %s', (change, message) => {
    expect(validate(change)[0]).toEqual([expect.stringMatching(message)]);
  });

  it('runs the shard of its index', () => {
    const [, job] = validate('');
    const { completions, template } = job.spec as unknown as {
      completions: number;
      template: { spec: { containers: { command: string[]; args: string[] }[] } };
    };
    const { command, args } = template.spec.containers[0] as { command: string[]; args: string[] };
    const words = [...command.slice(1), ...args].map((word) =>
      word.replace(/^\/data/, folder).replace('webgpu', 'wasm'),
    );
    expect(words[words.indexOf('--shards') + 1]).toBe(String(completions));
    for (const index of [0, completions - 1]) {
      const env = { ...process.env, JOB_COMPLETION_INDEX: String(index) };
      execFileSync(process.execPath, [CLI, ...words], { env });
    }
    expect(readdirSync(join(folder, 'edge/journals')).sort()).toEqual([
      expect.stringMatching(/^1-of-8-/),
      expect.stringMatching(/^8-of-8-/),
    ]);
  });
});

describe('the script for sbatch', () => {
  const job = {
    spec: 'a grid.json',
    shards: 24,
    minutes: 95,
    estimate: 'About 47 min a shard.',
    gpu: false,
    engine: 'wasm',
    workers: 8,
  };

  it('is the example, filled in', () => {
    const lines = slurmScript(job).split('\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        '# About 47 min a shard.',
        '#SBATCH --array=1-24',
        '#SBATCH --requeue',
        '#SBATCH --cpus-per-task=8',
        '#SBATCH --time=01:35:00',
        `SPEC=\${SPEC:-'a grid.json'}`,
        `DIR=\${DIR:-'a grid'}`,
        'SHARDS=24',
        `ENGINE=\${ENGINE:-wasm}`,
      ]),
    );
    expect(lines.join('\n')).not.toContain('--gres');
    expect(slurmScript({ ...job, gpu: true })).toContain('\n#SBATCH --gres=gpu:1\n');
  });

  it('names a shard, an engine and an adapter as the command line takes them', () => {
    const run = join(folder, 'srun');
    writeFileSync(run, '#!/bin/sh\nprintf "%s|" "$@"; exit 3\n', { mode: 0o755 });
    const script = join(folder, 'slurm.sh');
    writeFileSync(script, slurmScript(job));
    const env = {
      PATH: `${folder}:${process.env.PATH}`,
      SLURM_ARRAY_TASK_ID: '7',
      ADAPTER: 'NVIDIA A100',
    };
    const printed = execFileSync('bash', ['-c', `bash ${script}; echo " $?"`], { env });
    expect(printed.toString()).toBe(
      'grokscope|run|a grid.json|--shard|7/24|--out|a grid|--engine|wasm|--adapter|NVIDIA A100| 3\n',
    );
  });

  it.each([
    [
      ['--replica-seconds', '1000'],
      /About 29.min.38.s a shard: 16 replicas in 9 shards, at 1000 s a/,
    ],
    [
      ['--replica-seconds', '1000', '--shards', '2'],
      /between ten minutes and an hour with --shards 5 to 26/,
    ],
    [
      ['--replica-seconds', '1000', '--shards', '90'],
      /That is little for a task.* --shards 5 to 26/,
    ],
    [['--replica-seconds', '1'], /One machine does all of it in 16.s; it needs no cluster/],
    [['--engine', 'wasm', '--shards', '3'], /16 replicas in 3 shards, as measured on WebAssembly/],
    [['--engine', 'wasm', '--workers', '3'], /on WebAssembly, 3 workers.*--cpus-per-task=3\n/s],
  ])('keeps tasks between ten minutes and an hour: %j', (args, message) => {
    const all = [CLI, 'cluster', 'slurm', 'edge.json', ...args];
    const said = execFileSync('sh', ['-c', '"$0" "$@" 2>&1', process.execPath, ...all], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect(said).toMatch(message);
  });
});

const missing = noSlurm() === undefined ? undefined : SCHEDULERS.join(', ');
if (missing) console.warn(`\n  THE TEST WITH GNU PARALLEL IS LEFT OUT: ${missing} needed.\n`);

describe.skipIf(missing !== undefined)('GNU parallel', () => {
  it('runs every shard, and those again that were stopped', () => {
    const env = {
      ...process.env,
      DIR: 'parallel',
      SHARDS: '3',
      ENGINE: 'wasm',
      MACHINES: '2/:',
      GROKSCOPE: `${process.execPath} ${CLI}`,
    };
    const options = { cwd: folder, env, encoding: 'utf8' } as const;
    execFileSync('sh', [example('parallel.sh')], options);
    const args = [CLI, 'status', 'parallel'];
    expect(execFileSync(process.execPath, args, options)).toContain(
      'parallel: 3 of 3 shards done, 16 of 16 replicas (100.0 %)',
    );
    expect(readdirSync(join(folder, 'parallel/journals'))).toHaveLength(3);
    expect(readFileSync(join(folder, 'parallel/grid.json'), 'utf8')).toContain('grokscope-grid');
  });
});

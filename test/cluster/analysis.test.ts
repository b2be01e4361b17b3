import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { separableProbability } from '../../src/model/theory/wendel.ts';
import { decodeFile } from '../../src/results/formats.ts';
import { rank } from '../../src/results/summary.ts';
import type { ResultTable } from '../../src/results/table.ts';
import { SweepPlan } from '../../src/sweep/plan.ts';
import { noPython, PYTHON } from '../python.ts';

const root = join(import.meta.dirname, '../..');
const CLI = join(root, 'dist/cli.js');
const folder = mkdtempSync(join(tmpdir(), 'grokscope-analysis-'));

/** Code of the docs, in order. */
const code = (language: string): string[] =>
  [
    ...readFileSync(join(root, 'docs/cluster.md'), 'utf8').matchAll(
      new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 'gs'),
    ),
  ].map((match) => match[1] as string);

const run = (program: string): unknown =>
  JSON.parse(execFileSync(PYTHON, ['-c', program], { cwd: folder, encoding: 'utf8' }));

/** JSON of Python has no infinities: they come as text. */
const PRINT = `
import json
print(json.dumps(rows, default=lambda value: value.item() if hasattr(value, "item") else str(value)).replace("-Infinity", '"-inf"').replace("Infinity", '"inf"'))`;

const duckdb = (query: string): unknown =>
  run(`import duckdb\nrows = duckdb.sql("""${query}""").fetchall()${PRINT}`);

let table: ResultTable;
let plan: SweepPlan;

beforeAll(() => {
  writeFileSync(
    join(folder, 'edge.json'),
    JSON.stringify({
      samples: 24,
      sigma: 2,
      horizon: 4,
      x: { over: 'lambda', from: 0.1, to: 0.9, step: 0.1 },
      y: { over: 'seed', from: 1, to: 10, step: 1 },
    }),
  );
  const grokscope = (...args: string[]): unknown =>
    execFileSync(process.execPath, [CLI, ...args], { cwd: folder, stdio: 'ignore' });
  grokscope('run', 'edge.json', '--shard', '1/1', '--out', 'edge', '--certify', '--engine', 'wasm');
  grokscope('merge', 'edge', '--out', 'edge.parquet');
  const results = decodeFile(
    readFileSync(join(folder, 'edge.parquet')),
    (spec) => new SweepPlan(spec),
  );
  table = results.table;
  plan = new SweepPlan(results.spec);
});

afterAll(() => rmSync(folder, { recursive: true }));

describe.skipIf(noPython)('the analysis in the docs', () => {
  const indicesOf = (ix: number): number[] => plan.ys.map((_, iy) => plan.firstOf(ix, iy));

  /** λ, quartiles of log10 t_test(0.95), replicas that are later than t_end, and all. */
  const expected = (): [number, (number | string)[], number, number][] =>
    plan.xs.map((lambda, ix) => {
      const ranks = indicesOf(ix)
        .map((index) => rank(table.testTime(index, 1)))
        .map((value) => (value === Number.MAX_VALUE ? Infinity : value))
        .sort((a, b) => a - b);
      const quartiles = [0.25, 0.5, 0.75].map((q) => {
        const value = ranks[Math.ceil(q * ranks.length) - 1] as number;
        return Number.isFinite(value) ? value : value > 0 ? 'inf' : '-inf';
      });
      return [lambda, quartiles, ranks.filter((value) => value === Infinity).length, ranks.length];
    });

  it('has replicas of every kind', () => {
    const states = plan.xs.flatMap((_, ix) =>
      indicesOf(ix).map((index) => table.testTime(index, 1).state),
    );
    expect(new Set(states)).toEqual(new Set(['fromStart', 'crossed', 'notBy', 'never']));
  });

  it('gives the quartiles of times in DuckDB', () => {
    expect(duckdb(code('sql')[0] as string)).toEqual(expected());
  });

  it('gives the quartiles of times in pandas', () => {
    const rows = run(
      `${code('python')[0]}\nrows = [[at, quartiles[at]] for at in quartiles.index]${PRINT}`,
    );
    expect(rows).toEqual(expected().map(([lambda, quartiles]) => [lambda, quartiles]));
  });

  /** λ, N, d, fraction separable and Wendel's. */
  const separable = (): number[][] =>
    plan.xs.map((lambda, ix) => {
      const { samples, dimensions } = plan.cell(ix, 0);
      const kinds = indicesOf(ix).map((index) => table.separability(index)?.kind);
      const fraction = kinds.filter((kind) => kind === 'separable').length / kinds.length;
      return [lambda, samples, dimensions, fraction, separableProbability(samples, dimensions)];
    });

  it.each(['sql', 'python'])('gives the fraction separable, and Wendel, in %s', (language) => {
    const text = code(language)[1] as string;
    const rows = (
      language === 'sql' ? duckdb(text) : run(`${text}\nrows = separable.values.tolist()${PRINT}`)
    ) as number[][];
    const all = separable();
    expect(rows).toHaveLength(all.length);
    for (const [k, row] of rows.entries()) {
      expect(row.slice(0, 3)).toEqual(all[k]?.slice(0, 3));
      expect(row[3]).toBeCloseTo(all[k]?.[3] as number, 12);
      // Sums of gamma functions are good to a dozen digits.
      expect(row[4]).toBeCloseTo(all[k]?.[4] as number, 11);
    }
  });
});

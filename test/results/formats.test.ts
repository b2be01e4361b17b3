import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 as zlibCrc32 } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FieldError } from '../../src/model/fields.ts';
import { Random } from '../../src/model/statistics.ts';
import { gather } from '../../src/results/bytes.ts';
import { sourceOf } from '../../src/results/codec.ts';
import { crc32, crc32Text } from '../../src/results/crc32.ts';
import { decodeFile, encodeAs, FORMATS, formatOf } from '../../src/results/formats.ts';
import { ResultTable } from '../../src/results/table.ts';
import { noPython, PYTHON } from '../python.ts';
import { layoutOf, mutations, plan, source, spec, table } from './damaged.ts';

const expected = (): object[] =>
  Array.from(source().entries(), ({ index, outcome }) => ({ index, outcome }));

describe('result files of every format', () => {
  it.each(FORMATS)('%s: reads back what it writes', (format) => {
    const copy = decodeFile(gather(encodeAs(format, source())), layoutOf);
    expect(copy.spec).toEqual(spec);
    expect(copy.provenance).toEqual({ program: 'test', of: 'λ' });
    const entries = sourceOf(copy.table, plan, {}, { trajectories: false }).entries();
    expect(Array.from(entries, ({ index, outcome }) => ({ index, outcome }))).toEqual(expected());
  });

  it.each(FORMATS)('%s: writes nothing but its head for a sweep without results', (format) => {
    const empty = new ResultTable(spec, plan.size, (index) => plan.cellOf(index));
    const none = sourceOf(empty, plan, {}, { trajectories: false });
    expect(decodeFile(gather(encodeAs(format, none)), layoutOf).table.done).toBe(0);
  });

  it('knows a format by the end of a name', () => {
    expect(['a.json', 'b.CSV', 'c.npz', 'd.parquet', 'e.txt', 'npz'].map(formatOf)).toEqual([
      'json',
      'csv',
      'npz',
      'parquet',
      undefined,
      undefined,
    ]);
  });

  it('sums up as zip does', () => {
    const bytes = new TextEncoder().encode('123456789');
    // The check value of CRC-32 in the catalogues.
    expect(crc32Text(bytes)).toBe('cbf43926');
    const random = new Random(1);
    const noise = Uint8Array.from({ length: 1003 }, () => 256 * random.uniform());
    expect(crc32(noise.subarray(500), crc32(noise.subarray(0, 500)))).toBe(crc32(noise));
    if (zlibCrc32) expect(crc32(noise)).toBe(zlibCrc32(noise));
  });
});

describe.skipIf(noPython)('read by others', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'grokscope-formats-'));
    for (const format of FORMATS) {
      await writeFile(join(folder, `a.${format}`), gather(encodeAs(format, source())));
    }
  });
  afterAll(() => rm(folder, { recursive: true }));

  const script = (program: string): unknown =>
    JSON.parse(execFileSync(PYTHON, ['-c', program], { cwd: folder, encoding: 'utf8' }));

  /** Rows as the JSON file has them, in the columns of the long table. */
  const rows = (): Record<string, unknown>[] =>
    Array.from(source().entries(), ({ index, outcome }) => {
      const { seed, samples, dimensions, sigma, ensemble } = plan.replica(index);
      const times = (kind: 'test' | 'train') =>
        spec.thresholds[kind].flatMap((a, k) => {
          const time = outcome[`${kind}Times`][k];
          return [
            [`${kind}_${a}_state`, time?.state ?? null],
            [`${kind}_${a}_log10t`, time?.state === 'crossed' ? time.log10t : null],
          ];
        });
      const { separability } = outcome;
      return {
        ...{ index, lambda: plan.cellOf(index).lambda, seed, samples, dimensions, sigma, ensemble },
        ...Object.fromEntries([...times('test'), ...times('train')]),
        final_log10t: outcome.final?.log10t ?? null,
        final_bias: outcome.final?.bias ?? null,
        final_uNorm: outcome.final?.uNorm ?? null,
        final_testAccuracy: outcome.final?.testAccuracy ?? null,
        final_trainAccuracy: outcome.final?.trainAccuracy ?? null,
        final_trainLoss: outcome.final?.trainLoss ?? null,
        gradients: outcome.gradients,
        failure: outcome.failure,
        separability: separability?.kind ?? null,
        kappa_lower: separability?.kind === 'separable' ? separability.lower : null,
        kappa_upper: separability?.kind === 'separable' ? separability.upper : null,
        limit_norm: separability?.kind === 'inseparable' ? separability.norm : null,
        limit_objective: separability?.kind === 'inseparable' ? separability.objective : null,
        limit_residual: separability?.kind === 'inseparable' ? separability.residual : null,
        undecided_reason: separability?.kind === 'undecided' ? separability.reason : null,
      };
    });

  it('pyarrow, which checks the checksums of pages', () => {
    const read = script(`
import json, pyarrow.parquet as pq
file = pq.ParquetFile("a.parquet", page_checksum_verification=True)
print(json.dumps([file.read().to_pylist(), json.loads(file.schema_arrow.metadata[b"grokscope"])["provenance"]]))`);
    expect(read).toEqual([rows(), { program: 'test', of: 'λ' }]);
  });

  it('DuckDB, from Parquet and from CSV', () => {
    for (const table of ["'a.parquet'", "read_csv('a.csv', comment = '#')"]) {
      const read = script(`
import json, duckdb
rows = duckdb.sql("""SELECT * FROM ${table}""")
print(json.dumps([dict(zip(rows.columns, row)) for row in rows.fetchall()]))`);
      // CSV has a column of nothing but empty cells as text, all null; numbers are exact in both.
      expect(read).toEqual(rows());
    }
  });

  it('numpy', () => {
    const read = script(`
import json, numpy
file = numpy.load("a.npz")
meta = json.loads(file["meta"].tobytes())
cubes = {name: [file[name].dtype.str, file[name].shape, numpy.nan_to_num(file[name].ravel().astype(float), nan=-999).tolist()]
         for name in file.files if name != "meta"}
print(json.dumps([meta, cubes]))`) as [Record<string, unknown>, Record<string, unknown[]>];
    const [meta, cubes] = read;
    expect(meta).toMatchObject({
      provenance: { program: 'test', of: 'λ' },
      states: ['pending', 'fromStart', 'crossed', 'notBy', 'failed', 'never'],
      failures: { 2: 'made to, "fail"\nin λ' },
      undecided: { 16: 'on the edge' },
    });
    expect(cubes.lambda).toEqual(['<f8', [2, 3], [0.25, 0.5, 0.75, 0.25, 0.5, 0.75]]);
    expect(cubes.sigma).toEqual(['<f8', [2, 3], [2, 2, 2, 5, 5, 5]]);
    expect(cubes.dimensions).toEqual(['<u4', [2, 3], [4, 8, 12, 4, 8, 12]]);
    const results = table();
    const indices = [...Array(plan.size).keys()];
    const at = <T>(of: (index: number) => T): T[] => indices.map(of);
    expect(cubes.gradients).toEqual(['<u4', [2, 3, 3], at((index) => results.gradients(index))]);
    expect(cubes.final_uNorm).toEqual([
      '<f8',
      [2, 3, 3],
      at((index) => results.final(index)?.uNorm ?? -999),
    ]);
    const states = meta.states as string[];
    expect(cubes.test_state).toEqual([
      '|u1',
      [2, 3, 3, 3],
      indices.flatMap((index) =>
        spec.thresholds.test.map((_, k) =>
          index === 11 ? 0 : index === 2 ? 4 : states.indexOf(results.testTime(index, k).state),
        ),
      ),
    ]);
    expect(cubes.test_log10t).toEqual([
      '<f8',
      [2, 3, 3, 3],
      indices.flatMap((index) =>
        spec.thresholds.test.map((_, k) => {
          const time = results.has(index) ? results.outcome(index).testTimes[k] : undefined;
          return time?.state === 'crossed' ? time.log10t : -999;
        }),
      ),
    ]);
  });
});

describe.each(['npz', 'parquet'] as const)('200 damaged files of %s', (format) => {
  it('give an error that says what is wrong, at once', () => {
    const good = gather(encodeAs(format, source()));
    for (const [what, bytes] of mutations(good, new Random(7))) {
      const begun = performance.now();
      expect(() => decodeFile(bytes, layoutOf), what).toThrow(FieldError);
      expect(performance.now() - begun, what).toBeLessThan(1000);
    }
  });

  it('a bit of one in a hundred bytes, and of one in eleven of its metadata', () => {
    const good = gather(encodeAs(format, source()));
    const end = good.length - (format === 'npz' ? 6000 : 8000);
    for (let at = 0; at < good.length; at += at < end ? 100 : 11) {
      const bytes = good.slice();
      bytes[at] = (bytes[at] as number) ^ (1 << (at % 8));
      expect(() => decodeFile(bytes, layoutOf), `byte ${at}`).toThrow(FieldError);
    }
  });
});

describe('damaged files of CSV', () => {
  const good = new TextDecoder().decode(gather(encodeAs('csv', source())));
  const lines = good.split('\n');
  const change = (line: number, from: string | RegExp, to: string): string =>
    lines.map((text, k) => (k === line ? text.replace(from, to) : text)).join('\n');
  it.each([
    ['cut off in a row', good.slice(0, -30), /^row 17: got "\d+ cells"; expected 34 cells/],
    ['cut off after a row', lines.slice(0, 10).join('\n'), /^file: got "7 rows"; expected 17 rows/],
    ['a head that is none', change(0, '{', '['), /^line 1: got .* expected # and JSON/],
    ['another version', change(0, '"version":1', '"version":2'), /^version: got 2/],
    ['another column', change(1, 'seed', 'sed'), /^column 3: got "sed"; expected "seed"/],
    ['a column too much', change(1, /$/, ',x'), /^column 35: got "x"; expected nothing/],
    ['text for a number', change(2, /^0,/, 'zero,'), /^row 1\.index: got "zero"; expected a whole/],
    ['another λ', change(2, /^0,0.25,/, '0,0.26,'), /^row 1\.lambda: got 0.26; expected 0.25/],
    ['a replica twice', change(3, /^1,/, '0,'), /^row 2\.index: got 0; expected each replica once/],
    ['a quote that does not end', change(3, /^1,/, '"1,'), /^character \d+: got .* a cell of CSV/],
    ['empty', '#', /^line 1: got "#"; expected # and JSON/],
  ])('%s', (_, text, message) => {
    expect(() => decodeFile(new TextEncoder().encode(text), layoutOf)).toThrow(message);
  });

  it('bytes of no format', () => {
    expect(() => decodeFile(Uint8Array.of(0xff, 0xfe, 0), layoutOf)).toThrow(
      /^file: got "3 bytes"; expected JSON, CSV, NPZ or Parquet of Grokscope/,
    );
  });
});

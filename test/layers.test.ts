import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';

/** What each folder may import; docs/architecture.md has the reasons. Roots may import anything. */
const ALLOWED: Record<string, readonly string[]> = {
  model: [],
  cpu: ['model', 'assembly'],
  gpu: ['model', 'shaders'],
  results: ['model'],
  sweep: ['model', 'results'],
  claims: ['model', 'results', 'sweep'],
  bench: ['model', 'cpu', 'gpu', 'results', 'sweep', 'root'],
  store: ['model', 'results'],
  ui: ['model', 'results', 'sweep', 'claims', 'store', 'lit', 'uplot'],
};

/** Entries of workers are started, not imported, and may use what node gives them. */
const WORKER_ENTRY = /^src\/cpu\/worker\.node\.ts$/;

/** Folder or package that an import names, seen from a file. */
function target(file: string, specifier: string): string {
  if (!specifier.startsWith('.')) return specifier.split('/')[0] as string;
  const path = normalize(join(dirname(file), specifier));
  const parts = path.split('/');
  return parts[0] === 'src'
    ? parts.length > 2
      ? (parts[1] as string)
      : 'root'
    : (parts[0] as string);
}

/** Imports of a file that its folder may not have. */
function violations(file: string, source: string): string[] {
  const folder = file.split('/')[1] as string;
  const allowed = ALLOWED[folder];
  if (!allowed || WORKER_ENTRY.test(file)) return [];
  const statements = /\bfrom\s+'([^'\n]+)';|\bimport\s+'([^'\n]+)'|\bimport\(\s*'([^'\n]+)'/g;
  const specifiers = [...source.matchAll(statements)].map((m) => (m[1] ?? m[2] ?? m[3]) as string);
  return specifiers
    .map((specifier) => target(file, specifier))
    .filter((name) => name !== folder && !allowed.includes(name))
    .map((name) => `${file} imports ${name}`);
}

describe('layers', () => {
  const root = join(import.meta.dirname, '..');
  const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => `src/${path}`);

  it('finds the sources', () => {
    expect(files.length).toBeGreaterThan(40);
  });

  it('keeps every folder to what it may import', () => {
    expect(
      files.flatMap((file) => violations(file, readFileSync(join(root, file), 'utf8'))),
    ).toEqual([]);
  });

  it('would see a violation', () => {
    expect(violations('src/ui/a.ts', "import { x } from '../gpu/engine.ts';")).toEqual([
      'src/ui/a.ts imports gpu',
    ]);
    expect(violations('src/model/a.ts', "import 'node:fs';\nimport { a } from './b.ts';")).toEqual([
      'src/model/a.ts imports node:fs',
    ]);
    expect(violations('src/sweep/a.ts', "const x = await import('../cpu/flow.ts');")).toEqual([
      'src/sweep/a.ts imports cpu',
    ]);
    expect(violations('src/results/a.ts', "export * from '../index.ts';")).toEqual([
      'src/results/a.ts imports root',
    ]);
  });
});

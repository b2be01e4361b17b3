import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { documentOf, interfaceOf, manifestOf } from '../scripts/manifest.js';

const ROOT = join(import.meta.dirname, '..');

/** What a project writes that uses the package. */
const PROJECT = `
import { parseSpec, SweepPlan, type SweepSpec } from 'grokscope';
import { GrokScope } from 'grokscope/element';
const spec: SweepSpec = parseSpec({ samples: 64 });
export const size: number = new SweepPlan(spec).size;
const scope: GrokScope = document.createElement('grok-scope');
scope.controls = 'full';
scope.addEventListener('grok-done', (event) => {
  const done: number = event.detail.done;
  console.log(done);
});
export const blob: Promise<Blob> = scope.toBlob('image/png');
`;

describe('the packed package', () => {
  const project = mkdtempSync(join(tmpdir(), 'grokscope-package-'));
  const modules = join(project, 'node_modules');
  beforeAll(() => {
    const [packed] = JSON.parse(
      execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', project], {
        cwd: ROOT,
        encoding: 'utf8',
      }),
    ) as [{ filename: string }];
    mkdirSync(join(modules, 'grokscope'), { recursive: true });
    const archive = join(project, packed.filename);
    const target = join(modules, 'grokscope');
    execFileSync('tar', ['xzf', archive, '-C', target, '--strip-components=1']);
    // What an installation would bring, and no more.
    const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    expect(Object.keys(dependencies)).toEqual(['lit', 'uplot']);
    for (const name of ['lit', 'lit-html', 'lit-element', '@lit', '@lit-labs', 'uplot']) {
      symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
    }
  });
  afterAll(() => rmSync(project, { recursive: true, force: true }));

  it('is imported in node, the library and the element', () => {
    const script = `
      const [library, element] = await Promise.all([import('grokscope'), import('grokscope/element')]);
      console.log(typeof library.parseSpec, typeof element.GrokScope);`;
    const out = execFileSync('node', ['--input-type=module', '-e', script], {
      cwd: project,
      encoding: 'utf8',
    });
    expect(out.trim()).toBe('function function');
  });

  /** What a strict project's compiler says to a file of it. */
  function compile(file: string): string {
    const options = ['--noEmit', '--strict', '--target', 'es2022', '--module', 'esnext'];
    const more = ['--moduleResolution', 'bundler', '--lib', 'es2023,dom', '--types', ''];
    const jsx = ['--jsx', 'react-jsx', '--allowImportingTsExtensions', '--skipLibCheck'];
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    try {
      execFileSync('node', [tsc, ...options, ...more, ...jsx, file], {
        cwd: project,
        encoding: 'utf8',
      });
      return '';
    } catch (error) {
      return (error as { stdout: string }).stdout;
    }
  }

  it('has types that a strict project compiles with', () => {
    writeFileSync(join(project, 'use.ts'), PROJECT);
    expect(compile('use.ts')).toBe('');
    // A check that can fail.
    writeFileSync(join(project, 'use.ts'), PROJECT.replace("'full'", "'some'"));
    expect(compile('use.ts')).toMatch(/Type '"some"' is not assignable/);
  });

  it('has types that the host in React compiles with', () => {
    for (const name of ['@types', 'csstype']) {
      symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
    }
    const example = join(ROOT, 'examples/embed/react');
    for (const file of readdirSync(example)) {
      writeFileSync(join(project, file), readFileSync(join(example, file)));
    }
    const use = `/// <reference path="grok-scope.d.ts" />\nimport './main.tsx';\n`;
    writeFileSync(join(project, 'react.ts'), use);
    expect(compile('react.ts')).toBe('');
    const scope = readFileSync(join(example, 'scope.tsx'), 'utf8');
    const wrong = scope.replace('"none"', '"some"').replace('detail.done', 'detail.doen');
    writeFileSync(join(project, 'scope.tsx'), wrong);
    expect(compile('react.ts')).toMatch(/'"some"'.*[\s\S]*'doen' does not exist/);
  });
});

describe('the interface of the element', () => {
  const element = interfaceOf(readFileSync(join(ROOT, 'src/ui/scope.ts'), 'utf8'));

  it('is what the document says', () => {
    expect(readFileSync(join(ROOT, 'docs/element.md'), 'utf8')).toBe(documentOf(element));
  });

  it('is in the manifest', () => {
    const manifest = JSON.parse(readFileSync(join(ROOT, 'dist/custom-elements.json'), 'utf8'));
    expect(manifest).toEqual(JSON.parse(JSON.stringify(manifestOf(element))));
    const [declaration] = manifest.modules[0].declarations;
    const names = (list: { name: string }[]): string[] => list.map(({ name }) => name);
    expect(names(declaration.attributes)).toEqual([
      ...['spec', 'view', 'controls', 'src', 'reveal', 'engine', 'theme'],
    ]);
    expect(names(declaration.events)).toHaveLength(4);
    expect(names(declaration.members)).toEqual(
      expect.arrayContaining(['run', 'pause', 'stop', 'toBlob']),
    );
  });
});

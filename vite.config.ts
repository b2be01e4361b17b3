import type { BuildEnvironmentOptions } from 'vite';
import { defineConfig } from 'vitest/config';
import { assembly } from './scripts/assembly.js';
import { docs } from './scripts/docs.js';
import { templates } from './scripts/templates.js';

/** The element as a library, for projects that have lit and uplot, and as one file with everything. */
const element = (
  fileName: string,
  external: string[] | RegExp[],
  output: { readonly minify?: boolean } = {},
): BuildEnvironmentOptions => ({
  outDir: 'dist',
  emptyOutDir: false,
  target: 'es2023',
  lib: { entry: 'src/embed.ts', formats: ['es'], fileName: () => fileName },
  rolldownOptions: { external, output: { codeSplitting: false, ...output } },
});

/**
 * Four builds: the pages with the documentation (default) and, by `--mode`, the headless library and
 * command line (`node`), the element as a library (`element`) and as one file (`scope`). Nothing of one is
 * inlined into another.
 */
const builds: Record<string, BuildEnvironmentOptions> = {
  node: {
    ssr: true,
    outDir: 'dist',
    emptyOutDir: false,
    target: 'node20',
    rolldownOptions: {
      input: { index: 'src/index.ts', cli: 'src/cli.ts', worker: 'src/cpu/worker.node.ts' },
      output: { entryFileNames: '[name].js', chunkFileNames: 'chunks/[name].js' },
      external: ['webgpu'],
    },
  },
  element: element('element.js', [/^lit/, /^uplot$/]),
  // A library keeps its spaces for the tools of its host; this file has no host that reads it.
  scope: element('grok-scope.js', [], { minify: true }),
};

/** Tests of what runs in processes of its own: the command line, clusters, the peers of the benchmark. */
const PROGRAMS = ['bench', 'cli', 'cluster'].map((folder) => `test/${folder}/**/*.test.ts`);

export default defineConfig(({ mode }) => ({
  base: './',
  plugins: [assembly(), templates(), ...(builds[mode] ? [] : [docs()])],
  build: builds[mode] ?? {
    outDir: 'dist/page',
    emptyOutDir: true,
    target: 'es2023',
    rolldownOptions: { input: ['index.html', 'paper.html'] },
  },
  worker: { format: 'es' as const, plugins: () => [assembly()] },
  test: {
    projects: [
      { extends: true as const, test: { name: 'kernels', include: ['test/gpu/**/*.test.ts'] } },
      { extends: true as const, test: { name: 'pages', include: ['test/page/**/*.test.ts'] } },
      // Modules of these two are read once, not once a file.
      {
        extends: true as const,
        test: { name: 'programs', include: PROGRAMS, isolate: false },
      },
      {
        extends: true as const,
        test: {
          name: 'units',
          include: ['test/**/*.test.ts'],
          exclude: ['test/gpu/**', 'test/page/**', ...PROGRAMS],
          isolate: false,
        },
      },
    ],
    // One after the other: files share the processor with the workers and software GPUs they start.
    fileParallelism: false,
    // Work that is waited for may come late on processors that are busy.
    expect: { poll: { timeout: 30_000 } },
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
}));

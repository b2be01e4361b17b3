import { defineConfig } from 'vitest/config';
import { assembly } from './scripts/assembly.js';

/**
 * Two builds: the pages (default) and, with `--mode node`, the headless library and command line.
 * Nothing of either is inlined into the other.
 */
export default defineConfig(({ mode }) => ({
  base: './',
  plugins: [assembly()],
  build:
    mode === 'node'
      ? {
          ssr: true,
          outDir: 'dist',
          emptyOutDir: false,
          target: 'node20',
          rolldownOptions: {
            input: { index: 'src/index.ts', cli: 'src/cli.ts', worker: 'src/cpu/worker.node.ts' },
            output: { entryFileNames: '[name].js', chunkFileNames: 'chunks/[name].js' },
            external: ['webgpu'],
          },
        }
      : {
          outDir: 'dist/page',
          emptyOutDir: true,
          target: 'es2023',
          rolldownOptions: { input: ['index.html', 'paper.html'] },
        },
  worker: { format: 'es' as const, plugins: () => [assembly()] },
  test: {
    include: ['test/**/*.test.ts'],
    // One after the other: files share the processor with the workers and software GPUs they start.
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
}));

/** Bundles TypeScript of this folder into one module for another runtime. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';
import { assembly } from '../scripts/assembly.js';

/**
 * @param {string} entry
 * @returns {Promise<string>} the path of the module
 */
export async function bundle(entry) {
  const outDir = await mkdtemp(join(tmpdir(), 'grokscope-bench-'));
  await build({
    configFile: false,
    logLevel: 'error',
    plugins: [assembly()],
    build: {
      ssr: true,
      outDir,
      target: 'es2023',
      minify: false,
      rolldownOptions: {
        input: join(import.meta.dirname, entry),
        output: { entryFileNames: 'bundle.mjs' },
      },
    },
  });
  return join(outDir, 'bundle.mjs');
}

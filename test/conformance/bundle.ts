import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';

/** Bundles an entry of this folder into one module for another runtime; returns its path. */
export async function bundle(entry: string): Promise<string> {
  const outDir = await mkdtemp(join(tmpdir(), 'grokscope-'));
  await build({
    configFile: false,
    logLevel: 'error',
    build: {
      outDir,
      target: 'es2023',
      minify: false,
      lib: {
        entry: join(import.meta.dirname, entry),
        formats: ['es'],
        fileName: () => 'bundle.mjs',
      },
    },
  });
  return join(outDir, 'bundle.mjs');
}

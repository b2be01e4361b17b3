/**
 * A plugin of Vite that compiles AssemblyScript: a module `x.ts?simd=plain` or `x.ts?simd=relaxed` is
 * the WebAssembly of `x.ts` in base64, without or with relaxed SIMD. The text is a few kilobytes and
 * travels inside the bundle, so that nothing has to be fetched, wherever the bundle runs.
 */
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import asc from 'assemblyscript/asc';

const REQUEST = /^(.*\.ts)\?simd=(plain|relaxed)$/;

/** @type {Map<string, Promise<string>>} What has been compiled, for all bundles of one process. */
const compiled = new Map();

/** @returns {import('vite').Plugin} */
export function assembly() {
  return {
    name: 'assembly',
    enforce: 'pre',
    async load(id) {
      const [, path, simd] = REQUEST.exec(id) ?? [];
      if (path === undefined || simd === undefined) return null;
      for (const name of readdirSync(dirname(path))) this.addWatchFile(join(dirname(path), name));
      if (!compiled.has(id)) compiled.set(id, compile(path, simd));
      return `export default '${await compiled.get(id)}';`;
    },
    watchChange(id) {
      if (compiled.size > 0 && id.includes('/assembly/')) compiled.clear();
    },
  };
}

/**
 * @param {string} path
 * @param {string} simd
 * @returns {Promise<string>} base64
 */
async function compile(path, simd) {
  let base64 = '';
  const { error, stderr } = await asc.main(
    [
      path.slice(dirname(path).length + 1),
      ...['--baseDir', dirname(path), '--outFile', 'out.wasm', '--runtime', 'stub'],
      ...['-O3', '--noAssert', '--use', 'abort=', '--maximumMemory', '65536'],
      ...['--enable', simd === 'relaxed' ? 'relaxed-simd' : 'simd'],
    ],
    {
      writeFile: (_, contents) => {
        base64 = Buffer.from(contents).toString('base64');
      },
    },
  );
  if (error) throw new Error(`${path}: ${error.message}\n${stderr}`);
  return base64;
}

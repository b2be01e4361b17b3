/**
 * A plugin of Vite for what travels as text: templates of HTML and CSS without their indentation, shaders
 * without their comments as well. It is a tenth of the element.
 */
import { readFileSync } from 'node:fs';

/** Comments of a shader that are not read by people alone: see src/gpu/unroll.ts. */
const BLOCK = /^\s*\/\/ (each \w of \w+|end)$/;

/** @returns {import('vite').Plugin} */
export function templates() {
  return {
    name: 'templates',
    apply: 'build',
    enforce: 'pre',
    load(id) {
      const [, path] = /^(.*\.wgsl)\?raw$/.exec(id) ?? [];
      if (path === undefined) return null;
      this.addWatchFile(path);
      const lines = readFileSync(path, 'utf8')
        .split('\n')
        .map((line) => (BLOCK.test(line) ? line : line.replace(/\/\/.*/, '')).trim());
      return `export default ${JSON.stringify(lines.filter(Boolean).join('\n'))};`;
    },
    transform(code, id) {
      const some = /\/src\/ui\/[^?]*\.ts$/.test(id) && /\b(css|html|svg)`/.test(code);
      return some ? code.replace(/\n\s+/g, '\n') : null;
    },
  };
}

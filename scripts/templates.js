/**
 * A plugin of Vite: templates of HTML and CSS travel without their indentation, which is a thirtieth of
 * the element.
 */

/** @returns {import('vite').Plugin} */
export function templates() {
  return {
    name: 'templates',
    apply: 'build',
    enforce: 'pre',
    transform(code, id) {
      const some = /\/src\/ui\/[^?]*\.ts$/.test(id) && /\b(css|html|svg)`/.test(code);
      return some ? code.replace(/\n\s+/g, '\n') : null;
    },
  };
}

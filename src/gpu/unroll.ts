/**
 * Writes blocks of WGSL out once for each value of an index, so that what an invocation holds has a
 * name of its own instead of a place in an array: compilers keep the one in registers and the other
 * in memory, which halves the speed of software adapters.
 */

const EACH = /^\s*\/\/ each (\w) of (\w+)$/;
const END = /^\s*\/\/ end$/;

/**
 * Expands blocks between the lines `// each k of COUNT` and `// end`, which may nest. In a block the
 * index `k` stands for its value, `0u`, and `_k` in a name for `_0`.
 * @param counts values of the constants that blocks name
 * @throws Error for a block that does not end, or a count that is not known
 */
export function unroll(source: string, counts: Readonly<Record<string, number>>): string {
  const lines = source.split('\n');
  const expanded = expand(lines, counts);
  if (lines.length > 0) throw new Error('a block ends that has not begun');
  return expanded.join('\n');
}

/** Takes lines up to the end of the block, or of the source at the top. */
function expand(lines: string[], counts: Readonly<Record<string, number>>, depth = 0): string[] {
  const out: string[] = [];
  for (let line = lines.shift(); line !== undefined; line = lines.shift()) {
    const [, index, count] = EACH.exec(line) ?? [];
    if (index !== undefined && count !== undefined) {
      const times = counts[count];
      if (times === undefined) throw new Error(`each ${index} of ${count}: no such count`);
      const block = expand(lines, counts, depth + 1);
      for (let k = 0; k < times; k++) out.push(...block.map((text) => put(text, index, k)));
    } else if (END.test(line)) {
      if (depth > 0) return out;
      lines.unshift(line);
      return out;
    } else out.push(line);
  }
  if (depth > 0) throw new Error('a block does not end');
  return out;
}

function put(line: string, index: string, value: number): string {
  return line
    .replace(new RegExp(`_${index}(?=_|\\b)`, 'g'), `_${value}`)
    .replace(new RegExp(`\\b${index}\\b`, 'g'), `${value}u`);
}

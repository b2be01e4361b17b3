/**
 * Runs all tests: those of the kernels beside all others, in a process that gives way. Software GPUs compute
 * for minutes with nobody waiting; pages and command lines mostly wait for one another. Arguments are
 * passed on to Vitest, which then runs alone.
 */
import { spawn } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { join } from 'node:path';

const VITEST = join(import.meta.dirname, '../node_modules/vitest/vitest.mjs');
const KERNELS = 'test/gpu/**';

/**
 * @param {string[]} args
 * @param {{ aside: boolean }} how whether it gives way, and is heard at its end only
 * @returns {Promise<{ code: number, output: string }>}
 */
function vitest(args, { aside }) {
  /** @type {import('node:child_process').StdioOptions} */
  const stdio = aside ? ['ignore', 'pipe', 'pipe'] : 'inherit';
  const child = spawn(process.execPath, [VITEST, 'run', ...args], { stdio });
  if (aside && child.pid) setPriority(child.pid, constants.priority.PRIORITY_LOW);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
  }
  return new Promise((resolve) => {
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

const own = process.argv.slice(2);
if (own.length > 0) process.exit((await vitest(own, { aside: false })).code);
// What gives way may take longer.
const kernels = vitest(['test/gpu/', '--testTimeout', '400000'], { aside: true });
const others = await vitest(['--exclude', KERNELS], { aside: false });
console.log('\nThe tests of the kernels:\n');
const { code, output } = await kernels;
console.log(output);
process.exit(others.code || code);

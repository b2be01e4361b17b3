/**
 * Finds what the tests need, checks and builds, then runs all tests: those of the kernels beside all others, in
 * a process that gives way. Software GPUs compute for minutes with nobody waiting; pages and command lines
 * mostly wait for one another, and pages are told what they may keep their reader waiting. Arguments are passed
 * on to Vitest, which then runs alone.
 */
import { spawn } from 'node:child_process';
import { setPriority } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const VITEST = join(ROOT, 'node_modules/vitest/vitest.mjs');

/** @typedef {{ code: number, output: string }} Ended */

/**
 * @param {string} command
 * @param {string[]} args
 * @param {number} [niceness] of one that gives way, from 1 to 19, which is heard at its end only
 * @returns {Promise<Ended>}
 */
function run(command, args, niceness = 0) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], cwd: ROOT });
  if (niceness > 0 && child.pid) setPriority(child.pid, niceness);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
      if (niceness === 0) process.stdout.write(text);
    });
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

/** @param {string[]} args @param {number} [niceness] */
const vitest = (args, niceness) => run(process.execPath, [VITEST, 'run', ...args], niceness);

/**
 * What failed, as Vitest says it at its end.
 * @param {Ended} ended
 */
function failuresOf({ code, output }) {
  if (code === 0) return '';
  const at = output.search(/^.*Failed (Suites|Tests)|^.*Unhandled Errors/m);
  return output.slice(at === -1 ? -2000 : at);
}

/** To fetch programs takes the network, to build takes the processor. */
const before = await Promise.all([
  run(process.execPath, [join(import.meta.dirname, 'prepare.js')]),
  run('npm', ['run', 'check']).then((checked) =>
    checked.code === 0 ? run('npm', ['run', 'build']) : checked,
  ),
]);
for (const { code } of before) if (code !== 0) process.exit(code);

const own = process.argv.slice(2);
if (own.length > 0) process.exit((await vitest(own)).code);

// What gives way may take longer.
const kernels = vitest(['--project', 'kernels', '--testTimeout', '400000'], 19);
const others = await vitest(['--project', 'units', '--project', 'pages']);
console.log('\nThe tests of the kernels:\n');
const aside = await kernels;
console.log(aside.output);
const ended = [others, aside];
// Once more where it is looked for: long output stands above.
for (const each of ended) console.log(failuresOf(each));
process.exit(ended.find(({ code }) => code !== 0)?.code ?? 0);

/**
 * Finds what the tests need, checks and builds, then runs all tests: those of kernels and of programs beside all
 * others, in a process that gives way. Software GPUs and command lines compute for minutes with nobody waiting;
 * pages are told what they may keep their reader waiting. Arguments are passed on to Vitest, which then runs alone.
 */
import { spawn } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const VITEST = join(ROOT, 'node_modules/vitest/vitest.mjs');

/**
 * @param {string} command
 * @param {string[]} args
 * @param {{ aside: boolean }} how whether it gives way, and is heard at its end only
 * @returns {Promise<{ code: number, output: string }>}
 */
function run(command, args, { aside } = { aside: false }) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], cwd: ROOT });
  if (aside && child.pid) setPriority(child.pid, constants.priority.PRIORITY_LOW);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
      if (!aside) process.stdout.write(text);
    });
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

/** @param {string[]} args @param {{ aside: boolean }} [how] */
const vitest = (args, how) => run(process.execPath, [VITEST, 'run', ...args], how);

/**
 * What failed, as Vitest says it at its end.
 * @param {string} output
 */
function failuresOf(output) {
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
const longer = ['--testTimeout', '400000', '--hookTimeout', '400000'];
const aside = vitest(['--project', 'kernels', '--project', 'programs', ...longer], {
  aside: true,
});
const others = await vitest(['--project', 'units', '--project', 'pages']);
console.log('\nThe tests of kernels and programs:\n');
const { code, output } = await aside;
console.log(output);
// Above all that: once more where it is looked for.
if (others.code !== 0) console.log(failuresOf(others.output));
process.exit(others.code || code);

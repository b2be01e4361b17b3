/** Starts what is timed: the command line, Deno, Chromium and the peers, each as JSON of its own. */
import { execFile, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { createServer } from 'vite';
import { CHROMIUM, LAVAPIPE, SWIFTSHADER } from '../scripts/system.js';
import { bundle } from './bundle.js';

const ROOT = join(import.meta.dirname, '..');

/** Longest run of anything, in milliseconds: of all standard cases on a GPU in software. */
const LONGEST = 120 * 60_000;

/**
 * @typedef {{ missing: string }} Missing what could not be measured, and why
 * @typedef {import('../src/bench/result.ts').BenchResult} BenchResult
 * @typedef {{ seed: number, gradients: number, failed: boolean, log10TestTime: number | 'start' | null }} PeerReplica
 * @typedef {{ peer: string, versions: string, how: string, seconds: number, generateSeconds: number, cpuSeconds?: number,
 *   gradients: number, gradientsPerSecond: number, secondsPerReplica: number, replicas: PeerReplica[] }} PeerResult
 * @typedef {{ samples: number, dimensions: number, sigma: number, horizon: number, seeds: number[] }} Job
 */

/**
 * @param {string} command
 * @param {string[]} args
 * @param {{ input?: string, env?: Record<string, string> }} [options]
 * @returns {Promise<string>} standard output
 */
function output(command, args, { input, env } = {}) {
  return new Promise((resolve, reject) => {
    const options = { maxBuffer: 2 ** 28, timeout: LONGEST, env: { ...process.env, ...env } };
    const child = execFile(command, args, options, (error, stdout, stderr) => {
      if (error)
        reject(new Error(`${command}: ${stderr.trim().split('\n').at(-1) || error.message}`));
      else resolve(stdout);
    });
    child.stdin?.end(input ?? '');
  });
}

/**
 * @template T
 * @param {() => Promise<T>} measure
 * @returns {Promise<T | Missing>}
 */
export async function orMissing(measure) {
  try {
    return await measure();
  } catch (error) {
    return { missing: error instanceof Error ? error.message : String(error) };
  }
}

/**
 * The built command line, as a user runs it.
 * @param {string} engine
 * @param {string} cases
 * @returns {Promise<BenchResult>}
 */
export async function commandLine(engine, cases) {
  const folder = await mkdtemp(join(tmpdir(), 'grokscope-bench-'));
  const out = join(folder, 'out.json');
  const args = [join(ROOT, 'dist/cli.js'), 'bench', '--engine', engine, '--cases', cases];
  /** @type {Record<string, string>} */
  const env = {};
  if (!process.env.VK_ICD_FILENAMES && existsSync(SWIFTSHADER)) env.VK_ICD_FILENAMES = SWIFTSHADER;
  try {
    await output(process.execPath, [...args, '--quiet', '--out', out], { env }).catch((error) => {
      // What was measured before is in the file, which says what was not.
      if (!existsSync(out)) throw error;
    });
    return JSON.parse(await readFile(out, 'utf8'));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/**
 * Deno, on the driver that the environment names, or Mesa's in software.
 * @param {string} cases
 * @returns {Promise<BenchResult>}
 */
export async function deno(cases) {
  const script = await bundle('deno.ts');
  const env = { VK_ICD_FILENAMES: process.env.VK_ICD_FILENAMES ?? LAVAPIPE };
  const command = join(ROOT, 'node_modules/.bin/deno');
  return JSON.parse(await output(command, ['run', '--no-config', '-A', script, cases], { env }));
}

/**
 * Calls `benchmark` of a page in Chromium with WebGPU, in software where there is no GPU.
 * @param {string} path
 * @param {unknown[]} args
 */
async function inPage(path, args) {
  const server = await createServer({
    root: ROOT,
    logLevel: 'error',
    server: { host: '127.0.0.1' },
  });
  await server.listen();
  const software = [
    '--enable-unsafe-webgpu',
    '--enable-features=Vulkan',
    '--use-vulkan=swiftshader',
  ];
  const quiet = ['--no-sandbox', '--disable-quic', '--no-first-run', '--use-angle=swiftshader'];
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: [...software, ...quiet],
  });
  try {
    const page = await browser.newPage();
    /** @type {Promise<never>} */
    const broken = new Promise((_, reject) => page.on('pageerror', reject));
    broken.catch(() => {});
    await page.goto(`${server.resolvedUrls?.local[0]}${path}`);
    await Promise.race([page.waitForFunction(() => 'benchmark' in globalThis), broken]);
    return await page.evaluate((args) => /** @type {any} */ (globalThis).benchmark(...args), args);
  } finally {
    await browser.close();
    await server.close();
  }
}

/**
 * @param {string} engine
 * @param {string} cases
 * @returns {Promise<BenchResult>}
 */
export function inChromium(engine, cases) {
  return inPage('bench/chromium.html', [engine, cases]);
}

/**
 * TensorFlow.js on WebGPU, if it has been installed.
 * @param {Job} job
 * @returns {Promise<PeerResult>}
 */
export async function tensorFlow(job) {
  if (!existsSync(join(import.meta.dirname, 'peers/tfjs/node_modules'))) {
    throw new Error('it needs npm install --prefix bench/peers/tfjs');
  }
  return inPage('bench/peers/tfjs/index.html', [job]);
}

/**
 * A peer in Python, by the name of its script.
 * @param {string} script
 * @param {Job & Record<string, unknown>} job
 * @returns {Promise<PeerResult>}
 */
export async function python(script, job) {
  const command = process.env.PYTHON ?? 'python3';
  const path = join(import.meta.dirname, 'peers', script);
  return JSON.parse(await output(command, [path], { input: JSON.stringify(job) }));
}

/** @type {Promise<string> | undefined} */
let plain;

/**
 * Plain JavaScript, a process for each processor with its share of the seeds.
 * @param {Job} job
 * @returns {Promise<PeerResult>}
 */
export async function plainJavaScript(job) {
  plain ??= bundle('peers/plain.ts');
  const path = await plain;
  const processes = Math.min(availableParallelism(), job.seeds.length);
  const shares = Array.from({ length: processes }, (_, k) =>
    job.seeds.filter((_, at) => at % processes === k),
  );
  /** @type {PeerResult[]} */
  const parts = await Promise.all(
    shares.map(async (seeds) =>
      JSON.parse(
        await output(process.execPath, [path], { input: JSON.stringify({ ...job, seeds }) }),
      ),
    ),
  );
  const seconds = Math.max(...parts.map((part) => part.seconds));
  const gradients = parts.reduce((sum, part) => sum + part.gradients, 0);
  const replicas = parts.flatMap((part) => part.replicas).sort((a, b) => a.seed - b.seed);
  return {
    .../** @type {PeerResult} */ (parts[0]),
    how: `${processes} processes of one thread`,
    seconds,
    cpuSeconds: parts.reduce((sum, part) => sum + (part.cpuSeconds ?? Number.NaN), 0),
    gradients,
    gradientsPerSecond: gradients / seconds,
    secondsPerReplica: seconds / replicas.length,
    replicas,
  };
}

/** @returns {string} what this is a copy of, for the record */
export function commit() {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], {
      cwd: ROOT,
      encoding: 'utf8',
    }).trim();
  } catch {
    return 'unknown';
  }
}

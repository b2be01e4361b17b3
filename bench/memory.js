/**
 * Peak memory of a sweep of many small replicas on the CPU, to be run after `npm run build`:
 *
 *     node bench/memory.js [--replicas 100000] [--samples 32] [--engine wasm|cpu] [--where node|chromium]
 *
 * In node: the process with its worker threads. In Chromium: the process of the tab with its workers.
 * Linux only: the peak is the kernel's own count of resident memory (VmHWM).
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openPage } from './page.js';

const { values } = parseArgs({
  options: {
    replicas: { type: 'string', default: '100000' },
    samples: { type: 'string', default: '32' },
    engine: { type: 'string', default: 'wasm' },
    where: { type: 'string' },
  },
});
const seeds = Math.round(Number(values.replicas) / 100);
const spec = {
  samples: Number(values.samples),
  x: { over: 'lambda', from: 0.3, to: 0.6, count: 100 },
  y: { over: 'seed', from: 1, to: seeds, step: 1 },
};

/** Milliseconds between two looks. */
const INTERVAL = 200;

/**
 * Largest resident memory of a process so far, in bytes; undefined once it has ended.
 * @param {number} pid
 */
async function peak(pid) {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const kilobytes = /VmHWM:\s+(\d+) kB/.exec(status)?.[1];
  return kilobytes === undefined ? undefined : 1024 * Number(kilobytes);
}

/** @param {number} milliseconds */
const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/**
 * @param {string} where
 * @param {number} bytes
 * @param {number} begun
 */
function report(where, bytes, begun) {
  const seconds = ((performance.now() - begun) / 1000).toFixed(0);
  console.log(
    `${where}, ${values.engine}: ${100 * seeds} replicas of N ${spec.samples} in ${seconds} s, at most ${(bytes / 1e6).toFixed(0)} MB resident`,
  );
}

async function inNode() {
  const folder = await mkdtemp(join(tmpdir(), 'grokscope-memory-'));
  const file = join(folder, 'spec.json');
  await writeFile(file, JSON.stringify(spec));
  const cli = join(import.meta.dirname, '../dist/cli.js');
  const out = join(folder, 'out.json');
  const args = [cli, 'run', file, '--engine', values.engine, '--quiet', '--out', out];
  const begun = performance.now();
  const child = spawn(process.execPath, args, { stdio: 'inherit' });
  let most = 0;
  const code = await new Promise((resolve) => {
    child.on('exit', resolve);
    const timer = setInterval(async () => {
      most = Math.max(most, (await peak(/** @type {number} */ (child.pid))) ?? 0);
      if (child.exitCode !== null) clearInterval(timer);
    }, INTERVAL);
  });
  await rm(folder, { recursive: true });
  if (code !== 0) throw new Error(`the run ended with ${code}`);
  report('node', most, begun);
}

async function inChromium() {
  const { browser, page, server } = await openPage(spec);
  const begun = performance.now();
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  const tabs = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id);
  const bar = page.locator('progress[aria-label="Replicas done"]');
  /** @returns {Promise<number>} replicas done */
  const progress = () => bar.evaluate((element) => /** @type {any} */ (element).value);
  let most = 0;
  for (;;) {
    await sleep(INTERVAL);
    for (const pid of tabs) most = Math.max(most, (await peak(pid)) ?? 0);
    if ((await progress()) >= 100 * seeds) break;
  }
  report('Chromium', most, begun);
  await browser.close();
  await server.close();
}

if (values.where !== 'chromium') await inNode();
if (values.where !== 'node') await inChromium();
process.exit(0);

/**
 * Whether the page answers while 4096 replicas run and, for what the machine itself takes, while they are
 * paused, and whether its heap grows from run to run, to be run after `npm run build`:
 *
 *     node bench/responsiveness.js [--samples 128] [--actions 60] [--runs 26]
 *
 * Latency is from the time stamp of an event to the frame after its handlers, for hovering over the map,
 * clicking a cell and moving with the keys; long tasks are those of the main thread.
 */
import { parseArgs } from 'node:util';
import { openPage } from './page.js';

const { values } = parseArgs({
  options: {
    samples: { type: 'string', default: '128' },
    actions: { type: 'string', default: '60' },
    // In the first sixteen the browser compiles, and fills the buffers of its own measurements.
    runs: { type: 'string', default: '26' },
  },
});

/** @param {number} samples */
const spec = (samples) => ({
  samples,
  x: { over: 'lambda', from: 0.3, to: 0.6, count: 64 },
  y: { over: 'seed', from: 1, to: 64, step: 1 },
});

/** Milliseconds that an answer may take, and above which a task of the main thread is a long one. */
const SLOW = 50;

/** Milliseconds between two actions. */
const PAUSE = 150;

/** @param {number[]} list @param {number} q */
function quantile(list, q) {
  const sorted = [...list].sort((a, b) => a - b);
  return sorted[Math.round(q * (sorted.length - 1))] ?? Number.NaN;
}

/** @param {string} what @param {number[]} list */
function say(what, list) {
  const at = [0.5, 0.95, 1].map((q) => quantile(list, q).toFixed(0));
  const slow = list.filter((each) => each > SLOW).length;
  console.log(
    `  ${what}: median ${at[0]} ms, 95% ${at[1]} ms, most ${at[2]} ms; ${slow} of ${list.length} over ${SLOW} ms`,
  );
}

async function latency() {
  const { browser, page, server } = await openPage(spec(Number(values.samples)));
  const map = page.locator('grok-heatmap .u-over');
  await map.waitFor();
  await page.locator('progress[aria-label="Replicas done"]').waitFor();
  await page.evaluate(() => {
    const scope = /** @type {any} */ (globalThis);
    scope.tasks = [];
    scope.latencies = { pointermove: [], click: [], keydown: [] };
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) scope.tasks.push(duration);
    }).observe({ type: 'longtask' });
    for (const name of Object.keys(scope.latencies)) {
      addEventListener(
        name,
        ({ timeStamp }) => {
          requestAnimationFrame(() => {
            const { port1, port2 } = new MessageChannel();
            // After the frame's callbacks, styles and layout.
            port1.onmessage = () => scope.latencies[name].push(performance.now() - timeStamp);
            port2.postMessage(null);
          });
        },
        { capture: true },
      );
    }
  });
  await act(page, map);
  const running = await page.getByRole('button', { name: 'Pause' }).count();
  const ended = running ? '' : ' (they ended before the actions did)';
  report(`while 4096 replicas of N ${values.samples} run${ended}:`, await takeMeasured(page));
  if (running) {
    await page.getByRole('button', { name: 'Pause' }).click();
    // Replicas in flight come in.
    await page.waitForTimeout(2000);
    await takeMeasured(page);
    await act(page, map);
    report('while they are paused:', await takeMeasured(page));
  }
  await browser.close();
  await server.close();
}

/**
 * Moves, clicks and types over the map.
 * @param {import('playwright-core').Page} page
 * @param {import('playwright-core').Locator} map
 */
async function act(page, map) {
  // To press a button may have scrolled the map away.
  await page.evaluate(() => scrollTo(0, 0));
  const box = await map.boundingBox();
  if (!box) throw new Error('the map has no place');
  const actions = Number(values.actions);
  for (let k = 0; k < actions; k++) {
    const x = box.x + box.width * (0.05 + (0.9 * ((37 * k) % actions)) / actions);
    const y = box.y + box.height * (0.05 + (0.9 * ((17 * k) % actions)) / actions);
    await page.mouse.move(x, y);
    await page.waitForTimeout(PAUSE);
    if (k % 3 === 0) await page.mouse.click(x, y);
    if (k % 3 === 1) await page.keyboard.press('ArrowRight');
    await page.waitForTimeout(PAUSE);
  }
}

/** @typedef {{ tasks: number[], latencies: Record<string, number[]> }} Measured milliseconds */

/**
 * What has been measured since the last time.
 * @param {import('playwright-core').Page} page
 * @returns {Promise<Measured>}
 */
function takeMeasured(page) {
  return page.evaluate(() => {
    const scope = /** @type {any} */ (globalThis);
    const tasks = scope.tasks.splice(0);
    const latencies = /** @type {Record<string, number[]>} */ ({});
    for (const [name, list] of Object.entries(scope.latencies)) latencies[name] = list.splice(0);
    return { tasks, latencies };
  });
}

/** @param {string} title @param {Measured} measured */
function report(title, { tasks, latencies }) {
  console.log(title);
  say('hover', latencies.pointermove ?? []);
  say('click', latencies.click ?? []);
  say('key', latencies.keydown ?? []);
  say('long tasks', tasks);
}

async function heap() {
  const { browser, page, server } = await openPage({ ...spec(16), horizon: 4 });
  const session = await page.context().newCDPSession(page);
  const sizes = [];
  const pause = page.getByRole('button', { name: 'Pause' });
  for (let run = 0; run < Number(values.runs); run++) {
    if (run > 0) await page.getByRole('button', { name: /^Run/ }).click();
    await pause.waitFor();
    await pause.waitFor({ state: 'detached', timeout: 600_000 });
    await page.waitForTimeout(500);
    await session.send('HeapProfiler.collectGarbage');
    // Records are in array buffers, which are not in the heap itself.
    const { usedSize, backingStorageSize } = await session.send('Runtime.getHeapUsage');
    sizes.push([usedSize / 1e6, backingStorageSize / 1e6]);
  }
  const texts = sizes.map(([heap, buffers]) => `${heap?.toFixed(1)} + ${buffers?.toFixed(1)}`);
  console.log(
    `heap and array buffers after each of ${sizes.length} runs of 4096 replicas: ${texts.join(', ')} MB`,
  );
  await browser.close();
  await server.close();
}

if (Number(values.actions) > 0) await latency();
if (Number(values.runs) > 0) await heap();
process.exit(0);

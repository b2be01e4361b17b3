import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, describe, expect, it } from 'vitest';
import { CHROMIUM } from '../../scripts/system.js';
import type { GrokRuns } from '../../src/ui/runs.ts';
import { ENDLESS, errors, link, open, useBrowser, violations } from './harness.ts';

const SMALL = {
  samples: 24,
  horizon: 6,
  x: { over: 'lambda', from: 0.2, to: 0.8, step: 0.1 },
  y: { over: 'seed', from: 1, to: 5, step: 1 },
};

const status = (page: Page): Promise<string> =>
  page.locator('grok-progress .status').innerText({ timeout: 60_000 });

const doneOf = (text: string): number =>
  Number(/^([\d\u202f]+)/.exec(text)?.[1]?.replaceAll('\u202f', ''));

const keptOf = (page: Page): Promise<number> =>
  page.locator('grok-runs').evaluate((element) => (element as GrokRuns).kept);

/** Certificates in the store, which come there after they are on the page. */
const keptCertificates = (page: Page): Promise<number> =>
  page.evaluate(async () => {
    const resultOf = <T>(request: IDBRequest<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const database = await resultOf(indexedDB.open('grokscope'));
    const chunks: { certified: unknown[] }[] = await resultOf(
      database.transaction('chunks').objectStore('chunks').getAll(),
    );
    database.close();
    return chunks.reduce((sum, { certified }) => sum + certified.length, 0);
  });

async function until(page: Page, pattern: RegExp): Promise<void> {
  await expect.poll(() => status(page), { timeout: 60_000 }).toMatch(pattern);
}

/** Opens the list of runs and its entries. */
async function listOf(page: Page, length: number) {
  const list = page.locator('grok-runs details');
  if ((await list.getAttribute('open')) === null) await list.locator('summary').click();
  const entries = page.locator('grok-runs li');
  await expect.poll(() => entries.count()).toBe(length);
  return entries;
}

/** Stops a run and goes on with it: all that was done still is. */
async function losesNothingOnTheWay(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Stop' }).click();
  await until(page, /stopped/);
  const held = doneOf(await status(page));
  await page.getByRole('button', { name: 'Go on' }).click();
  await until(page, /gradients\/s/);
  expect(doneOf(await status(page))).toBeGreaterThanOrEqual(held);
  await page.getByRole('button', { name: 'Stop' }).click();
}

describe('kept runs', () => {
  const browser = useBrowser({ webgpu: false });

  it('survive a reload, are named, opened, compared and deleted, and take more seeds', async () => {
    const context = await browser().newContext({ viewport: { width: 1440, height: 900 } });
    const page = await open(browser(), { hash: link(SMALL), context });
    await until(page, /35 of 35 replicas · done/);
    await page.getByRole('button', { name: 'Certify all datasets' }).click();
    const certified = page.locator('grok-certificates [role=status]');
    await expect
      .poll(() => certified.innerText(), { timeout: 60_000 })
      .toMatch(/\d+ replicas on separable/);
    const words = await certified.innerText();
    await expect.poll(() => keptOf(page)).toBe(35);
    await expect.poll(() => keptCertificates(page)).toBe(35);
    await page.reload();
    // Nothing is run: it is all there, certificates among it.
    await until(page, /35 of 35 replicas · done · 0/);
    await expect.poll(() => certified.innerText()).toBe(words);
    const entries = await listOf(page, 1);
    await entries.getByRole('button', { name: 'Name' }).click();
    await page.getByLabel('Name of the run').fill('the first');
    await page.getByRole('button', { name: 'Keep the name' }).click();
    await expect.poll(() => entries.innerText()).toMatch(/^the first\nλ × seed, N 24, σ 5/);

    // More seeds: a run of its own that has the replicas of the first.
    await page.getByLabel('More seeds').fill('3');
    await page.getByRole('button', { name: 'Add' }).click();
    await until(page, /56 of 56 replicas · done/);
    expect(page.url()).toMatch(/y=seed:1:8:1/);
    await listOf(page, 2);

    // Another run over the grid of the first, which differs in σ.
    await page.goto(`${page.url().split('#')[0]}${link({ ...SMALL, sigma: 4 })}`);
    await until(page, /35 of 35 replicas · done/);
    await listOf(page, 3);
    const first = page.locator('grok-runs li', { hasText: 'the first' });
    const longer = page.locator('grok-runs li', { hasText: '56 of 56' });
    await longer.getByRole('button', { name: 'Compare' }).click();
    await expect
      .poll(() => page.locator('.notice').innerText())
      .toMatch(/Only runs over the same grid can be compared/);
    await first.getByRole('button', { name: 'Compare' }).click();
    const compared = page.locator('grok-compared');
    await expect.poll(() => compared.locator('grok-heatmap').count()).toBe(2);
    await page.getByText('Difference as a table').click();
    const table = page.getByRole('region', { name: 'Difference as a table' });
    await expect.poll(() => table.innerText()).toMatch(/\d ×/);
    expect(await violations(page)).toEqual([]);
    await compared.getByRole('button', { name: 'End comparison' }).click();

    await first.getByRole('button', { name: 'Open' }).click();
    await until(page, /35 of 35 replicas · done · 0/);
    await expect.poll(() => page.getByLabel('Data σ', { exact: true }).inputValue()).toBe('5');
    await first.getByRole('button', { name: 'Delete' }).click();
    await listOf(page, 2);
    await page.reload();
    await listOf(page, 3); // what is on the page was run anew
  });

  it('go on where they were stopped', async () => {
    const page = await open(browser(), { hash: link(ENDLESS) });
    await expect
      .poll(async () => doneOf(await status(page)), { timeout: 60_000 })
      .toBeGreaterThan(20);
    await losesNothingOnTheWay(page);
  });

  it('are in one tab at a time', async () => {
    const context = await browser().newContext();
    const page = await open(browser(), { hash: link(ENDLESS), context });
    await expect.poll(() => keptOf(page), { timeout: 60_000 }).toBeGreaterThan(0);
    const other = await open(browser(), { hash: link(ENDLESS), context });
    await expect
      .poll(() => other.locator('grok-runs .problem').innerText(), { timeout: 60_000 })
      .toBe('Not kept: another tab keeps this run.');
  });

  it('say when the storage is full, and lose nothing on the page', async () => {
    const page = await open(browser(), {
      hash: link(SMALL),
      init: () => {
        const put = IDBObjectStore.prototype.put;
        IDBObjectStore.prototype.put = function (value, key) {
          if (this.name === 'chunks') {
            throw new DOMException('The quota has been exceeded.', 'QuotaExceededError');
          }
          return put.call(this, value, key);
        };
      },
    });
    await until(page, /35 of 35 replicas · done/);
    await expect
      .poll(() => page.locator('grok-runs .problem').innerText())
      .toMatch(
        /^Not kept any further: the storage of this browser is full\..*Nothing on this page is lost/,
      );
    expect(await page.locator('grok-inspector dl').count()).toBeGreaterThan(0);
  });

  it('go on with what is on the page where not all of it could be kept', async () => {
    const page = await open(browser(), {
      hash: link(ENDLESS),
      init: () => {
        const put = IDBObjectStore.prototype.put;
        let chunks = 0;
        IDBObjectStore.prototype.put = function (value, key) {
          if (this.name === 'chunks' && ++chunks > 2) {
            throw new DOMException('The quota has been exceeded.', 'QuotaExceededError');
          }
          return put.call(this, value, key);
        };
      },
    });
    await page.locator('grok-runs .problem').waitFor();
    await expect
      .poll(async () => doneOf(await status(page)) - (await keptOf(page)), { timeout: 60_000 })
      .toBeGreaterThan(20);
    await losesNothingOnTheWay(page);
  });

  it('say where a browser keeps nothing', async () => {
    const page = await open(browser(), {
      hash: link(SMALL),
      init: () => {
        IDBFactory.prototype.open = () => {
          throw new DOMException('Storage is off in private windows.', 'InvalidStateError');
        };
      },
    });
    await until(page, /35 of 35 replicas · done/);
    expect(await page.locator('grok-runs .problem').innerText()).toMatch(
      /^Not kept any further: Storage is off in private windows\./,
    );
  });
});

describe('a browser that is killed', () => {
  const profile = mkdtempSync(join(tmpdir(), 'grokscope-'));
  let process_: ChildProcess | undefined;

  /** A browser of its own process group, over the same profile each time. */
  async function start(): Promise<Browser> {
    const child = spawn(
      CHROMIUM,
      [
        ...['--headless', '--no-sandbox', '--no-first-run', '--remote-debugging-port=0'],
        ...['--disable-background-networking', `--user-data-dir=${profile}`, 'about:blank'],
      ],
      { detached: true, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    process_ = child;
    const address = await new Promise<string>((resolve) => {
      let text = '';
      child.stderr?.on('data', (data) => {
        text += data;
        const [, found] = /DevTools listening on (\S+)/.exec(text) ?? [];
        if (found) resolve(found);
      });
    });
    return chromium.connectOverCDP(address);
  }

  /** The whole group at once, as when the machine runs out of memory. */
  const kill = async (): Promise<void> => {
    const child = process_;
    if (!child?.pid) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    process.kill(-child.pid, 'SIGKILL');
    await gone;
    process_ = undefined;
  };

  afterAll(async () => {
    await kill();
    rmSync(profile, { recursive: true, force: true });
    errors.splice(0);
  });

  it('has every kept replica when it is opened again, and runs the others', async () => {
    const first = await start();
    const page = await open(first, { hash: link(ENDLESS), context: first.contexts()[0] as never });
    await expect.poll(() => keptOf(page), { timeout: 90_000 }).toBeGreaterThan(150);
    const kept = await keptOf(page);
    await kill();
    const second = await start();
    const again = await open(second, {
      hash: link(ENDLESS),
      context: second.contexts()[0] as never,
    });
    const seen: number[] = [];
    await expect
      .poll(
        async () => {
          seen.push(doneOf(await status(again)));
          return seen.at(-1);
        },
        { timeout: 60_000, interval: 20 },
      )
      .toBeGreaterThan(kept);
    // All of them are there from the first look on.
    expect(seen[0]).toBeGreaterThanOrEqual(kept);
    expect(await again.locator('grok-runs').evaluate((e) => (e as GrokRuns).runs.length)).toBe(1);
  });
});

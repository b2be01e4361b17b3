import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { link, open, overflow, useBrowser, violations } from './harness.ts';

const SMALL = {
  samples: 24,
  horizon: 6,
  x: { over: 'lambda', from: 0.2, to: 0.8, step: 0.1 },
  y: { over: 'seed', from: 1, to: 5, step: 1 },
};

const LARGE = {
  samples: 1000,
  x: { over: 'lambda', from: 0.3, to: 0.6, step: 0.01 },
  y: { over: 'seed', from: 1, to: 40, step: 1 },
};

/** Other work may have the processor. */
const SOON = { timeout: 60_000 };

const status = (page: Page): Promise<string> =>
  page.locator('grok-progress .status').innerText(SOON);

const done = (page: Page): Promise<void> =>
  expect
    .poll(() => status(page), SOON)
    .toMatch(/35 of 35 replicas · done/) as unknown as Promise<void>;

const slider = (page: Page) => page.locator('grok-sigma-slider input');
const shown = (page: Page): Promise<string> => page.locator('grok-sigma-slider output').innerText();
const hash = (page: Page): string => new URL(page.url()).hash;
const kept = async (page: Page): Promise<number> =>
  Number(/\d+/.exec(await page.locator('grok-runs summary').innerText())?.[0]);

/** Begins to note the σ of every sweep that the page starts. */
const noteSweeps = (page: Page): Promise<void> =>
  page.evaluate(() => {
    const noted: number[] = [];
    Object.assign(globalThis, { noted });
    const progress = document.querySelector('grok-lab')?.shadowRoot?.querySelector('grok-progress');
    let before: unknown;
    const look = (): void => {
      const { sweep } = progress as unknown as {
        sweep: { plan: { spec: { sigma: number } } } | undefined;
      };
      if (sweep && sweep !== before) noted.push(sweep.plan.spec.sigma);
      before = sweep;
      requestAnimationFrame(look);
    };
    look();
  });
const noted = (page: Page): Promise<number[]> =>
  page.evaluate(() => (globalThis as unknown as { noted: number[] }).noted);

describe('the slider of σ', () => {
  const browser = useBrowser({ webgpu: false });

  it('is followed by the map while it is dragged, and keeps and links only where it rests', async () => {
    const page = await open(browser(), { hash: link(SMALL) });
    await done(page);
    const first = hash(page);
    await noteSweeps(page);
    const box = await slider(page).boundingBox();
    if (!box) throw new Error('no slider');
    const y = box.y + box.height / 2;
    await page.mouse.move(box.x + box.width / 2, y);
    await page.mouse.down();
    for (const part of [0.6, 0.7, 0.8]) {
      await page.mouse.move(box.x + part * box.width, y, { steps: 8 });
      await page.waitForTimeout(400);
    }
    // Held, it is followed: other σ on the map, none in the address or the store.
    await expect.poll(async () => (await noted(page)).length, SOON).toBeGreaterThan(2);
    await expect.poll(async () => (await noted(page)).at(-1), SOON).toBe(Number(await shown(page)));
    await done(page);
    expect(hash(page)).toBe(first);
    expect(await kept(page)).toBe(1);
    await page.mouse.up();
    await expect.poll(() => hash(page), SOON).toMatch(`sigma=${await shown(page)}`);
    await expect.poll(() => kept(page), SOON).toBe(2);
    await done(page);
    expect(await page.locator('grok-spec-form #sigma').inputValue()).toBe(await shown(page));
    expect(await violations(page)).toEqual([]);
    // The way back shows what was there, and it is still kept once.
    await page.goBack();
    await expect.poll(() => shown(page), SOON).toBe('5');
    await expect.poll(async () => (await noted(page)).at(-1), SOON).toBe(5);
    await done(page);
    expect(await kept(page)).toBe(2);
  });

  it('is moved by keys, of which only the last counts', async () => {
    const page = await open(browser(), { hash: link(SMALL) });
    await done(page);
    await slider(page).focus();
    for (let k = 0; k < 12; k++) await page.keyboard.press('ArrowRight');
    const aim = await shown(page);
    expect(Number(aim)).toBeGreaterThan(8);
    await expect.poll(() => hash(page), SOON).toMatch(`sigma=${aim}`);
    await expect.poll(() => kept(page), SOON).toBe(2);
    await done(page);
    // One step back, not twelve.
    await page.goBack();
    await expect.poll(() => shown(page), SOON).toBe('5');
  });

  it('follows a finger on a phone, and the page answers meanwhile', async () => {
    const context = await browser().newContext({
      hasTouch: true,
      viewport: { width: 390, height: 844 },
    });
    const page = await open(browser(), { context });
    await expect.poll(() => status(page), SOON).toMatch(/400 of 400 .* done/);
    await noteSweeps(page);
    await slider(page).scrollIntoViewIfNeeded();
    const box = await slider(page).boundingBox();
    if (!box) throw new Error('no slider');
    const session = await context.newCDPSession(page);
    const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', part: number): Promise<unknown> =>
      session.send('Input.dispatchTouchEvent', {
        type,
        touchPoints:
          type === 'touchEnd' ? [] : [{ x: box.x + part * box.width, y: box.y + box.height / 2 }],
      });
    const frames = page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          let longest = 0;
          const begun = performance.now();
          let before = begun;
          const frame = (now: number): void => {
            longest = Math.max(longest, now - before);
            before = now;
            if (now - begun < 2500) requestAnimationFrame(frame);
            else resolve(longest);
          };
          requestAnimationFrame(frame);
        }),
    );
    await touch('touchStart', 0.5);
    for (let part = 0.5; part > 0.1; part -= 0.02) {
      await touch('touchMove', part);
      await page.waitForTimeout(60);
    }
    await expect.poll(async () => (await noted(page)).length, SOON).toBeGreaterThan(2);
    await touch('touchEnd', 0);
    const longest = await frames;
    console.info(`  longest frame while σ is dragged: ${Math.round(longest)} ms`);
    // Frames of a page that stands still are not drawn at all; other work may delay them.
    expect(longest).toBeLessThan(5000);
    const aim = await shown(page);
    expect(Number(aim)).toBeLessThan(1);
    await expect.poll(() => hash(page), SOON).toMatch(`sigma=${aim}`);
    await expect.poll(async () => (await noted(page)).at(-1), SOON).toBe(Number(aim));
    await expect.poll(() => status(page), SOON).toMatch(/400 of 400 .* done/);
    expect(await overflow(page)).toBeLessThanOrEqual(0);
  });

  it('waits until it is let go where the sweep is large, and says so', async () => {
    const page = await open(browser(), { hash: link(LARGE) });
    await slider(page).waitFor();
    expect(await page.locator('grok-sigma-slider label').innerText()).toBe(
      'Data σ, runs when let go',
    );
    await noteSweeps(page);
    const box = await slider(page).boundingBox();
    if (!box) throw new Error('no slider');
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await page.mouse.down();
    await page.mouse.move(box.x + 0.8 * box.width, box.y + box.height / 2, { steps: 10 });
    await page.waitForTimeout(900);
    expect(await noted(page)).toEqual([5]);
    await page.mouse.up();
    await expect.poll(() => noted(page), SOON).toEqual([5, Number(await shown(page))]);
    expect(hash(page)).toMatch(`sigma=${await shown(page)}`);
  });

  it('is not there where σ is an axis', async () => {
    const axes = { ...SMALL, y: { over: 'sigma', values: [1, 5] }, seedsPerCell: 2 };
    const page = await open(browser(), { hash: link(axes) });
    await expect.poll(() => status(page), SOON).toMatch(/done/);
    expect(await slider(page).count()).toBe(0);
  });
});

import type { Locator, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { CLAIMS } from '../../src/claims/all.ts';
import { stateFromHash } from '../../src/ui/link.ts';
import type { GrokPaper } from '../../src/ui/paper.ts';
import { LOOKS, open, overflow, useBrowser, violations } from './harness.ts';

/** States as the table of contents has them, in the order of the claims. */
const states = (page: Page): Promise<string[]> =>
  page
    .locator('grok-paper nav li .state')
    .evaluateAll((all) => all.map((e) => (e.textContent ?? '').trim().replace(/^\S+\s+/, '')));

const section = (page: Page, id: string): Locator => page.locator(`grok-claim#${id}`);

const stateOf = async (page: Page, id: string): Promise<string | undefined> =>
  (await states(page))[CLAIMS.findIndex((claim) => claim.id === id)];

const untilState = (page: Page, id: string, state: string): Promise<void> =>
  expect.poll(() => stateOf(page, id), { timeout: 60_000, interval: 50 }).toBe(state);

/** A claim that takes a second, and one that takes several. */
const SHORT = 'test-loss';
const LONG = 'late-generalisation';

describe('the paper page', () => {
  const browser = useBrowser({ webgpu: false });

  it('runs every claim at its smallest size, and each holds', async () => {
    const page = await open(browser(), {
      path: 'paper.html',
      init: () => {
        const scope = globalThis as unknown as { tasks: number[] };
        scope.tasks = [];
        new PerformanceObserver((list) => {
          for (const { duration } of list.getEntries()) scope.tasks.push(duration);
        }).observe({ type: 'longtask' });
      },
    });
    expect(await states(page)).toEqual(CLAIMS.map(() => 'not run'));
    await page.locator('.engine .badge').waitFor({ timeout: 60_000 });
    expect(await page.locator('.engine').innerText()).toMatch(
      /WebAssembly · \d+ workers?, (relaxed )?SIMD, float32/,
    );
    // Theory is there before anything has been run, and nothing else.
    expect(await page.locator('.verdicts').count()).toBe(0);
    expect(await section(page, 'weight-divergence').locator('canvas').count()).toBe(1);
    expect(await section(page, SHORT).locator('canvas').count()).toBe(0);

    await page.evaluate(() => {
      (globalThis as unknown as { tasks: number[] }).tasks.length = 0;
    });
    await page.getByRole('button', { name: 'Run all, size small' }).click();
    await expect
      .poll(async () => (await states(page)).slice(1))
      .toEqual(CLAIMS.slice(1).map(() => 'waiting'));
    expect(await section(page, SHORT).locator('.controls').innerText()).toContain(
      `Waiting for “${CLAIMS[0]?.title}”.`,
    );
    await expect
      .poll(() => section(page, LONG).locator('.progress').innerText(), { timeout: 60_000 })
      .toMatch(/\d+ % · about \d+\ss left/);
    await expect
      .poll(() => states(page), { timeout: 400_000, interval: 200 })
      .toEqual(CLAIMS.map(() => 'holds'));
    expect(await page.locator('.all').innerText()).toContain(
      `${CLAIMS.length} of ${CLAIMS.length} claims hold`,
    );
    for (const { id } of CLAIMS) {
      const here = section(page, id);
      const marks = await here.locator('.verdicts tbody td:first-child').allInnerTexts();
      expect(marks.length).toBeGreaterThan(3);
      expect(new Set(marks)).toEqual(new Set(['✓ pass']));
      expect(await here.locator('header .state').innerText()).toBe('✓ holds');
      expect(await here.locator('.controls').innerText()).toMatch(
        /Size small, (\d+\smin )?\d+\ss on WebAssembly · \d+ workers?, (relaxed )?SIMD, float32\./,
      );
      expect(await here.locator('canvas').count()).toBeGreaterThan(0);
    }
    const tasks = await page.evaluate(() => (globalThis as unknown as { tasks: number[] }).tasks);
    console.info(
      `  main-thread tasks of 50 ms or more while running: ${tasks.join(', ') || 'none'}`,
    );
    // Each claim draws all its pictures when it begins; other programs may take the processor away then.
    expect(tasks.filter((duration) => duration > 500).length).toBeLessThanOrEqual(CLAIMS.length);

    for (const [scheme, width] of LOOKS) {
      await page.emulateMedia({ colorScheme: scheme });
      await page.setViewportSize({ width, height: 900 });
      await expect.poll(() => overflow(page)).toBeLessThanOrEqual(0);
      expect(await violations(page)).toEqual([]);
    }
    // The numbers behind the pictures.
    await section(page, 'time-divergence')
      .getByText('t_test(0.95) over λ and seed as a table')
      .click();
    const rows = page
      .getByRole('region', { name: 'over λ and seed as a table' })
      .locator('tbody tr');
    await expect.poll(() => rows.count()).toBe(10);
    await section(page, 'weight-divergence')
      .getByText(/as a table/)
      .click();
    const numbers = page.getByRole('region', { name: 'against λ as a table' });
    expect(await numbers.innerText()).toMatch(/saddle point.*datasets/s);
    expect(await violations(page)).toEqual([]);
  }, 550_000);

  it('stops in the middle, lets the next begin, and runs again', async () => {
    const page = await open(browser(), { path: 'paper.html' });
    const long = section(page, LONG);
    const short = section(page, SHORT);
    await long.getByRole('button', { name: 'Run' }).click();
    await short.getByRole('button', { name: 'Run' }).click();
    await expect
      .poll(() => long.locator('.progress').innerText(), { timeout: 60_000 })
      .toMatch(/[1-9]\d? %/);
    expect(await stateOf(page, SHORT)).toBe('waiting');
    await long.getByRole('button', { name: 'Stop' }).click();
    await untilState(page, LONG, 'stopped');
    expect(await long.locator('.controls').innerText()).toMatch(/Stopped after .*no verdict/);
    expect(await long.locator('.verdicts').count()).toBe(0);
    await untilState(page, SHORT, 'holds');
    // A wait that is ended leaves what was there.
    await long.getByRole('button', { name: 'Run' }).click();
    await short.getByRole('button', { name: 'Run' }).click();
    await untilState(page, SHORT, 'waiting');
    await short.getByRole('button', { name: 'Stop' }).click();
    await untilState(page, SHORT, 'holds');
    expect(await short.locator('.verdicts').count()).toBe(1);
    await page.getByRole('button', { name: 'Stop all' }).click();
    await untilState(page, LONG, 'stopped');
  });

  it('says what a size is run with, and opens each sweep in the laboratory', async () => {
    const page = await open(browser(), { path: 'paper.html' });
    for (const claim of CLAIMS) {
      for (const size of ['large', 'small'] as const) {
        await section(page, claim.id).getByLabel('Size').selectOption(size);
        const links = section(page, claim.id).getByRole('link', { name: /Open in the laboratory/ });
        const hashes = await links.evaluateAll((all) =>
          all.map((a) => (a as HTMLAnchorElement).hash),
        );
        expect(hashes.map((hash) => stateFromHash(hash)?.spec)).toEqual(
          claim.sweeps(size).map(({ spec }) => spec),
        );
      }
    }
    expect(await section(page, SHORT).locator('.parameters').innerText()).toMatch(
      /N, samples\s+256\nσ of the data\s+5\nλ\s+0\.48047\nseeds\s+1 to 8\nrun until\s+t = 10¹⁰/,
    );
    await section(page, SHORT).getByRole('link', { name: 'Open in the laboratory' }).click();
    await expect
      .poll(() => page.locator('grok-progress .status').innerText(), { timeout: 60_000 })
      .toMatch(/8 of 8 replicas · done/);
    expect(await page.getByLabel('Samples N').inputValue()).toBe('256');
    // And back.
    const here = page.getByRole('navigation').getByRole('link', { name: 'Laboratory' });
    expect(await here.getAttribute('aria-current')).toBe('page');
    await page.getByRole('link', { name: 'The paper, checked' }).click();
    await expect.poll(() => page.locator('grok-claim').count()).toBe(CLAIMS.length);
  });

  it('follows a link to a section', async () => {
    const page = await open(browser(), { path: 'paper.html', hash: '#one-dimensional' });
    const visible = (id: string): Promise<boolean> =>
      section(page, id).evaluate((e) => Math.abs(e.getBoundingClientRect().top) < 40);
    await expect.poll(() => visible('one-dimensional')).toBe(true);
    await page.evaluate(() => scrollTo(0, 0));
    await page.locator('main nav').getByRole('link', { name: 'Test loss rises' }).click();
    await expect.poll(() => visible(SHORT)).toBe(true);
    await expect.poll(() => page.url()).toMatch(/#test-loss$/);
  });

  it('says why an engine cannot be had, and offers the CPU', async () => {
    const page = await open(browser(), { path: 'paper.html' });
    await page.locator('select[aria-label="Engine"]').selectOption('webgpu');
    await page.locator('.notice').waitFor();
    expect(await page.locator('.notice').innerText()).toMatch(/WebGPU cannot be used/);
    await section(page, SHORT).getByRole('button', { name: 'Run' }).click();
    await untilState(page, SHORT, 'could not run');
    expect(await section(page, SHORT).locator('.failure').innerText()).toMatch(
      /WebGPU cannot be used\. WebGPU finds no GPU/,
    );
    expect(await violations(page)).toEqual([]);
    await section(page, SHORT).getByRole('button', { name: 'Run on the CPU' }).click();
    await untilState(page, SHORT, 'holds');
    expect(await page.locator('.notice').count()).toBe(0);
  });

  it('says that an engine was lost', async () => {
    const page = await open(browser(), { path: 'paper.html' });
    await page.locator('.engine .badge').waitFor({ timeout: 60_000 });
    await page.locator('grok-paper').evaluate((element) => {
      const paper = element as GrokPaper;
      const choose = paper.chooseEngine as NonNullable<GrokPaper['chooseEngine']>;
      paper.chooseEngine = async (preference) => {
        const choice = await choose(preference);
        let runs = 0;
        const { run } = choice.engine;
        choice.engine.run = (...args) => {
          // The first is the device check's.
          if (runs++ === 0) return run.apply(choice.engine, args);
          throw new Error('The device is gone.');
        };
        return choice;
      };
    });
    await section(page, SHORT).getByRole('button', { name: 'Run' }).click();
    await untilState(page, SHORT, 'could not run');
    expect(await section(page, SHORT).getByRole('alert').innerText()).toMatch(
      /The device is gone\./,
    );
    expect(await section(page, SHORT).locator('header .state').innerText()).toBe('⚠ could not run');
  });
});

import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { link, open, overflow, useBrowser, violations } from './harness.ts';

const status = (page: Page): Promise<string> =>
  page.locator('grok-progress .status').innerText({ timeout: 60_000 });

async function untilStatus(page: Page, pattern: RegExp): Promise<void> {
  await expect.poll(() => status(page), { timeout: 100_000, interval: 50 }).toMatch(pattern);
}

const RATES = {
  samples: 24,
  x: { over: 'lambda', values: [0.25, 0.4] },
  y: { over: 'learningRate', values: [0.03, 0.1, 10_000] },
  dynamics: { kind: 'gd', steps: 5000 },
};

describe('training in steps on the page', () => {
  const browser = useBrowser({ webgpu: false });

  it('maps learning rates in float64, and marks what diverges', async () => {
    const page = await open(browser(), { hash: link(RATES), width: 390, height: 800 });
    await untilStatus(page, /6 of 6 replicas · 2 failed · done/);
    expect(await page.locator('.engine').innerText()).toMatch(/SIMD, float64/);
    await page.locator('grok-heatmap grok-table summary').click();
    expect(await page.locator('grok-heatmap grok-table table').innerText()).toMatch(/failed/);
    expect(await page.locator('grok-inspector dl').first().innerText()).toMatch(
      /stable at the start up to η/,
    );
    expect(await violations(page)).toEqual([]);
    expect(await overflow(page)).toBe(0);
  });

  it('compares other dynamics on the same dataset, against t and steps', async () => {
    const page = await open(browser(), { hash: link(RATES) });
    await untilStatus(page, /done/);
    const comparison = page.locator('grok-comparison');
    for (const kind of ['flow', 'adam']) {
      await comparison.locator('#kind').selectOption(kind);
      await comparison.getByRole('button', { name: 'Train', exact: true }).click();
      await comparison
        .locator('li')
        .nth(kind === 'flow' ? 1 : 2)
        .waitFor({ timeout: 100_000 });
    }
    expect(await comparison.locator('li').allInnerTexts()).toEqual([
      expect.stringMatching(/^gradient descent, η 0\.1\s+test ≥ 0\.95: /),
      expect.stringMatching(/^gradient flow\s+test ≥ 0\.95: /),
      expect.stringMatching(/^Adam, η 0\.001, .*test ≥ 0\.95: /s),
    ]);
    await comparison.locator('#against').selectOption('steps');
    expect(await comparison.getByText('A flow has no steps').count()).toBe(1);
    expect(await violations(page)).toEqual([]);
  });

  it('says what would take hours, and offers the flow', async () => {
    const page = await open(browser(), { hash: link(RATES) });
    await untilStatus(page, /done/);
    await page.getByLabel('Across (x): range or list').selectOption('list');
    await page.getByLabel('Up (y): parameter').selectOption('seed');
    await page.locator('#y-list').fill('1, 2, 3');
    await page.locator('#steps').fill('1000000000');
    await page.getByRole('button', { name: /^Run/ }).click();
    const notice = page.locator('.notice');
    await notice.waitFor();
    expect(await notice.innerText()).toMatch(/^This takes up to about \d+.h/);
    // Its link asks as well, in whatever page.
    await page.reload();
    await notice.waitFor();
    expect(await notice.innerText()).toMatch(/^This takes up to about \d+.h/);
    expect(await page.locator('#steps').inputValue()).toBe('1000000000');
    await notice.getByRole('button', { name: 'Run gradient flow' }).click();
    await untilStatus(page, /6 of 6 replicas · done/);
    expect(await page.locator('.engine').innerText()).toMatch(/float32/);
    expect(await page.locator('.picture').innerText()).not.toMatch(/gradient descent/);
  });
});

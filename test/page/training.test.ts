import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { link, open, overflow, useBrowser, violations } from './harness.ts';

const status = (page: Page): Promise<string> =>
  page.locator('grok-progress .status').innerText({ timeout: 60_000 });

async function untilStatus(page: Page, pattern: RegExp, timeout = 100_000): Promise<void> {
  await expect.poll(() => status(page), { timeout, interval: 50 }).toMatch(pattern);
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

  it('has fields for the settings of each kind, which fit a phone', async () => {
    const page = await open(browser(), { hash: link(RATES), width: 390, height: 844 });
    await untilStatus(page, /done/);
    const comparison = page.locator('grok-comparison');
    const fields = (): Promise<string[]> =>
      comparison.locator('input').evaluateAll((all) => all.map(({ id }) => id));
    const kind = comparison.locator('#kind');
    for (const [name, expected] of [
      ['flow', ['weightDecay']],
      ['heavyBall', ['learningRate', 'momentum', 'weightDecay']],
      ['adam', ['learningRate']],
      ['sgd', ['learningRate', 'batchSize', 'weightDecay']],
    ] as const) {
      await kind.selectOption(name);
      expect(await fields()).toEqual(expected);
      expect(await overflow(page)).toBe(0);
    }
    // A minibatch is a part of the 24 samples.
    expect(await comparison.getByLabel('Batch').inputValue()).toBe('24');
    await comparison.getByLabel('Batch').fill('25');
    const train = comparison.getByRole('button', { name: 'Train', exact: true });
    await train.click();
    expect(await comparison.getByRole('alert').innerText()).toBe(
      'dynamics.batchSize: got 25; expected at most N, 24',
    );
    // By keyboard alone: from the batch size over the decay to the button.
    await comparison.getByLabel('Batch').fill('4');
    await comparison.getByLabel('Batch').press('Tab');
    await page.keyboard.type('0.1');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await comparison.locator('li').nth(1).waitFor({ timeout: 100_000 });
    await kind.selectOption('heavyBall');
    await comparison.getByLabel('β').fill('0.5');
    await train.click();
    await comparison.locator('li').nth(2).waitFor({ timeout: 100_000 });
    expect((await comparison.locator('li').allInnerTexts()).slice(1)).toEqual([
      expect.stringMatching(/^minibatch descent, η 0\.01, minibatches of 4, decay 0\.1\s+test ≥/),
      expect.stringMatching(/^heavy ball, η 0\.01, β 0\.5\s+test ≥/),
    ]);
    expect(await overflow(page)).toBe(0);
    expect(await violations(page)).toEqual([]);
  });

  // To the end where runs fail, the others until their maps have begun: test/ui/presets.test.ts has their times.
  it.each([
    ['λ × η', /^480 of 480 replicas · \d+ failed · done/],
    ['λ × weight decay', /^\d\d+ of 320 replicas/],
    ['λ × batch size', /^\d\d+ of 280 replicas/],
    ['λ × β', /^\d\d+ of 280 replicas/],
  ])(
    'runs the preset %s',
    async (name, state) => {
      const page = await open(browser());
      await page.locator('#preset').selectOption({ label: name });
      await page.getByRole('button', { name: /^Run/ }).click();
      await untilStatus(page, state, 350_000);
      expect(await page.locator('.engine').innerText()).toMatch(/SIMD, float64/);
      expect(await violations(page)).toEqual([]);
    },
    400_000,
  );

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

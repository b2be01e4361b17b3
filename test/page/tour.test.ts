import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { link, open, overflow, useBrowser, violations } from './harness.ts';

const SMALL = {
  samples: 24,
  horizon: 6,
  x: { over: 'lambda', from: 0.2, to: 0.8, step: 0.1 },
  y: { over: 'seed', from: 1, to: 5, step: 1 },
};

const done = async (page: Page): Promise<void> => {
  const status = page.locator('grok-progress .status');
  await expect.poll(() => status.innerText(), { timeout: 90_000 }).toMatch(/ · done/);
};

describe('tour and access', () => {
  const browser = useBrowser({ webgpu: false });

  it('goes through seven states, each a link, with words explained', async () => {
    const page = await open(browser());
    await done(page);
    await page.getByRole('link', { name: 'Tour' }).click();
    const title = page.locator('grok-tour h2');
    const next = page.getByRole('button', { name: 'Next', exact: true });
    const links: string[] = [];
    for (let step = 1; step <= 7; step++) {
      await expect.poll(() => title.innerText()).toMatch(new RegExp(`^${step} of 7: `));
      links.push(new URL(page.url()).hash);
      if (step === 3) {
        expect(await page.locator('grok-view-bar #quantity').inputValue()).toBe('delay');
        await page.goBack();
        await expect.poll(() => title.innerText()).toMatch(/^2 of 7/);
        await page.goForward();
        await expect.poll(() => title.innerText()).toMatch(/^3 of 7/);
        const term = page.locator('grok-term').first();
        await term.locator('button').focus();
        expect(await term.locator('[role=tooltip]').innerText()).toMatch(/first rises to a/);
        expect(await violations(page)).toEqual([]);
        await page.keyboard.press('Escape');
        expect(await term.locator('[role=tooltip]').count()).toBe(0);
      }
      if (step === 6) {
        await expect.poll(() => page.getByLabel('Seeds per cell').inputValue()).toBe('5');
      }
      if (step < 7) await next.click();
    }
    expect(await next.isDisabled()).toBe(true);
    expect(new Set(links).size).toBe(7);
    await done(page);
    await page.getByRole('button', { name: 'End the tour' }).click();
    await expect.poll(() => title.count()).toBe(0);
    await expect.poll(() => page.url()).not.toMatch(/tour=/);
  });

  it('fits a window at 200 % zoom', async () => {
    // A window of 1280 pixels at 200 % has 640 to itself.
    const page = await open(browser(), { hash: link(SMALL), width: 640, height: 450 });
    await done(page);
    expect(await overflow(page)).toBeLessThanOrEqual(0);
  });

  it.each([1440, 390])(
    'keeps its place while it starts and runs, %i pixels wide',
    async (width) => {
      const page = await open(browser(), {
        hash: link(SMALL),
        width,
        init: () => {
          Object.assign(globalThis, { shift: 0 });
          new PerformanceObserver((list) => {
            for (const entry of list.getEntries()) {
              (globalThis as unknown as { shift: number }).shift += (
                entry as PerformanceEntry & { value: number }
              ).value;
            }
          }).observe({ type: 'layout-shift', buffered: true });
        },
      });
      await done(page);
      const [shift, paint] = await page.evaluate(() => [
        (globalThis as unknown as { shift: number }).shift,
        performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN,
      ]);
      console.info(
        `  ${width} pixels: layout shift ${shift?.toFixed(3)}, first paint ${paint?.toFixed(0)} ms`,
      );
      // A tenth of what web.dev calls good: nothing that anybody sees.
      expect(shift).toBeLessThan(0.01);
      expect(paint).toBeLessThan(5000);
    },
  );

  it('keeps to forced colours, on canvases too', async () => {
    const context = await browser().newContext({
      viewport: { width: 1280, height: 900 },
      forcedColors: 'active',
      colorScheme: 'dark',
    });
    const page = await open(browser(), { hash: link(SMALL), context });
    await done(page);
    expect(await violations(page)).toEqual([]);
    // Labels of the axes are in the system's colour of text, whatever the theme says.
    const [text, drawn] = await page.evaluate(() => {
      const lab = document.querySelector('grok-lab')?.shadowRoot;
      const map = lab?.querySelector('grok-heatmap')?.shadowRoot;
      const canvas = map?.querySelector('canvas') as HTMLCanvasElement;
      const { width, height } = canvas;
      // The band under the plot, where the labels are.
      const { data } = (canvas.getContext('2d') as CanvasRenderingContext2D).getImageData(
        ...([0, height - 46, width, 46] as const),
      );
      let brightest = 0;
      for (let k = 0; k < data.length; k += 4) {
        if (data[k + 3] === 255) brightest = Math.max(brightest, data[k] as number);
      }
      return [getComputedStyle(document.body).color, brightest] as const;
    });
    expect([text, drawn]).toEqual(['rgb(255, 255, 255)', 255]);
  });
});

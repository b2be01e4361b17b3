import type { Locator, Page } from 'playwright-core';
import type uPlot from 'uplot';
import { describe, expect, it } from 'vitest';
import type { ChartContent } from '../../src/ui/chart.ts';
import { link, open, overflow, useBrowser, violations } from './harness.ts';

const SMALL = {
  samples: 24,
  horizon: 6,
  x: { over: 'lambda', from: 0.2, to: 0.8, step: 0.1 },
  y: { over: 'seed', from: 1, to: 5, step: 1 },
};

const done = async (page: Page, pattern = /35 of 35 replicas · done/): Promise<void> => {
  const status = page.locator('grok-progress .status');
  await expect.poll(() => status.innerText(), { timeout: 60_000 }).toMatch(pattern);
};

/** What is read out at the cursor. */
const spoken = (page: Page): Locator => page.locator('grok-heatmap [aria-live]');

const press = async (page: Page, ...keys: string[]): Promise<void> => {
  await page.locator('grok-heatmap .map').focus();
  for (const key of keys) await page.keyboard.press(key);
};

/** Middle of a cell of the 7 × 5 map, in pixels of the window; the map shows all of itself. */
async function middleOf(page: Page, ix: number, iy: number): Promise<[number, number]> {
  const box = await page.locator('grok-heatmap .u-over').boundingBox();
  if (!box) throw new Error('no map');
  return [box.x + ((ix + 0.5) / 7) * box.width, box.y + ((4.5 - iy) / 5) * box.height];
}

const hashOf = (page: Page): string => new URL(page.url()).hash;

describe('exploring a sweep', () => {
  const browser = useBrowser({ webgpu: false });

  it('shows other quantities and accuracies without a run', async () => {
    const page = await open(browser(), { hash: link(SMALL) });
    await done(page);
    const runs = await page.locator('grok-progress').evaluate((element) => {
      Object.assign(globalThis, { sweep: (element as unknown as { sweep: object }).sweep });
      return true;
    });
    expect(runs).toBe(true);
    const quantity = page.locator('grok-view-bar #quantity');
    for (const [value, words] of [
      ['delay', /t_test\/t_train\(0\.95\) .* ×|–|not by/],
      ['trainTime', /t_train\(0\.95\) \d/],
      ['endAccuracy', /test accuracy at the end 0\.\d+/],
      ['testLoss', /largest test loss \d/],
      ['gradients', /gradients \d+/],
      ['separable', /fraction separable –/],
      ['testTime', /t_test\(0\.95\) /],
    ] as const) {
      await quantity.selectOption(value);
      await press(page, 'Home');
      await expect.poll(() => spoken(page).innerText()).toMatch(words);
      await expect.poll(() => hashOf(page).includes(`show=${value}`)).toBe(value !== 'testTime');
    }
    const before = await spoken(page).innerText();
    await page.locator('grok-view-bar #accuracy').fill('1.7');
    expect(await page.locator('grok-view-bar output[for=accuracy]').innerText()).toBe('0.98');
    await press(page, 'Home');
    await expect.poll(() => spoken(page).innerText()).toMatch(/t_test\(0\.98\)/);
    expect(await spoken(page).innerText()).not.toBe(before);
    expect(await page.locator('grok-inspector dl').first().innerText()).toMatch(/test ≥ 0\.98/);
    // The slider cannot ask for more than the runs waited for.
    await page.locator('grok-view-bar #accuracy').fill('6');
    expect(await page.locator('grok-view-bar output[for=accuracy]').innerText()).toBe('0.99');
    const same = await page
      .locator('grok-progress')
      .evaluate(
        (element) =>
          (element as unknown as { sweep: object }).sweep ===
          (globalThis as unknown as { sweep: object }).sweep,
      );
    expect(same).toBe(true);
  });

  it('takes certificates into the quantities that need them', async () => {
    const page = await open(browser(), { hash: `${link(SMALL)}&show=norm` });
    await done(page);
    await press(page, 'Home');
    expect(await spoken(page).innerText()).toMatch(/‖u∞‖ –/);
    await page.getByRole('button', { name: 'Certify all datasets' }).click();
    await press(page, 'Home');
    await expect.poll(() => spoken(page).innerText(), { timeout: 60_000 }).toMatch(/‖u∞‖ \d/);
    await press(page, 'End');
    await expect.poll(() => spoken(page).innerText()).toMatch(/‖u∞‖ infinite/);
  });

  it('clamps and changes the colours', async () => {
    const page = await open(browser(), { hash: link(SMALL) });
    await done(page);
    const pixel = async (): Promise<number[]> => {
      const at = await page
        .locator('grok-heatmap canvas')
        .first()
        .evaluate((canvas) => {
          const { width, height } = canvas as HTMLCanvasElement;
          const context = (canvas as HTMLCanvasElement).getContext('2d');
          return [...(context?.getImageData(width * 0.1, height / 2, 1, 1).data ?? [])];
        });
      return at;
    };
    const viridis = await pixel();
    await page.locator('grok-view-bar summary').click();
    await page.locator('grok-view-bar #map').selectOption('grey');
    await expect.poll(pixel).not.toEqual(viridis);
    const grey = await pixel();
    expect(grey[0]).toBe(grey[1]);
    await page.locator('grok-view-bar #from').fill('-4');
    await page.locator('grok-view-bar #to').fill('-3');
    await page.keyboard.press('Tab');
    // Everything is later than the range: the brightest grey.
    await expect.poll(async () => (await pixel())[0]).toBe(0xf2);
    await expect.poll(() => hashOf(page)).toMatch(/colours=grey&range=-4,-3/);
    expect(await violations(page)).toEqual([]);
  });

  it('zooms and moves by keyboard, wheel and mouse', async () => {
    const page = await open(browser(), { hash: link(SMALL) });
    await done(page);
    const zoom = async (): Promise<number[]> =>
      (/zoom=([^&]+)/.exec(hashOf(page))?.[1] ?? '').split(',').map(Number);
    await press(page, 'Home', '+', '+');
    const width = async (): Promise<number> => {
      const [from, to] = (await zoom()) as [number, number];
      return to - from;
    };
    await expect.poll(width).toBeLessThan(4);
    expect((await zoom())[0]).toBeLessThan(0);
    // The window goes with the cursor.
    await press(page, 'End');
    await expect.poll(async () => (await zoom())[1]).toBe(6.5);
    await page.getByRole('button', { name: 'Move', exact: true }).click();
    const [x, y] = await middleOf(page, 3, 2);
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x + 150, y, { steps: 4 });
    await page.mouse.up();
    await expect.poll(async () => (await zoom())[1]).toBeLessThan(6);
    // A drag selects no cell: it is still the one that was selected at the end of the run.
    expect(hashOf(page)).toMatch(/cell=2,2/);
    await press(page, '0');
    await expect.poll(() => hashOf(page)).not.toMatch(/zoom=/);
    await page.mouse.move(x, y);
    await page.keyboard.down('Control');
    await page.mouse.wheel(0, -500);
    await page.keyboard.up('Control');
    await expect.poll(async () => (await zoom()).length).toBe(4);
    const scrolled = await page.evaluate(() => scrollY);
    await page.mouse.wheel(0, 200);
    await expect.poll(() => page.evaluate(() => scrollY)).toBeGreaterThan(scrolled);
  });

  it('zooms with two fingers', async () => {
    const context = await browser().newContext({
      hasTouch: true,
      viewport: { width: 390, height: 844 },
    });
    const page = await open(browser(), { hash: link(SMALL), context });
    await done(page);
    const [x, y] = await middleOf(page, 3, 2);
    const session = await context.newCDPSession(page);
    const touch = (type: string, apart: number): Promise<unknown> =>
      session.send('Input.dispatchTouchEvent', {
        type: type as 'touchStart',
        touchPoints:
          type === 'touchEnd' ? [] : [-1, 1].map((side, id) => ({ x: x + side * apart, y, id })),
      });
    await touch('touchStart', 20);
    for (const apart of [30, 40, 50, 60]) await touch('touchMove', apart);
    await touch('touchEnd', 0);
    // Fingers three times as far apart: a third of the map.
    const off = (): number => {
      const [, zoom = ''] = /zoom=([^&]+)/.exec(hashOf(page)) ?? [];
      const [x0, x1] = zoom.split(',').map(Number) as [number, number];
      return Math.abs(x1 - x0 - 3);
    };
    await expect.poll(off).toBeLessThan(0.2);
    expect(await overflow(page)).toBeLessThanOrEqual(0);
    // A tap selects.
    await page.touchscreen.tap(x, y);
    await expect.poll(() => hashOf(page)).toMatch(/cell=3,2/);
    // The page has selected another cell at the end of its run: the map tells of the one that was tapped.
    expect(await page.locator('grok-heatmap .tip').innerText()).toMatch(/^λ 0\.5: .*seed 3$/s);
  });

  it('pools the seeds of selected cells and lays their curves over one another', async () => {
    const page = await open(browser(), { hash: link(SMALL) });
    await done(page);
    const from = await middleOf(page, 1, 0);
    await page.mouse.move(...from);
    await page.mouse.down();
    await page.mouse.move(...(await middleOf(page, 2, 4)), { steps: 4 });
    await page.mouse.up();
    const pool = page.locator('grok-pool');
    await expect
      .poll(() => pool.locator('p').innerText())
      .toMatch(/^10 cells, 10 replicas: t_test\(0\.95\) median /);
    await expect.poll(() => hashOf(page)).toMatch(/cells=1,0,2,4/);
    expect(await pool.locator('canvas').count()).toBe(2);
    await pool.getByText('Test accuracy as a table').click();
    await expect.poll(() => pool.innerText()).toBeDefined();
    expect(await violations(page)).toEqual([]);
    // By keyboard: from the first cell one to the right and one up.
    await page.getByRole('button', { name: 'Clear selection' }).click();
    await expect.poll(() => pool.locator('p').count()).toBe(0);
    await press(page, 'Home', ...Array(5).fill('ArrowDown'), 'Shift+ArrowRight', 'Shift+ArrowUp');
    await expect.poll(() => pool.locator('p').innerText()).toMatch(/^4 cells, 4 replicas/);
    await press(page, 'Escape');
    await expect.poll(() => pool.locator('p').count()).toBe(0);
  });

  it('marks in one picture what is pointed at in another', async () => {
    const page = await open(browser(), { hash: link(SMALL) });
    await done(page);
    const pointed = (name: string): Promise<unknown> =>
      page
        .locator(name)
        .evaluate((element) => (element as unknown as { pointed: unknown }).pointed);
    await page.mouse.move(...(await middleOf(page, 2, 3)));
    await expect.poll(() => pointed('grok-profile')).toBe(2);
    const lines = (): Promise<number> =>
      page
        .locator('grok-inspector grok-chart')
        .first()
        .evaluate(
          (element) =>
            (element as unknown as { content: { lines: unknown[] } }).content.lines.length,
        );
    await expect.poll(lines).toBe(3);
    const profile = page.locator('grok-profile .u-over');
    await profile.scrollIntoViewIfNeeded();
    const box = await profile.boundingBox();
    if (!box) throw new Error('no profile');
    await page.mouse.move(box.x + (5.5 / 7) * box.width, box.y + 20);
    await expect.poll(() => pointed('grok-heatmap')).toBe(5);
    await page.mouse.move(2, 2);
    await expect.poll(() => pointed('grok-heatmap')).toBeUndefined();
    await expect.poll(lines).toBe(2);
  });

  it('draws a run alike whatever was shown before it', async () => {
    const page = await open(browser(), { hash: link(SMALL) });
    await done(page);
    /**
     * What the charts have drawn, once it is their content and does not change any more: they come after what
     * answers a click.
     */
    const charts = async (of: Page): Promise<string[]> => {
      let last: string[] = [];
      const elements = of.locator('grok-inspector grok-chart');
      await expect
        .poll(async () => {
          const before = last;
          last = await elements.evaluateAll((all) =>
            all.map((each) => {
              const { plot, content } = each as unknown as { plot?: uPlot; content?: ChartContent };
              if (!plot || !content) return '';
              const { scales, series, bbox } = plot;
              const data: readonly unknown[] = plot.data;
              // A plot keeps the very arrays that it was given.
              const given = [content.x, ...content.lines.map(({ values }) => values)];
              if (data.length !== given.length || given.some((values, k) => values !== data[k]))
                return '';
              const ranges = Object.entries(scales).map(([key, { min, max }]) => [key, min, max]);
              const styles = series.map(({ stroke, width, dash }, k) => [
                typeof stroke === 'function' ? stroke(plot, k) : stroke,
                width,
                dash,
              ]);
              return JSON.stringify([content, data, ranges, styles, bbox]);
            }),
          );
          return last.length === 4 && last.every((each, k) => each !== '' && each === before[k]);
        })
        .toBe(true);
      return last;
    };
    const select = async (ix: number, iy: number): Promise<string[]> => {
      const before = await charts(page);
      await page.mouse.click(...(await middleOf(page, ix, iy)));
      await page.mouse.move(2, 2);
      await expect
        .poll(async () => (await charts(page)).some((each, k) => each !== before[k]))
        .toBe(true);
      return charts(page);
    };
    const first = await select(1, 3);
    await expect.poll(() => hashOf(page)).toMatch(/cell=1,3/);
    const hash = hashOf(page);
    const other = await select(5, 1);
    expect(other.filter((each, k) => each === first[k])).toEqual([]);
    expect(await select(1, 3)).toEqual(first);
    // As they are on a page that has shown nothing else.
    const fresh = await open(browser(), { hash });
    await done(fresh);
    expect(await charts(fresh)).toEqual(first);
  });

  it('marks the cells of a bar of the histogram, and the bar of a cell', async () => {
    const page = await open(browser(), { hash: link(SMALL) });
    await done(page);
    const histogram = page.locator('grok-histogram');
    const marked = (name: string): Promise<unknown[]> =>
      page
        .locator(name)
        .evaluate((element) => (element as unknown as { marked: unknown[] }).marked);
    const read = histogram.locator('.read');
    const lines = (nth: number): Promise<number> =>
      page
        .locator('grok-inspector grok-chart')
        .nth(nth)
        .evaluate(
          (element) =>
            (element as unknown as { content: { lines: unknown[] } }).content.lines.length,
        );
    const [accuracy, plane] = [await lines(0), await lines(3)];
    // A bar: by mouse.
    const bars = histogram.locator('.column');
    await bars.last().hover();
    await expect.poll(() => read.innerText()).toMatch(/^not by 10⁶: \d+ replicas in \d+ cells$/);
    const cells = Number(/in (\d+) cells/.exec(await read.innerText())?.[1]);
    expect(cells).toBeGreaterThan(3);
    await expect.poll(async () => (await marked('grok-heatmap')).length).toBe(cells);
    expect(await marked('grok-profile')).toHaveLength(cells);
    expect(await lines(0)).toBeGreaterThan(accuracy);
    expect(await lines(3)).toBeGreaterThan(plane);
    await page.mouse.move(2, 2);
    await expect.poll(() => marked('grok-heatmap')).toEqual([]);
    // By keys, all bars hold all replicas.
    await histogram.locator('[role=application]').focus();
    await page.keyboard.press('Home');
    let total = 0;
    const count = await bars.count();
    for (let k = 0; k < count; k++) {
      await expect.poll(() => histogram.locator('.marked').count()).toBe(1);
      total += Number(/: (\d+) replicas/.exec(await read.innerText())?.[1]);
      expect(await marked('grok-heatmap')).toHaveLength(
        Number(/in (\d+) cells/.exec(await read.innerText())?.[1]),
      );
      await page.keyboard.press('ArrowRight');
    }
    expect(total).toBe(35);
    await page.keyboard.press('Escape');
    await expect.poll(() => marked('grok-heatmap')).toEqual([]);
    // A cell: by mouse and by keys, its bar has its time in it.
    const timeOf = async (): Promise<number> =>
      Number(/t_test\(0\.95\) ([\d.]+)/.exec(await spoken(page).innerText())?.[1]);
    const holds = async (): Promise<boolean> => {
      const [, from, to] = /from (\S+) to (\S+):/.exec(await read.innerText()) ?? [];
      const at = await timeOf();
      return Number(from) <= at && at <= Number(to);
    };
    await page.locator('grok-heatmap').scrollIntoViewIfNeeded();
    await page.mouse.move(...(await middleOf(page, 1, 3)));
    await expect.poll(holds).toBe(true);
    await page.mouse.move(2, 2);
    await press(page, 'Home', 'ArrowRight');
    await expect.poll(holds).toBe(true);
    expect(await histogram.locator('.marked').count()).toBe(1);
    expect(await violations(page)).toEqual([]);
  });

  it('restores everything from a link, and goes back and forward', async () => {
    const page = await open(browser(), { hash: link(SMALL) });
    await done(page);
    await page.locator('grok-view-bar #quantity').selectOption('gradients');
    await page.mouse.click(...(await middleOf(page, 2, 3)));
    await expect.poll(() => hashOf(page)).toMatch(/cell=2,3/);
    await press(page, '+');
    await expect.poll(() => hashOf(page)).toMatch(/zoom=/);
    const url = page.url();
    expect(url.length).toBeLessThan(220);
    const other = await open(browser(), { hash: hashOf(page) });
    await done(other);
    const state = (of: Page): Promise<unknown> =>
      of
        .locator('grok-lab')
        .evaluate((lab) => JSON.stringify((lab as unknown as { shown: object }).shown));
    expect(await state(other)).toBe(await state(page));
    expect(await other.locator('grok-inspector h2').innerText()).toBe('λ 0.4 · seed 4');
    // The zoom is in place of the last step; before it was the choice of the cell.
    await page.goBack();
    await expect.poll(() => page.locator('grok-inspector h2').innerText()).toBe('λ 0.4 · seed 3');
    await page.goForward();
    await expect.poll(() => page.locator('grok-inspector h2').innerText()).toBe('λ 0.4 · seed 4');
    await done(page);
  });

  it('runs one replica again from its link, to the same bits on the CPU, and says what differs', async () => {
    const page = await open(browser(), { hash: link(SMALL) });
    await done(page);
    await page.locator('select[aria-label="Engine"]').selectOption('cpu');
    await expect
      .poll(() => page.locator('.engine').innerText())
      .toMatch(/float64 engine was asked/);
    await done(page);
    await page.mouse.click(...(await middleOf(page, 2, 3)));
    await expect.poll(() => page.locator('grok-inspector h2').innerText()).toBe('λ 0.4 · seed 4');
    await page.getByRole('button', { name: 'Copy link to this replica' }).click();
    const address = page.locator('grok-inspector .link [role=status]');
    await expect.poll(() => address.innerText()).not.toBe('');
    const copied = (): Promise<string> =>
      page
        .locator('grok-inspector')
        .evaluate((element) =>
          (element as unknown as { linkOf: (index: number) => string }).linkOf(23),
        );
    await expect.poll(copied).toMatch(/replay=cpu:[0-9a-f]{16}:/);
    const { hash } = new URL(await copied());
    const other = await open(browser(), { hash });
    await done(other, /^1 of 1 replicas · done/);
    const notice = other.locator('.replay');
    // The other engine is float32, and says so.
    await expect.poll(() => notice.innerText()).toMatch(/Run again on WebAssembly: .*made on CPU/s);
    await other.locator('select[aria-label="Engine"]').selectOption('cpu');
    await expect
      .poll(() => notice.innerText(), { timeout: 60_000 })
      .toMatch(/Run again on CPU: the record is that of the link, bit for bit/);
    expect(await violations(other)).toEqual([]);
    await other.getByRole('button', { name: 'Run the whole map' }).click();
    await done(other);
    await expect.poll(() => notice.count()).toBe(0);
  });
});

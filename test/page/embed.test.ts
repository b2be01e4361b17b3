import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { launch } from './chromium.ts';
import { clear, emptyPage, violations } from './harness.ts';
import { serveProject } from './static.ts';

const ROOT = join(import.meta.dirname, '../..');
const EDGE = '/examples/embed/edge.json';
const SPEC = 'samples=24&horizon=6&x=lambda:0.2:0.8:0.1&y=seed:1:5:1';

const page_ = (
  body: string,
): string => `<!doctype html><html lang="en"><meta charset="utf-8"><title>Test</title>
<script type="module" src="/dist/grok-scope.js"></script><main style="width:640px"><h1>Test</h1>${body}</main>`;

/** Pages of the tests. */
const PAGES = {
  '/blank': page_(''),
  '/src': page_(`<grok-scope src="${EDGE}" style="min-height:500px"><p>fallback</p></grok-scope>`),
  '/two': page_(
    `<grok-scope id="a" spec="${SPEC}"></grok-scope><grok-scope id="b" spec="${SPEC}&sigma=3"></grok-scope>`,
  ),
  '/gpu': page_(
    ['a', 'b']
      .map(
        (id) =>
          `<grok-scope id="${id}" engine="webgpu" spec="samples=8&horizon=2&x=lambda:0.25,0.75&y=seed:1:2:1"></grok-scope>`,
      )
      .join(''),
  ),
  '/asked': page_(`<grok-scope spec="${SPEC}" reveal="interaction"><p>fallback</p></grok-scope>`),
  '/far': page_(
    `<div style="height:4000px"></div><grok-scope spec="samples=400&x=lambda:0.3:0.6:0.002"></grok-scope>`,
  ),
  '/wrong': page_(
    '<grok-scope spec="samples=1"></grok-scope><grok-scope src="/package.json"></grok-scope>',
  ),
};

/** What a page has started. */
interface Counts {
  readonly workers: number;
  readonly alive: number;
  /** At the same time. */
  readonly most: number;
  readonly devices: number;
  readonly errors: readonly string[];
}

/** Counts what a page starts. */
function count(): void {
  const counts = { workers: 0, alive: 0, most: 0, devices: 0, errors: [] as string[] };
  Object.assign(globalThis, { counts });
  const Before = Worker;
  globalThis.Worker = class extends Before {
    constructor(...args: ConstructorParameters<typeof Worker>) {
      super(...args);
      counts.workers++;
      counts.alive++;
      counts.most = Math.max(counts.most, counts.alive);
    }
    override terminate(): void {
      counts.alive--;
      super.terminate();
    }
  };
  if (typeof GPUAdapter !== 'undefined') {
    const request = GPUAdapter.prototype.requestDevice;
    GPUAdapter.prototype.requestDevice = function (descriptor) {
      counts.devices++;
      return request.call(this, descriptor);
    };
  }
  addEventListener('grok-error', (event) =>
    counts.errors.push((event as CustomEvent<{ message: string }>).detail.message),
  );
}

/** How far the element with an id, or the first one, has come. */
const state = (page: Page, id = ''): Promise<string> =>
  page.evaluate((which) => {
    const scope = document.querySelector(`grok-scope${which}`) as HTMLElement;
    return scope.shadowRoot?.querySelector('.status')?.textContent ?? '';
  }, id && `#${id}`);

describe('<grok-scope>', () => {
  let browser: Browser;
  let server: Awaited<ReturnType<typeof serveProject>>;
  beforeAll(async () => {
    server = await serveProject(PAGES);
    browser = await launch({ webgpu: false });
  });
  afterAll(async () => {
    await browser.close();
    server.close();
  });
  afterEach(() => clear(browser));

  async function open(
    path: string,
    options: { scheme?: 'light' | 'dark'; browser?: Browser } = {},
  ): Promise<Page> {
    const { scheme = 'light' } = options;
    const view = { width: 1000, height: 800, scheme, init: count };
    const page = await emptyPage(options.browser ?? browser, view);
    await page.goto(server.url + path);
    return page;
  }
  const counts = (page: Page): Promise<Counts> =>
    page.evaluate(() => (globalThis as unknown as { counts: Counts }).counts);

  it('is one file of less than 130 kB', () => {
    const size = gzipSync(readFileSync(join(ROOT, 'dist/grok-scope.js')), { level: 9 }).length;
    console.info(`  grok-scope.js: ${(size / 1000).toFixed(1)} kB gzipped`);
    expect(size).toBeLessThan(130_000);
  });

  it('can be imported in node, where nothing is registered', () => {
    const script = `import('./dist/element.js').then(({ GrokScope }) => console.log(typeof GrokScope))`;
    expect(execFileSync('node', ['-e', script], { cwd: ROOT, encoding: 'utf8' })).toBe(
      'function\n',
    );
    const text = readFileSync(join(ROOT, 'dist/element.js'), 'utf8');
    const imports = [...text.matchAll(/^import .*?from ["']([^"']+)["']/gm)].map(
      ([, name]) => name,
    );
    expect([...new Set(imports.map((name) => name?.split('/')[0]))].sort()).toEqual([
      'lit',
      'uplot',
    ]);
  });

  it('shows a file at once, with no worker and no GPU', async () => {
    const page = await open('/src');
    // From the load of the page to the first map on the screen.
    const milliseconds = await page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          const look = (): void => {
            const map = document
              .querySelector('grok-scope')
              ?.shadowRoot?.querySelector('grok-heatmap');
            if (map?.shadowRoot?.querySelector('canvas')) {
              const [entry] = performance.getEntriesByType('navigation');
              resolve(performance.now() - (entry as PerformanceNavigationTiming).loadEventEnd);
            } else requestAnimationFrame(look);
          };
          look();
        }),
    );
    console.info(`  first picture ${Math.round(milliseconds)} ms after load`);
    expect(await counts(page)).toMatchObject({ workers: 0, devices: 0 });
    expect(await state(page)).toMatch(/^192 of 192 replicas · precomputed/);
    const png = await page.evaluate(async () => {
      const blob = await (
        document.querySelector('grok-scope') as HTMLElementTagNameMap['grok-scope']
      ).toBlob();
      const bitmap = await createImageBitmap(blob);
      return [blob.type, bitmap.width, bitmap.height];
    });
    expect(png[0]).toBe('image/png');
    expect(png[1]).toBe(640);
    expect(await violations(page)).toEqual([]);
  });

  it('computes on demand, with two elements on one engine', async () => {
    const page = await open('/two');
    for (const id of ['a', 'b']) {
      await expect.poll(() => state(page, id), { timeout: 60_000 }).toMatch(/^35 of 35 replicas/);
    }
    // One pool of workers at a time, not one an element.
    const pool = await page.evaluate(() => Math.max(1, navigator.hardwareConcurrency - 1));
    expect(await counts(page)).toMatchObject({ most: pool, errors: [] });
  });

  it('has one device for two elements', async () => {
    const withGpu = await launch({ webgpu: true });
    const page = await open('/gpu', { browser: withGpu });
    for (const id of ['a', 'b']) {
      await expect
        .poll(() => state(page, id), { timeout: 100_000 })
        .toMatch(/^4 of 4 replicas · WebGPU/);
    }
    expect(await counts(page)).toMatchObject({ devices: 1, errors: [] });
    await withGpu.close();
  });

  it('waits for the reader where it is told to, behind its fallback', async () => {
    const page = await open('/asked');
    await page.waitForTimeout(300);
    expect(await counts(page)).toMatchObject({ workers: 0, devices: 0 });
    expect(await page.getByText('fallback').isVisible()).toBe(true);
    const events = page.evaluate(
      () =>
        new Promise<unknown>((resolve) => {
          document
            .querySelector('grok-scope')
            ?.addEventListener('grok-done', (event) => resolve(event.detail));
        }),
    );
    await page.getByRole('button', { name: 'Compute' }).click();
    expect(await events).toEqual({ done: 35, total: 35 });
    expect(await page.getByText('fallback').isVisible()).toBe(false);
    const file = await page.evaluate(async () => {
      const scope = document.querySelector('grok-scope') as HTMLElementTagNameMap['grok-scope'];
      return (await scope.toBlob('application/json')).text();
    });
    expect(JSON.parse(file).replicas).toHaveLength(35);
  });

  it('computes in view only, and survives being moved', async () => {
    const page = await open('/far');
    await page.waitForTimeout(500);
    expect((await counts(page)).workers).toBe(0);
    await page.evaluate(() => document.querySelector('grok-scope')?.scrollIntoView());
    const done = async (): Promise<number> => Number(/^\d+/.exec(await state(page))?.[0] ?? 0);
    await expect.poll(done, { timeout: 60_000 }).toBeGreaterThan(2);
    await page.evaluate(() => {
      const scope = document.querySelector('grok-scope') as HTMLElement;
      document.querySelector('main')?.append(document.createElement('section'));
      document.querySelector('section')?.append(scope);
    });
    const moved = await done();
    await expect.poll(done, { timeout: 60_000 }).toBeGreaterThan(moved);
    await page.evaluate(() => scrollTo(0, 0));
    await page.getByRole('button', { name: 'Go on' }).waitFor();
    const away = await done();
    await page.waitForTimeout(700);
    expect(await done()).toBe(away);
    await page.evaluate(() => document.querySelector('grok-scope')?.scrollIntoView());
    await expect.poll(done, { timeout: 60_000 }).toBeGreaterThan(away);
  });

  it('runs to the end when told to, in view or not, whenever that is', async () => {
    const page = await open('/blank');
    const done = await page.evaluate(
      async ([src, spec]) => {
        const main = document.querySelector('main') as HTMLElement;
        main.innerHTML = '<div style="height:4000px"></div>';
        const scope = document.createElement('grok-scope');
        scope.spec = spec;
        main.append(scope);
        const results: number[] = [];
        const read = async (): Promise<void> => {
          const file = await (await scope.toBlob('application/json')).text();
          results.push(JSON.parse(file).replicas.length);
        };
        // Far out of view, and asked for again while it runs and scrolled past.
        const first = scope.run();
        await new Promise((resolve) =>
          scope.addEventListener('grok-progress', resolve, { once: true }),
        );
        scope.scrollIntoView();
        const second = scope.run();
        scrollTo(0, 0);
        await second;
        await read();
        await first;
        await read();
        // While its file is being loaded: what is in it is computed anew.
        scope.src = src;
        await scope.run();
        await read();
        return results;
      },
      [EDGE, SPEC] as const,
    );
    expect(done).toEqual([35, 35, 192]);
    expect((await counts(page)).errors).toEqual([]);
  });

  it('loads its file though it was taken away and put back meanwhile', async () => {
    const page = await open('/blank');
    await page.evaluate(async (src) => {
      const main = document.querySelector('main') as HTMLElement;
      const scope = document.createElement('grok-scope');
      scope.src = src;
      const fetched = new Promise<void>((resolve) => {
        const before = globalThis.fetch;
        globalThis.fetch = (...args) => {
          resolve();
          return before(...args);
        };
      });
      main.append(scope);
      await fetched;
      scope.remove();
      await new Promise((resolve) => setTimeout(resolve));
      main.append(scope);
    }, EDGE);
    await expect.poll(() => state(page)).toMatch(/^192 of 192 replicas · precomputed/);
    expect((await counts(page)).errors).toEqual([]);
  });

  it('says what is wrong with a spec and with a file', async () => {
    const page = await open('/wrong');
    await expect.poll(async () => (await counts(page)).errors.length).toBe(2);
    expect((await counts(page)).errors).toEqual([
      expect.stringMatching(/^samples: got 1; expected a whole number from 2/),
      expect.stringMatching(/no such field|format/),
    ]);
    expect(await page.getByRole('alert').count()).toBe(2);
  });

  it('leaves nothing behind when it is removed', async () => {
    const page = await open('/blank');
    const session = await page.context().newCDPSession(page);
    const heap = async (): Promise<{ bytes: number; listeners: number; nodes: number }> => {
      await session.send('HeapProfiler.collectGarbage');
      const { metrics } = await session.send('Performance.getMetrics');
      const value = (name: string): number =>
        metrics.find((m) => m.name === name)?.value ?? Number.NaN;
      return {
        bytes: value('JSHeapUsedSize'),
        listeners: value('JSEventListeners'),
        nodes: value('Nodes'),
      };
    };
    await session.send('Performance.enable');
    const insert = (times: number): Promise<void> =>
      page.evaluate(
        async ([count, src]) => {
          for (let k = 0; k < count; k++) {
            const scope = document.createElement('grok-scope');
            scope.src = src;
            scope.controls = 'full';
            document.querySelector('main')?.append(scope);
            const shown = (): boolean =>
              scope.shadowRoot
                ?.querySelector('grok-heatmap')
                ?.shadowRoot?.querySelector('canvas') != null;
            while (!shown()) await new Promise(requestAnimationFrame);
            scope.remove();
          }
        },
        [times, EDGE] as const,
      );
    await insert(5);
    const before = await heap();
    await insert(50);
    let after = before;
    const grown = async (what: keyof typeof after): Promise<number> => {
      after = await heap();
      return after[what] - before[what];
    };
    // Observers let go with the next frame.
    await expect.poll(() => grown('listeners')).toBeLessThanOrEqual(0);
    await expect.poll(() => grown('nodes')).toBeLessThan(50);
    // A single element with its table is more than this.
    await expect.poll(() => grown('bytes')).toBeLessThan(1_000_000);
    console.info(
      `  50 insertions: ${before.bytes} to ${after.bytes} bytes, ${before.listeners} to ${after.listeners} listeners, ${before.nodes} to ${after.nodes} nodes`,
    );
  });

  it.each(['plain', 'blog', 'iframe', 'theming'])('works in the example %s', async (name) => {
    for (const scheme of ['light', 'dark'] as const) {
      const page = await open(`/examples/embed/${name}.html`, { scheme });
      const frame = name === 'iframe' ? page.frameLocator('iframe') : page;
      await frame.locator('grok-scope canvas').first().waitFor();
      if (name !== 'iframe') expect(await violations(page)).toEqual([]);
      if (name === 'theming') {
        const drawn = await page.evaluate(() => {
          const heatmap = document
            .querySelector('grok-scope')
            ?.shadowRoot?.querySelector('grok-heatmap');
          return heatmap && getComputedStyle(heatmap).getPropertyValue('--accent');
        });
        expect(drawn).toBe('#f0b35a');
      }
    }
  });

  it('works in React: properties, events, a method, unmounted and mounted again', async () => {
    const built = 'node_modules/.cache/react-host';
    await build({
      configFile: false,
      root: join(ROOT, 'examples/embed/react'),
      base: './',
      logLevel: 'error',
      build: { outDir: join(ROOT, built), emptyOutDir: true, chunkSizeWarningLimit: 1000 },
    });
    const page = await open(`/${built}/index.html`);
    const scope = page.locator('grok-scope');
    await scope.waitFor();
    expect(
      await scope.evaluate(({ controls, spec }: HTMLElementTagNameMap['grok-scope']) => [
        controls,
        (spec as { sigma: number }).sigma,
      ]),
    ).toEqual(['none', 5]);
    expect(await violations(page)).toEqual([]);
    const output = page.getByRole('status');
    const compute = page.getByRole('button', { name: 'Compute' });
    await compute.click();
    await expect.poll(() => output.innerText(), { timeout: 30_000 }).toBe('32 replicas');
    // Each render made another spec object, of the same sweep: nothing began anew.
    const done = (): Promise<number> =>
      scope.evaluate(async (element: HTMLElementTagNameMap['grok-scope']) => {
        const file = await (await element.toBlob('application/json')).text();
        return JSON.parse(file).replicas.length;
      });
    expect(await done()).toBe(32);
    await page.getByRole('slider').fill('2');
    expect(
      await scope.evaluate(
        ({ spec }: HTMLElementTagNameMap['grok-scope']) => (spec as { sigma: number }).sigma,
      ),
    ).toBe(2);
    expect(await done()).toBe(0);
    await compute.click();
    await page.getByRole('button', { name: 'Unmount' }).click();
    expect(await scope.count()).toBe(0);
    await expect.poll(async () => (await counts(page)).alive).toBe(0);
    await page.getByRole('button', { name: 'Mount' }).click();
    await compute.click();
    await expect.poll(() => output.innerText(), { timeout: 30_000 }).toBe('32 replicas');
    expect((await counts(page)).errors).toEqual([]);
  });

  it('has its fallback where there is no JavaScript', async () => {
    const page = await browser.newPage({ javaScriptEnabled: false });
    await page.goto(`${server.url}/examples/embed/plain.html`);
    expect(await page.getByText('It needs JavaScript').isVisible()).toBe(true);
  });
});

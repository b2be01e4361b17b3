/** What tests of the built pages share. */
import axeCore from 'axe-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { type PreviewServer, preview } from 'vite';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { launch } from './chromium.ts';

/** The built pages, served as `npm start` serves them. */
let server: PreviewServer;
let url: string;

/** What pages have complained about, in exceptions and on their consoles. */
export const errors: string[] = [];

beforeAll(async () => {
  server = await preview({ preview: { port: 0, host: '127.0.0.1' }, logLevel: 'error' });
  url = server.resolvedUrls?.local[0] as string;
});

afterAll(() => server.close());

/** A page that is used again: to open another takes four times the processor. */
interface Kept {
  readonly page: Page;
  /** By the test that runs now. */
  used: boolean;
}

/** Of each browser, one for every script that runs before those of the page. */
const keptPages = new WeakMap<Browser, Map<(() => void) | undefined, Kept>>();

/**
 * Chromium for the tests of a block. None of the pages of a test may have complained; what it stored, was
 * told to show and listened to is gone before the next.
 */
export function useBrowser(options: { readonly webgpu: boolean }): () => Browser {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch(options);
  });
  afterAll(() => browser.close());
  afterEach(() => clear(browser));
  return () => browser;
}

/** Closes the pages of a browser, empties those that are kept, and finds what any has complained about. */
export async function clear(browser: Browser): Promise<void> {
  const kept = [...(keptPages.get(browser)?.values() ?? [])];
  for (const context of browser.contexts()) {
    if (!kept.some(({ page }) => page.context() === context)) await context.close();
  }
  for (const each of kept) {
    if (!each.used || each.page.isClosed()) continue;
    const { origin } = new URL(each.page.url());
    await each.page.goto('about:blank');
    if (origin !== 'null') {
      const session = await each.page.context().newCDPSession(each.page);
      await session.send('Storage.clearDataForOrigin', { origin, storageTypes: 'all' });
      await session.detach();
    }
    each.page.removeAllListeners();
    each.used = false;
  }
  expect(errors.splice(0)).toEqual([]);
}

interface View {
  readonly width?: number;
  readonly height?: number;
  readonly scheme?: 'light' | 'dark';
  /** Runs before the scripts of the page. */
  readonly init?: () => void;
}

interface Options extends View {
  /** Which page, or the whole address; absent: the laboratory. */
  readonly path?: string;
  readonly hash?: string;
  /** Opens it there; absent: with nothing stored. */
  readonly context?: BrowserContext;
}

/** An empty page; a second one of a test is in a profile of its own. Its errors go into `errors`. */
export async function emptyPage(browser: Browser, view: View = {}): Promise<Page> {
  const { width = 1440, height = 900, scheme = 'light', init } = view;
  const viewport = { width, height };
  const pages = keptPages.get(browser) ?? new Map<typeof init, Kept>();
  keptPages.set(browser, pages);
  const kept = pages.get(init);
  if (kept && !kept.used && !kept.page.isClosed()) {
    kept.used = true;
    await kept.page.setViewportSize(viewport);
    await kept.page.emulateMedia({ colorScheme: scheme, media: null });
    return listen(kept.page);
  }
  const page = await browser.newPage({ viewport, colorScheme: scheme });
  if (init) await page.addInitScript(init);
  if (!kept?.used || kept.page.isClosed()) pages.set(init, { page, used: true });
  return listen(page);
}

function listen(page: Page): Page {
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  return page;
}

/** Opens a page; its errors go into `errors`. */
export async function open(browser: Browser, options: Options = {}): Promise<Page> {
  const { context, path = '', hash = '' } = options;
  const page = context ? listen(await context.newPage()) : await emptyPage(browser, options);
  await page.goto(new URL(path, url).href + hash);
  return page;
}

/**
 * Does what begins another sweep, and waits until that is on the page: while it waits for its engine, the figures
 * are those of the last.
 */
export async function nextSweep(page: Page, act: () => Promise<unknown>): Promise<void> {
  const last = await page.evaluateHandle(
    () => (document.querySelector('grok-lab') as unknown as { sweep: object }).sweep,
  );
  await act();
  await expect
    .poll(
      () =>
        page.evaluate(
          (before) =>
            (document.querySelector('grok-lab') as unknown as { sweep: object }).sweep !== before,
          last,
        ),
      { timeout: 60_000 },
    )
    .toBe(true);
}

/** A sweep that takes far longer than any test waits. */
export const ENDLESS = {
  samples: 256,
  horizon: 300,
  until: 'horizon',
  x: { over: 'lambda', from: 0.3, to: 0.7, step: 0.01 },
  y: { over: 'seed', from: 1, to: 400, step: 1 },
};

/** Colour schemes and widths, of a desktop and a phone, that every page is looked at in. */
export const LOOKS = [
  ['light', 1440],
  ['dark', 1440],
  ['light', 390],
  ['dark', 390],
] as const;

/** The link of a spec. */
export const link = (spec: object): string => `#spec=${encodeURIComponent(JSON.stringify(spec))}`;

/**
 * What axe finds wrong with the page as it stands.
 * @param only rules to look for; absent: all
 */
export async function violations(page: Page, ...only: string[]): Promise<string[]> {
  await page.evaluate(axeCore.source);
  return page.evaluate(async (rules) => {
    const { axe } = globalThis as unknown as { axe: typeof axeCore };
    const result = await axe.run(document, rules.length > 0 ? { runOnly: rules } : {});
    return result.violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map((n) => n.html).join(' | ')}`,
    );
  }, only);
}

/** Pixels by which the page is wider than the window. */
export const overflow = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - innerWidth);

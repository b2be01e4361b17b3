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

/**
 * Chromium for the tests of a block. Pages of one test are closed before the next, and none may have
 * complained.
 */
export function useBrowser(options: { readonly webgpu: boolean }): () => Browser {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch(options);
  });
  afterAll(() => browser.close());
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
    expect(errors.splice(0)).toEqual([]);
  });
  return () => browser;
}

interface Options {
  /** Which page; absent: the laboratory. */
  readonly path?: string;
  readonly hash?: string;
  readonly width?: number;
  readonly height?: number;
  readonly scheme?: 'light' | 'dark';
  readonly init?: () => void;
  /** Opens it there; absent: in a profile of its own. */
  readonly context?: BrowserContext;
}

/** Opens a page; its errors go into `errors`. */
export async function open(browser: Browser, options: Options = {}): Promise<Page> {
  const { width = 1440, height = 900, scheme = 'light' } = options;
  const page = options.context
    ? await options.context.newPage()
    : await browser.newPage({ viewport: { width, height }, colorScheme: scheme });
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  if (options.init) await page.addInitScript(options.init);
  await page.goto(url + (options.path ?? '') + (options.hash ?? ''));
  return page;
}

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

/**
 * Takes the pictures of the documentation from the built pages: `npm run build && node scripts/pictures.js`.
 * docs/pictures/cost.svg and own-place.png are drawn from results and are not among them.
 */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { preview } from 'vite';
import { CHROMIUM, QUIET } from './system.js';

const ROOT = join(import.meta.dirname, '..');
const DESKTOP = { width: 1440, height: 1000 };
const PHONE = { width: 390, height: 844 };

/** Larger ones are too much for a page. */
const LARGEST = 300_000;

const server = await preview({
  root: ROOT,
  preview: { port: 0, host: '127.0.0.1' },
  logLevel: 'error',
});
const url = /** @type {string} */ (server.resolvedUrls?.local[0]);
const browser = await chromium.launch({ executablePath: CHROMIUM, args: QUIET });
const context = await browser.newContext({ viewport: DESKTOP, colorScheme: 'light' });
// The examples are not a part of the site.
await context.route(`${url}project/**`, (route) =>
  route.fulfill({ path: join(ROOT, route.request().url().slice(`${url}project/`.length)) }),
);
const page = await context.newPage();

/** @param {string} path */
async function openLaboratory(path) {
  // A page of its own: another hash alone would leave the last run on the page at first.
  await page.goto('about:blank');
  await page.goto(url + path);
  await page.getByText(/replicas · done/).waitFor({ timeout: 300_000 });
}

/**
 * @param {string} name
 * @param {import('playwright-core').Page | import('playwright-core').Locator} from
 * @param {{ x: number, y: number, width: number, height: number }} [clip] a part of the page
 */
async function take(name, from = page, clip = undefined) {
  const path = join(ROOT, 'docs/pictures', `${name}.png`);
  await page.mouse.move(0, 0);
  await page.waitForTimeout(500);
  await from.screenshot({ path, scale: 'css', ...(clip && { clip }) });
  const { size } = statSync(path);
  console.log(`${name}.png: ${Math.round(size / 1000)} kB`);
  if (size > LARGEST) throw new Error(`${path} has ${size} bytes.`);
}

await openLaboratory('');
await take('lab');
await page.emulateMedia({ colorScheme: 'dark' });
await take('lab-dark');
await page.emulateMedia({ colorScheme: 'light' });
const { x, y, width } = /** @type {{ x: number, y: number, width: number }} */ (
  await page.locator('grok-inspector').boundingBox()
);
await take('inspector', page, { x, y, width, height: 760 });

await page.setViewportSize(PHONE);
await page.locator('section.picture').scrollIntoViewIfNeeded();
await page.evaluate(() => scrollTo(0, 0));
await take('phone');
await page.setViewportSize(DESKTOP);

await openLaboratory('#sigma=3');
await page.locator('grok-runs summary').click();
await page.getByRole('button', { name: 'Compare' }).click();
await page.locator('grok-compared grok-heatmap').nth(1).waitFor();
await take('comparison', page.locator('grok-compared'));

await page.goto(`${url}paper.html`);
const claim = page.locator('grok-claim#late-generalisation');
await claim.getByRole('button', { name: /^Run/ }).click();
await claim.locator('.verdicts').waitFor({ timeout: 300_000 });
await page.evaluate(() => scrollTo(0, 0));
await take('paper');

await page.goto(`${url}project/examples/embed/blog.html`);
await page.locator('grok-scope canvas').first().waitFor();
await take('embed');

await browser.close();
await server.close();

/** The built page in Chromium, without WebGPU: the engine is WebAssembly. */
import { chromium } from 'playwright-core';
import { preview } from 'vite';
import { CHROMIUM } from '../scripts/system.js';

/**
 * Serves the page as `npm start` does and opens it with a spec.
 * @param {object} spec
 */
export async function openPage(spec) {
  const server = await preview({ preview: { port: 0, host: '127.0.0.1' }, logLevel: 'error' });
  const args = [
    '--no-sandbox',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
  ];
  const browser = await chromium.launch({ executablePath: CHROMIUM, args });
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  const url = server.resolvedUrls?.local[0];
  await page.goto(`${url}#spec=${encodeURIComponent(JSON.stringify(spec))}`);
  return { browser, page, server };
}

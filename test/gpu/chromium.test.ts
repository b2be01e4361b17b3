import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundle } from '../conformance/bundle.ts';
import type { Outcome } from '../conformance/check.ts';
import { datasetCases } from '../conformance/dataset.ts';
import { descentKernelCases } from '../conformance/descent-kernels.ts';
import { gradientCases } from '../conformance/gradient.ts';
import type { conformance } from '../conformance/main.ts';
import { probeCases } from '../conformance/probe.ts';
import { launch } from '../page/chromium.ts';

/** The kernels in a browser; its engine is driven through the page. */
describe('kernels in Chromium', () => {
  let browser: Browser;
  let server: Server;
  let outcomes: readonly Outcome[] = [];

  beforeAll(async () => {
    // WebGPU wants a secure context, which an address of this machine is.
    server = createServer((_, response) => {
      response.setHeader('Content-Type', 'text/html').end('<!doctype html><title>kernels</title>');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    browser = await launch({ webgpu: true });
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    const script = await readFile(await bundle('chromium.ts'), 'utf8');
    await page.addScriptTag({ type: 'module', content: script });
    await page.waitForFunction(() => 'conformance' in globalThis, undefined, { timeout: 300_000 });
    ({ outcomes } = await page.evaluate(() => {
      const scope = globalThis as unknown as { conformance: typeof conformance };
      return scope.conformance(navigator.gpu, { engine: false });
    }));
  }, 300_000);

  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  it('exchanges values within the subgroups of SwiftShader', () => {
    const figures = outcomes.map(({ figure }) => figure);
    expect(figures).toContain('4 invocations');
  });

  for (const { name } of [
    ...datasetCases,
    ...gradientCases,
    ...descentKernelCases,
    ...probeCases,
  ]) {
    it(name, () => {
      const outcome = outcomes.find((each) => each.name === name);
      expect(outcome).toBeDefined();
      expect(outcome?.error).toBeNull();
      if (outcome?.figure) console.info(`  ${name}: ${outcome.figure}`);
    });
  }
});

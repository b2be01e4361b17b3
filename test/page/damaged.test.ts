import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FieldError } from '../../src/model/fields.ts';
import { Random } from '../../src/model/statistics.ts';
import { gather } from '../../src/results/bytes.ts';
import { decodeFile, encodeAs, FORMATS, type Format } from '../../src/results/formats.ts';
import { layoutOf, mutations, source } from '../results/damaged.ts';
import { link, nextSweep, open, useBrowser } from './harness.ts';

/** Of each format. */
const FILES = 50;

/** On screen meanwhile. */
const SMALL = {
  samples: 24,
  horizon: 6,
  x: { over: 'lambda', from: 0.2, to: 0.8, step: 0.1 },
  y: { over: 'seed', from: 1, to: 5, step: 1 },
};

const SOON = { timeout: 60_000 };

interface Damaged {
  readonly name: string;
  readonly base64: string;
  /** What is wrong with it, by the reader of files. */
  readonly message: string;
}

const good = (format: Format): Uint8Array => gather(encodeAs(format, source()));

/** Damaged files of a format; text that has another digit somewhere may be a file of its own. */
function damaged(format: Format): Damaged[] {
  const found: Damaged[] = [];
  const seeds = format === 'npz' || format === 'parquet' ? [7] : [7, 8];
  for (const [k, [, bytes]] of seeds
    .flatMap((seed) => mutations(good(format), new Random(seed)))
    .entries()) {
    try {
      decodeFile(bytes, layoutOf);
    } catch (error) {
      if (!(error instanceof FieldError)) throw error;
      const base64 = Buffer.from(bytes).toString('base64');
      found.push({ name: `damaged-${k}.${format}`, base64, message: error.message });
    }
  }
  return found.slice(0, FILES);
}

/** Each runtime's own parser of JSON has its own words. */
const withoutParser = (text: string): string => text.replace(/(JSON) \(.*$/s, '$1');

/** Gives the page files one after the other, by turns dropped and chosen; what it says to each, and when. */
const give = (page: Page, files: readonly Damaged[]): Promise<[string, number][]> =>
  page.evaluate(async (list) => {
    const lab = document.querySelector('grok-lab') as HTMLElement;
    const root = lab.shadowRoot as ShadowRoot;
    const input = root
      .querySelector('grok-take-out')
      ?.shadowRoot?.querySelector('#file') as HTMLInputElement;
    const said: [string, number][] = [];
    for (const [k, { name, base64 }] of list.entries()) {
      const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
      const data = new DataTransfer();
      data.items.add(new File([bytes], name));
      const begun = performance.now();
      if (k % 2 === 0) {
        lab.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true }));
      } else {
        input.files = data.files;
        input.dispatchEvent(new Event('change'));
      }
      const notice = (): string => root.querySelector('.notice p')?.textContent ?? '';
      while (!notice().startsWith(name) && performance.now() - begun < 10_000) {
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
      said.push([notice(), performance.now() - begun]);
    }
    return said;
  }, files);

describe('200 damaged files on the page', () => {
  const browser = useBrowser({ webgpu: false });
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'grokscope-damaged-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('are refused in words, at once, and what is on screen stays', async () => {
    const page = await open(browser(), { hash: link(SMALL) });
    const status = (): Promise<string> => page.locator('grok-progress .status').innerText();
    await expect.poll(status, SOON).toMatch(/35 of 35 replicas · done/);
    await page.getByText('Map as a table').click();
    const map = (): Promise<string> =>
      page.getByRole('region', { name: 'Map as a table' }).innerText();
    const [before, hash] = [await map(), new URL(page.url()).hash];
    let longest = 0;
    for (const format of FORMATS) {
      const files = damaged(format);
      expect(files).toHaveLength(FILES);
      const said = await give(page, files);
      expect(said.map(([text]) => withoutParser(text))).toEqual(
        files.map(({ name, message }) => withoutParser(`${name} cannot be opened. ${message}`)),
      );
      longest = Math.max(longest, ...said.map(([, milliseconds]) => milliseconds));
      expect(await map()).toBe(before);
      expect(await status()).toMatch(/35 of 35 replicas · done/);
      expect(new URL(page.url()).hash).toBe(hash);
    }
    console.info(`  longest time to refuse a damaged file: ${Math.round(longest)} ms`);
    // The page works: it shows a cell, a whole file, and runs.
    await page.locator('grok-heatmap .map').focus();
    await page.keyboard.press('Home');
    expect(await page.locator('grok-heatmap [aria-live]').innerText()).toMatch(/λ 0.2/);
    const whole = join(folder, 'whole.npz');
    writeFileSync(whole, good('npz'));
    await page.locator('grok-take-out #file').setInputFiles(whole);
    await expect.poll(status, SOON).toMatch(/17 of 17 replicas · 1 failed/);
    expect(await page.locator('.notice').count()).toBe(0);
    await page.goBack();
    await expect.poll(status, SOON).toMatch(/35 of 35 replicas · done/);
    await nextSweep(page, () => page.getByRole('button', { name: /^Run \d+ replicas/ }).click());
    await expect.poll(status, SOON).toMatch(/35 of 35 replicas · done/);
  });
});

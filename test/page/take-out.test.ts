import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, describe, expect, it } from 'vitest';
import { decodeFile } from '../../src/results/formats.ts';
import { SweepPlan } from '../../src/sweep/plan.ts';
import { noPython, PYTHON } from '../python.ts';
import { link, nextSweep, open, useBrowser, violations } from './harness.ts';

const SMALL = {
  samples: 24,
  horizon: 6,
  x: { over: 'lambda', from: 0.2, to: 0.8, step: 0.1 },
  y: { over: 'seed', from: 1, to: 5, step: 1 },
};

const done = (page: Page): Promise<void> =>
  expect
    .poll(() => page.locator('grok-progress .status').innerText(), { timeout: 60_000 })
    .toMatch(/35 of 35 replicas · done/) as unknown as Promise<void>;

const mapOf = async (page: Page): Promise<string> => {
  await page.getByText('Map as a table').click();
  return page.getByRole('region', { name: 'Map as a table' }).innerText();
};

const CLI = join(import.meta.dirname, '../../dist/cli.js');

describe('take out and bring in', () => {
  const browser = useBrowser({ webgpu: false });
  const folder = mkdtempSync(join(tmpdir(), 'grokscope-files-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  async function download(page: Page, name: string): Promise<string> {
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name, exact: true }).click(),
    ]);
    const path = join(folder, file.suggestedFilename());
    await file.saveAs(path);
    return path;
  }

  it('saves results in every format, and shows them again', async () => {
    const page = await open(browser(), { hash: link(SMALL) });
    await done(page);
    const before = await mapOf(page);
    const paths: string[] = [];
    for (const format of ['csv', 'npz', 'json', 'parquet']) {
      await page.locator('grok-take-out #format').selectOption(format);
      if (format === 'json') await page.getByLabel('with records').check();
      paths.push(await download(page, 'Save results'));
    }
    for (const path of paths) {
      const { table, provenance } = decodeFile(readFileSync(path), (spec) => new SweepPlan(spec));
      expect(table.done).toBe(35);
      expect(provenance).toMatchObject({
        program: 'grokscope',
        specHash: expect.stringMatching(/^[0-9a-f]{64}$/),
        engine: { kind: 'wasm' },
        deviceCheck: { passed: true },
      });
      // Only JSON has records.
      expect(table.recorded).toBe(path.endsWith('json') ? 35 : 0);
    }
    const other = await open(browser());
    await other.locator('grok-take-out #file').setInputFiles(paths[3] as string);
    await done(other);
    expect(await mapOf(other)).toBe(before);
    // Without records there are the accuracies of the file alone.
    expect(await other.locator('grok-view-bar select#accuracy option').allInnerTexts()).toEqual([
      ...['0.9', '0.95', '0.99'],
    ]);
    expect(await violations(other)).toEqual([]);
    // Dropped on the page, and one that is damaged.
    const bytes = readFileSync(paths[0] as string, 'utf8');
    const drop = (text: string, name: string): Promise<void> =>
      other.evaluate(
        ([content, file]) => {
          const data = new DataTransfer();
          data.items.add(new File([content], file));
          document
            .querySelector('grok-lab')
            ?.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true }));
        },
        [text, name] as const,
      );
    await drop(bytes.slice(0, -200), 'half.csv');
    await expect
      .poll(() => other.locator('.notice').innerText())
      .toMatch(/^half\.csv cannot be opened\. /);
    await nextSweep(other, () => drop(bytes, 'whole.csv'));
    await expect.poll(() => other.locator('.notice').count()).toBe(0);
    await done(other);
  });

  it('says of an opened file that is saved again what the file said, and mixes nothing into it', async () => {
    writeFileSync(join(folder, 'own.json'), JSON.stringify(SMALL));
    const path = join(folder, 'of-the-cpu.json');
    const run = ['run', 'own.json', '--engine', 'cpu', '--quiet', '--trajectories', '--out', path];
    execFileSync(process.execPath, [CLI, ...run], { cwd: folder, stdio: 'ignore' });
    const read = (file: string) => decodeFile(readFileSync(file), (spec) => new SweepPlan(spec));
    const page = await open(browser());
    await page.locator('grok-take-out #file').setInputFiles(path);
    await done(page);
    await page.locator('grok-take-out #format').selectOption('json');
    const again = await download(page, 'Save results');
    expect(read(again).provenance).toEqual(read(path).provenance);
    // Pictures and links name the engine of the file, and there are no more seeds of another one.
    await page.getByText('Pictures and Python').click();
    const picture = readFileSync(await download(page, 'Save SVG'), 'utf8');
    expect(picture).toMatch(/CPU · \d+ workers?,/);
    await page.locator('grok-heatmap .u-over').click();
    const href = await page
      .locator('grok-inspector')
      .evaluate((element) => (element as unknown as { linkOf(i: number): string }).linkOf(0));
    expect(decodeURIComponent(href)).toMatch(/replay=cpu:/);
    expect(await page.getByLabel('More seeds').count()).toBe(0);
    // A run of the page's own has its own origin again.
    await page.getByRole('button', { name: /^Run/ }).click();
    // The file is done as well; only what the page has run takes more seeds.
    await page.getByLabel('More seeds').waitFor({ timeout: 60_000 });
    await done(page);
    await page.locator('grok-take-out #format').selectOption('json');
    expect(read(await download(page, 'Save results')).provenance).toMatchObject({
      engine: { kind: 'wasm' },
    });
  });

  it('opens what the shards of a grid were merged into, in every format', async () => {
    writeFileSync(join(folder, 'small.json'), JSON.stringify(SMALL));
    const grokscope = (...args: string[]): unknown =>
      execFileSync(process.execPath, [CLI, ...args], { cwd: folder, stdio: 'ignore' });
    for (const shard of ['1/2', '2/2']) {
      grokscope('run', 'small.json', '--shard', shard, '--out', 'grid', '--engine', 'wasm');
    }
    const page = await open(browser(), { hash: link(SMALL) });
    await done(page);
    const live = await mapOf(page);
    for (const format of ['parquet', 'npz', 'csv', 'json']) {
      grokscope('merge', 'grid', '--out', `merged.${format}`);
      const other = await open(browser());
      const file = join(folder, `merged.${format}`);
      await other.locator('grok-take-out #file').setInputFiles(file);
      await done(other);
      expect(await mapOf(other), format).toBe(live);
    }
  });

  it('draws every picture as SVG and PNG, with a caption', async () => {
    const page = await open(browser(), { hash: `${link(SMALL)}&cells=1,0,2,4` });
    await done(page);
    await page.getByText('Pictures and Python').click();
    const select = page.locator('grok-take-out #picture');
    await select.waitFor();
    const names = await select.locator('option').allInnerTexts();
    expect(names.map((name) => name.trim())).toEqual(
      expect.arrayContaining([
        'Map of t_test(0.95)',
        'Median of t_test(0.95) over seeds',
        'Loss',
        'Test accuracy',
      ]),
    );
    for (const [k, name] of names.entries()) {
      await select.selectOption(String(k));
      const path = await download(page, 'Save SVG');
      const text = readFileSync(path, 'utf8');
      // Whole XML, with text that is text, and nothing that is not a number.
      const faults = await page.evaluate((svg) => {
        const document_ = new DOMParser().parseFromString(svg, 'image/svg+xml');
        return document_.querySelector('parsererror')?.textContent ?? '';
      }, text);
      expect([name, faults]).toEqual([name, '']);
      expect(text).toContain('Grokscope.</text>');
      expect(text).toMatch(/WebAssembly|float32/);
      expect(text).not.toMatch(/NaN|Infinity|undefined/);
    }
    await select.selectOption('0');
    const png = readFileSync(await download(page, 'Save PNG'));
    expect(png.readUInt32BE(16)).toBe(1440);
  });

  it.skipIf(noPython)('has Python that redraws the map from the file', async () => {
    const page = await open(browser(), { hash: link(SMALL) });
    await done(page);
    const path = await download(page, 'Save results');
    await page.getByText('Pictures and Python').click();
    const snippet = await page.locator('grok-take-out pre').innerText();
    // What is drawn is printed: matplotlib is not among what the tests install.
    mkdirSync(join(folder, 'matplotlib'));
    writeFileSync(join(folder, 'matplotlib/__init__.py'), '');
    writeFileSync(
      join(folder, 'matplotlib/pyplot.py'),
      'import json\ndef pcolormesh(x, y, z): print(json.dumps([list(map(float, x)), list(map(int, y)), z.astype(object).where(z.notna(), None).values.tolist()]))\ndef xlabel(*_): pass\nylabel = show = xlabel\ndef colorbar(_, label): pass\n',
    );
    writeFileSync(join(folder, 'draw.py'), snippet);
    const out = execFileSync(PYTHON, ['draw.py'], { cwd: folder, encoding: 'utf8' });
    const [x, y, grid] = JSON.parse(out) as [number[], number[], (number | null)[][]];
    const { table } = decodeFile(readFileSync(path), (spec) => new SweepPlan(spec));
    expect(x).toEqual([0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8]);
    expect(y).toEqual([1, 2, 3, 4, 5]);
    const expected = y.map((_, iy) =>
      x.map((_, ix) => {
        const crossing = table.testTime(iy * 7 + ix, 1);
        return crossing.state === 'crossed' ? crossing.log10t : null;
      }),
    );
    expect(grid).toEqual(expected);
  });
});

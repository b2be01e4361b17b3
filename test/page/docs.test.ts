import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createServer } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GROUPS, names } from '../../scripts/docs.js';
import { emptyPage, open, overflow, useBrowser, violations } from './harness.ts';
import { serveProject } from './static.ts';

const ROOT = join(import.meta.dirname, '../..');
const SITE = join(ROOT, 'dist/page');
const PAGES = readdirSync(join(SITE, 'docs')).filter((file) => file.endsWith('.html'));

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const all = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map(([, found]) => found as string);

/** Addresses in a page that lead nowhere. */
function broken(folder: string, file: string, html: string): string[] {
  return all(html, /(?:href|src)="([^"]+)"/g).filter((address) => {
    if (/^(https?:|data:)/.test(address)) return false;
    const [path, anchor] = address.split('#') as [string, string | undefined];
    const target = path === '' ? join(folder, file) : join(folder, path);
    if (address.startsWith('/') || !existsSync(target)) return true;
    // The laboratory's own anchors are states, not places.
    if (anchor === undefined || target === join(SITE, 'index.html')) return false;
    return !readFileSync(target, 'utf8').includes(`id="${decodeURIComponent(anchor)}"`);
  });
}

describe('the documentation', () => {
  it('has every page in its navigation', () => {
    const listed = GROUPS.flatMap((group) => group.names);
    const written = readdirSync(join(ROOT, 'docs')).filter((file) => file.endsWith('.md'));
    expect(listed.map((name) => `${name}.md`).sort()).toEqual(written.sort());
    expect(PAGES).toHaveLength(written.length);
    expect(names()).toEqual(listed);
  });

  it.each(PAGES)('has no dead link in %s', (file) => {
    const html = readFileSync(join(SITE, 'docs', file), 'utf8');
    expect(html).toMatch(/<h1>[^<]+/);
    expect(broken(join(SITE, 'docs'), file, html)).toEqual([]);
  });

  it('would see a dead link', () => {
    const html = '<a href="theory.html#nowhere"><img src="no.png"><a href="/x">';
    expect(broken(join(SITE, 'docs'), 'index.html', html)).toHaveLength(3);
  });

  it.each(['README.md', ...names().map((name) => `docs/${name}.md`)])(
    'has links in %s that work on a code host',
    (file) => {
      const links = all(read(file), /\]\(([^)\s]+)\)/g);
      const dead = links.filter((link) => {
        const [path] = link.split('#') as [string];
        return path !== '' && !/^https?:/.test(link) && !existsSync(join(ROOT, file, '..', path));
      });
      expect(dead).toEqual([]);
    },
  );

  it('shows the host in React as the example has it', () => {
    const text = read('docs/embed.md');
    for (const [language, file] of [
      ['tsx', 'scope.tsx'],
      ['ts', 'grok-scope.d.ts'],
    ]) {
      expect(text).toContain(`\`\`\`${language}\n${read(`examples/embed/react/${file}`)}\`\`\``);
    }
  });

  it('has pictures with words for those who do not see them, of less than 300 kB', () => {
    const pictures = readdirSync(join(ROOT, 'docs/pictures'));
    const used = ['README.md', ...names().map((name) => `docs/${name}.md`)].flatMap((file) =>
      [...read(file).matchAll(/!\[([^\]]*)\]\((?:docs\/)?pictures\/([^)]+)\)/g)].map(
        ([, words = '', picture]) => {
          expect(words.length).toBeGreaterThan(15);
          return picture;
        },
      ),
    );
    expect([...new Set(used)].sort()).toEqual(pictures.sort());
    for (const picture of pictures) {
      expect(statSync(join(ROOT, 'docs/pictures', picture)).size).toBeLessThan(300_000);
    }
  });

  it('is one link away from every page', () => {
    for (const page of ['index.html', 'paper.html']) {
      expect(readFileSync(join(SITE, page), 'utf8')).toContain('href="docs/index.html"');
    }
  });

  it('is served while developing', async () => {
    const server = await createServer({
      root: ROOT,
      server: { port: 0, host: '127.0.0.1' },
      logLevel: 'error',
    });
    await server.listen();
    const url = server.resolvedUrls?.local[0] as string;
    for (const [file, type] of [
      ['', 'text/html'],
      ['guide.html', 'text/html'],
      ['docs.css', 'text/css'],
      ['pictures/lab.png', 'image/png'],
    ]) {
      const response = await fetch(`${url}docs/${file}`);
      expect([file, response.status, response.headers.get('content-type')]).toEqual([
        ...[file, 200, type],
      ]);
    }
    await server.close();
  });
});

describe('the library in the documentation', () => {
  const text = read('docs/api.md');

  it('has an example that runs, and prints what the page says', () => {
    const project = mkdtempSync(join(tmpdir(), 'grokscope-api-'));
    mkdirSync(join(project, 'node_modules'));
    symlinkSync(ROOT, join(project, 'node_modules/grokscope'));
    writeFileSync(join(project, 'sweep.mjs'), all(text, /```js\n([\s\S]*?)```/g)[0] as string);
    const printed = execFileSync('node', ['sweep.mjs'], { cwd: project, encoding: 'utf8' });
    rmSync(project, { recursive: true });
    expect(printed.trim().split('\n').at(-1)).toBe('true');
    expect(printed.trim()).toBe(all(text, /```text\n([\s\S]*?)```/g)[0]?.trim());
  });

  it('names everything that there is, and nothing else', () => {
    const exported = all(read('src/index.ts'), /export (?:type )?\{([^}]*)\}/g)
      .flatMap((list) => list.split(','))
      .map((name) => name.replace('type ', '').trim())
      .filter(Boolean);
    const named = all(text, /^\| (`.*?) \|/gm)
      .flatMap((cell) => all(cell, /`(\w+)/g))
      .filter((name) => name !== 'name');
    expect(named.sort()).toEqual(exported.sort());
  });
});

describe('the pages of the documentation', () => {
  const browser = useBrowser({ webgpu: false });
  let server: Awaited<ReturnType<typeof serveProject>>;
  beforeAll(async () => {
    server = await serveProject({});
  });
  afterAll(() => server.close());

  it.each(PAGES)(
    'are accessible, fit and stay in their folder, here a subfolder: %s',
    async (file) => {
      const page = await emptyPage(browser());
      const strays: string[] = [];
      page.on('request', (request) => {
        const url = request.url();
        // The icon is in the page.
        if (!url.startsWith(`${server.url}/dist/page/docs/`) && !url.startsWith('data:'))
          strays.push(url);
      });
      await page.goto(`${server.url}/dist/page/docs/${file}`);
      expect(await violations(page)).toEqual([]);
      await page.emulateMedia({ colorScheme: 'dark' });
      // Nothing but colours is different.
      expect(await violations(page, 'color-contrast')).toEqual([]);
      // A phone, and a window at 200 %.
      for (const [width, height] of [
        [390, 844],
        [720, 450],
      ] as const) {
        await page.setViewportSize({ width, height });
        expect(await overflow(page)).toBeLessThanOrEqual(0);
      }
      expect(strays).toEqual([]);
    },
  );

  it('are operated by keyboard, with navigation that folds on a phone', async () => {
    const page = await open(browser(), { path: 'docs/theory.html', width: 390, height: 844 });
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the text');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('text');
    const entry = page.getByRole('navigation', { name: 'Documentation' }).getByText('Numerics');
    expect(await entry.isVisible()).toBe(false);
    await page.getByText('All pages').press('Enter');
    expect(await entry.isVisible()).toBe(true);
    await entry.press('Enter');
    await page.waitForURL('**/docs/numerics.html');
    expect(await page.locator('.all [aria-current]').textContent()).toBe('Numerics');
    await page.setViewportSize({ width: 1440, height: 900 });
    // With room they are open, and the sections lead to their places.
    expect(await entry.isVisible()).toBe(true);
    const sections = page.getByRole('navigation', { name: 'On this page' });
    await sections.getByText('Training in steps').click();
    await expect.poll(() => new URL(page.url()).hash).toBe('#training-in-steps');
    await expect
      .poll(() => page.locator('#training-in-steps').evaluate((e) => e.getBoundingClientRect().top))
      .toBeLessThan(60);
    await page.getByRole('navigation', { name: 'Previous' }).getByText('Previous').click();
    await page.waitForURL('**/docs/prediction.html');
  });

  it('print without their navigation', async () => {
    const page = await open(browser(), { path: 'docs/guide.html' });
    await page.emulateMedia({ media: 'print' });
    for (const selector of ['header', '.all', '.sections', '.steps']) {
      expect(await page.locator(selector).isVisible()).toBe(false);
    }
    expect(await page.locator('article h1').isVisible()).toBe(true);
  });

  it('work from a folder, with no server', async () => {
    const page = await emptyPage(browser());
    await page.goto(pathToFileURL(join(SITE, 'docs/index.html')).href);
    await page.getByRole('link', { name: 'Guide' }).first().click();
    await page.waitForURL('**/guide.html');
    expect(await page.locator('.columns').evaluate((e) => getComputedStyle(e).display)).toBe(
      'grid',
    );
  });
});

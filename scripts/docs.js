/**
 * The documentation as pages beside the laboratory, from the Markdown in docs/, which a code host shows
 * as it is. A plugin of Vite writes them into `docs/` of the build and serves them while developing. Pages
 * have no scripts, and every address in them is relative: any host serves them, from any folder.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Marked, Renderer } from 'marked';
import { theme } from '../src/ui/theme.ts';

const ROOT = join(import.meta.dirname, '..');
const FOLDER = join(ROOT, 'docs');

/** What the pages are called in Markdown and in the order of the navigation. */
export const GROUPS = [
  { title: 'Use', names: ['start', 'guide', 'faq'] },
  { title: 'Theory', names: ['theory', 'prediction', 'numerics'] },
  { title: 'Build with it', names: ['embed', 'element', 'api', 'file-format'] },
  { title: 'In a terminal', names: ['command-line', 'cluster'] },
  { title: 'The project', names: ['architecture', 'performance', 'dependencies'] },
];

const ORDER = GROUPS.flatMap(({ names }) => names);

/** The first page is what a host shows for the folder. */
const FIRST = 'start';

/** @param {string} name */
const fileOf = (name) => (name === FIRST ? 'index.html' : `${name}.html`);

/**
 * @typedef {{ depth: number, id: string, html: string }} Heading
 * @typedef {{ title: string, about: string, html: string, headings: Heading[] }} Page
 */

/** @param {string} html */
const textOf = (html) => html.replace(/<[^>]*>/g, '');

/**
 * The anchor of a heading, as code hosts make it.
 * @param {string} text
 */
const slug = (text) =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}\s_-]/gu, '')
    .replace(/\s/g, '-');

/**
 * Where a link leads on the site; null where it leads out of docs/, to files that the site does not have.
 * @param {string} href
 */
function target(href) {
  if (/^(https?:|#)/.test(href)) return href;
  const [, name, rest = ''] = /^([\w-]+)\.md(#.*)?$/.exec(href) ?? [];
  if (name !== undefined) return fileOf(name) + rest;
  return href.startsWith('../') ? null : href;
}

/**
 * @param {string} source Markdown
 * @returns {Page}
 */
export function render(source) {
  /** @type {Heading[]} */
  const headings = [];
  /** @type {Map<string, number>} */
  const taken = new Map();
  const plain = new Renderer();
  const marked = new Marked({
    renderer: {
      heading({ tokens, depth }) {
        const html = this.parser.parseInline(tokens);
        if (depth === 1) return `<h1>${html}</h1>\n`;
        const base = slug(textOf(html).replace(/&[a-z#0-9]+;/g, ''));
        const times = taken.get(base) ?? 0;
        taken.set(base, times + 1);
        const id = times === 0 ? base : `${base}-${times}`;
        headings.push({ depth, id, html });
        return `<h${depth} id="${id}"><a href="#${id}">${html}</a></h${depth}>\n`;
      },
      link({ href, tokens }) {
        const html = this.parser.parseInline(tokens);
        const to = target(href);
        return to === null ? html : `<a href="${to}">${html}</a>`;
      },
      // What is wider than the page scrolls by itself, with the keyboard as well.
      code(token) {
        return plain.code.call(this, token).replace('<pre>', '<pre tabindex="0">');
      },
      table(token) {
        const html = plain.table.call(this, token).replace(/<th([^>]*)><\/th>/g, '<td$1></td>');
        return `<div class="table" role="group" aria-label="Table" tabindex="0">${html}</div>\n`;
      },
      // Comments are for those who edit.
      html: () => '',
    },
  });
  const html = /** @type {string} */ (marked.parse(source));
  const title = textOf(/<h1>(.*?)<\/h1>/.exec(html)?.[1] ?? '');
  const about = textOf(/<p>([\s\S]*?)<\/p>/.exec(html)?.[1] ?? '').replace(/\s+/g, ' ');
  return { title, about, html, headings };
}

/** Names of the pages: those of the navigation, then any other. */
export function names() {
  const found = readdirSync(FOLDER)
    .filter((file) => file.endsWith('.md'))
    .map((file) => basename(file, '.md'));
  return [
    ...ORDER.filter((name) => found.includes(name)),
    ...found.filter((name) => !ORDER.includes(name)),
  ];
}

/** The whole site: contents by file name. */
export function site() {
  const pages = names().map((name) => ({
    name,
    ...render(readFileSync(join(FOLDER, `${name}.md`), 'utf8')),
  }));
  /** @type {Map<string, string | Buffer>} */
  const files = new Map();
  pages.forEach((page, k) => {
    files.set(fileOf(page.name), documentOf(page, pages, pages[k - 1], pages[k + 1]));
  });
  files.set('docs.css', style());
  for (const picture of readdirSync(join(FOLDER, 'pictures'))) {
    files.set(`pictures/${picture}`, readFileSync(join(FOLDER, 'pictures', picture)));
  }
  return files;
}

/** The colours of the elements, the head of the other pages, and what is the documentation's own. */
function style() {
  const own = readFileSync(join(import.meta.dirname, 'docs.css'), 'utf8');
  const pages = readFileSync(join(ROOT, 'src/page.css'), 'utf8');
  return [pages, theme.cssText.replaceAll(':host', ':root'), own].join('\n');
}

/**
 * @typedef {Page & { name: string }} Named
 * @param {Named} page
 * @param {Named[]} pages
 * @param {Named | undefined} before
 * @param {Named | undefined} after
 */
function documentOf(page, pages, before, after) {
  /** @param {string} name */
  const entry = (name) => {
    const at = pages.find((each) => each.name === name);
    if (!at) return '';
    const current = name === page.name ? ' aria-current="page"' : '';
    return `<li><a href="${fileOf(name)}"${current}>${at.title}</a></li>`;
  };
  const groups = GROUPS.map(
    ({ title, names: list }) => `<h2>${title}</h2><ul>${list.map(entry).join('')}</ul>`,
  );
  const sections = page.headings
    .filter(({ depth }) => depth <= 3)
    .map(({ depth, id, html }) => `<li class="depth-${depth}"><a href="#${id}">${html}</a></li>`);
  /**
   * @param {Named | undefined} to
   * @param {string} rel
   * @param {string} word
   */
  const step = (to, rel, word) =>
    to
      ? `<a rel="${rel}" href="${fileOf(to.name)}"><small>${word}</small> ${to.title}</a>`
      : '<span></span>';
  const icon = /<link rel="icon"[\s\S]*?\/>/.exec(
    readFileSync(join(ROOT, 'index.html'), 'utf8'),
  )?.[0];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<meta name="color-scheme" content="light dark" />
<meta name="description" content="${page.about.replace(/"/g, '&quot;')}" />
<title>${page.title} – Grokscope</title>
${icon}
<link rel="stylesheet" href="docs.css" />
</head>
<body>
<a class="skip" href="#text">Skip to the text</a>
<header>
<a class="name" href="../index.html">Grokscope</a>
<nav class="pages" aria-label="Pages">
<a href="../index.html">Laboratory</a>
<a href="../index.html#tour=1">Tour</a>
<a href="../paper.html">The paper, checked</a>
<a href="index.html" aria-current="true">Docs</a>
</nav>
</header>
<div class="columns">
<nav class="all" aria-label="Documentation">
<details><summary>All pages</summary>${groups.join('\n')}</details>
</nav>
<main id="text" tabindex="-1">
${
  sections.length > 1
    ? `<nav class="sections" aria-label="On this page">
<details><summary>On this page</summary><ul>${sections.join('\n')}</ul></details>
</nav>`
    : ''
}
<article>
${page.html}
</article>
<nav class="steps" aria-label="Previous and next page">
${step(before, 'prev', 'Previous')}
${step(after, 'next', 'Next')}
</nav>
</main>
</div>
</body>
</html>
`;
}

/** @type {Record<string, string>} */
const TYPES = { html: 'text/html', css: 'text/css', png: 'image/png', svg: 'image/svg+xml' };

/** @returns {import('vite').Plugin} */
export function docs() {
  return {
    name: 'docs',
    generateBundle() {
      for (const [file, source] of site()) {
        this.emitFile({ type: 'asset', fileName: `docs/${file}`, source });
      }
    },
    configureServer(server) {
      server.middlewares.use('/docs', ({ url = '' }, response, next) => {
        const file = new URL(url, 'http://x').pathname.slice(1) || 'index.html';
        const body = site().get(file);
        if (body === undefined) return next();
        response.setHeader('content-type', TYPES[file.split('.').at(-1) ?? ''] ?? '');
        response.end(body);
      });
    },
  };
}

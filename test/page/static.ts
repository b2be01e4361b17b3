/** A server of the project's own files, for pages that use what the build makes. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.css': 'text/css',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
};

/** Serves until `close`; pages of the test by their path, all others from the project's folder. */
export async function serveProject(pages: Readonly<Record<string, string>>) {
  const server = createServer(({ url = '/' }, response) => {
    // Browsers ask for it where a page has none; no test is about that.
    if (url === '/favicon.ico') {
      response.writeHead(204).end();
      return;
    }
    const path = normalize(new URL(url, 'http://x').pathname);
    try {
      const body = pages[path] ?? readFileSync(join(ROOT, path));
      const type = pages[path] ? TYPES['.html'] : TYPES[extname(path)];
      response.writeHead(200, { 'content-type': type ?? 'application/octet-stream' });
      response.end(body);
    } catch {
      response.writeHead(404);
      response.end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, close: () => server.close() };
}

import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliDecompress, gzip } from 'node:zlib';
import express, { type Router } from 'express';
import { noDevices, ownFiles, securePage } from '../http/content-security-policy.js';
import { createFileCache } from '../http/file-cache.js';
import { discardBody, requireMethod } from '../http/front-door.js';

const namesIn = (folder: string): ReadonlySet<string> => {
  try {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
    return new Set(files.map((file) => file.slice(folder.length + 1).replaceAll('\\', '/')));
  } catch {
    return new Set();
  }
};

const decompress = promisify(brotliDecompress);
const compressWithGzip = promisify(gzip);

/**
 * Creates the router of the documentation. Only names found at start are served, which prevents path traversal. Text
 * files are stored and sent compressed.
 */
export function createDocumentationRouter(folder: string): Router {
  const names = namesIn(folder);
  const readDecompressed = createFileCache(async (name) => decompress(await readFile(join(folder, name))));
  const readGzip = createFileCache(async (name) =>
    compressWithGzip(await decompress(await readFile(join(folder, name)))),
  );
  const pages = express.Router();
  pages.use(discardBody, securePage(ownFiles, { 'Permissions-Policy': noDevices }), (request, response, next) => {
    requireMethod({ request, response }, ['GET', 'HEAD']);
    next();
  });
  pages.get('/{*path}', async (request, response, next) => {
    if (!request.originalUrl.startsWith(`${request.baseUrl}/`)) return response.redirect(308, `${request.baseUrl}/`);
    const name = request.path.slice(1).replace(/(^|\/)$/, '$1index.html');
    const text = `${name}.br`;
    const isPicture = name.startsWith('pictures/') && names.has(name);
    if (!names.has(text) && !isPicture) {
      const page = ['.html', '/index.html'].find((end) => names.has(`${name}${end}.br`));
      if (page === undefined) return next();
      return response.redirect(308, `${request.baseUrl}/${name}${page.replace('index.html', '')}`);
    }
    // The lifetime is short, because a new release changes pages without changing their URLs.
    response.set('Cache-Control', 'public, max-age=300');
    if (!names.has(text)) {
      return response.sendFile(name, { root: folder, cacheControl: false, lastModified: false });
    }
    response.type(extname(name)).vary('Accept-Encoding');
    if (request.acceptsEncodings('br') === false) {
      if (request.acceptsEncodings('gzip') === false) return response.send(await readDecompressed(text));
      return response.set('Content-Encoding', 'gzip').send(await readGzip(text));
    }
    response.set('Content-Encoding', 'br');
    return response.sendFile(text, { root: folder, cacheControl: false, lastModified: false });
  });
  return pages;
}

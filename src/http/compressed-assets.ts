import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { RequestHandler } from 'express';
import { createFileCache } from './file-cache.js';

const compressWithGzip = promisify(gzip);

const typeByEnding = {
  js: 'text/javascript',
  css: 'text/css',
  svg: 'image/svg+xml',
  wasm: 'application/wasm',
} as const;
const isCompressible = (ending: string): ending is keyof typeof typeByEnding => Object.hasOwn(typeByEnding, ending);

/**
 * Creates a handler for compressed assets: Brotli from the build, or gzip, which is made at the first request. Names of
 * assets contain a digest, so browsers may cache them.
 */
export function createCompressedAssets(folder: string): RequestHandler<{ file: string }> {
  const root = join(folder, 'compressed');
  const readGzip = createFileCache(async (file) => compressWithGzip(await readFile(join(folder, 'assets', file))));
  return async (request, response, next) => {
    const { file } = request.params;
    const [, ending = ''] = /^[\w-]+\.(\w+)$/.exec(file) ?? [];
    if (!isCompressible(ending)) return next();
    // Set for the uncompressed file too, so that caches distinguish both.
    response.vary('Accept-Encoding');
    // Brotli is preferred, whatever the order in the header.
    const encoding = request.acceptsEncodings('br') || request.acceptsEncodings('gzip');
    if (encoding === false) return next();
    const bytes = encoding === 'gzip' ? await readGzip(file).catch(() => null) : null;
    if (encoding === 'gzip' && bytes === null) return next();
    response.type(typeByEnding[ending]).set({
      'Content-Encoding': encoding,
      'Cache-Control': 'public, max-age=31536000, immutable',
    });
    if (bytes !== null) return void response.send(bytes);
    response.sendFile(`${file}.br`, { root, cacheControl: false, lastModified: false }, (error) => {
      if (error === undefined) return;
      // A reply that has begun cannot be replaced.
      if (response.headersSent) return void response.destroy();
      response.removeHeader('Content-Encoding');
      next();
    });
  };
}

import { join } from 'node:path';
import type { RequestHandler } from 'express';

const typeByEnding = {
  js: 'text/javascript',
  css: 'text/css',
  svg: 'image/svg+xml',
  wasm: 'application/wasm',
} as const;
const isCompressible = (ending: string): ending is keyof typeof typeByEnding => Object.hasOwn(typeByEnding, ending);

/** Creates a handler for precompressed assets. Their names contain a digest, so browsers may cache them. */
export function createCompressedAssets(folder: string): RequestHandler<{ file: string }> {
  const root = join(folder, 'compressed');
  return (request, response, next) => {
    const { file } = request.params;
    const [, ending = ''] = /^[\w-]+\.(\w+)$/.exec(file) ?? [];
    if (!isCompressible(ending)) return next();
    // Set for the uncompressed file too, so that caches distinguish both.
    response.vary('Accept-Encoding');
    if (request.acceptsEncodings('br') === false) return next();
    response.type(typeByEnding[ending]).set({
      'Content-Encoding': 'br',
      'Cache-Control': 'public, max-age=31536000, immutable',
    });
    response.sendFile(`${file}.br`, { root, cacheControl: false, lastModified: false }, (error) => {
      if (error === undefined) return;
      // A reply that has begun cannot be replaced.
      if (response.headersSent) return void response.destroy();
      response.removeHeader('Content-Encoding');
      next();
    });
  };
}

import { join } from 'node:path';
import type { RequestHandler } from 'express';

/** The kinds of assets that `vite.compress-assets.ts` compresses. */
const typeByEnding = {
  js: 'text/javascript',
  css: 'text/css',
  svg: 'image/svg+xml',
  wasm: 'application/wasm',
} as const;
const isCompressible = (ending: string): ending is keyof typeof typeByEnding => Object.hasOwn(typeByEnding, ending);

/**
 * Sends the compressed copy of an asset that the page's build made, if the browser accepts brotli. Everything else is left to
 * the next handler. Asset names hold a digest of their content, so browsers may keep them.
 * @param folder - what `vite build` made
 */
export function createCompressedAssets(folder: string): RequestHandler<{ file: string }> {
  const root = join(folder, 'compressed');
  return (request, response, next) => {
    const { file } = request.params;
    const [, ending = ''] = /^[\w-]+\.(\w+)$/.exec(file) ?? [];
    if (!isCompressible(ending)) return next();
    // Of the uncompressed file too, or a cache would send one browser what is for another.
    response.vary('Accept-Encoding');
    if (request.acceptsEncodings('br') === false) return next();
    response.type(typeByEnding[ending]).set({
      'Content-Encoding': 'br',
      'Cache-Control': 'public, max-age=31536000, immutable',
    });
    response.sendFile(`${file}.br`, { root, cacheControl: false, lastModified: false }, (error) => {
      if (error === undefined) return;
      // Of what was begun nothing can take the place: its reader has gone, or the file.
      if (response.headersSent) return void response.destroy();
      response.removeHeader('Content-Encoding');
      next();
    });
  };
}

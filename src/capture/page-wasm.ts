import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { RequestHandler } from 'express';

/**
 * Answers for a WebAssembly file with the compressed copy that the page's build made, where the browser takes it: a fifth
 * of the bytes. Everything else is left to what comes after.
 */
export function createWasmHandler(pageFolder: string): RequestHandler<{ name: string }> {
  const root = join(pageFolder, 'compressed');
  return (request, response, next) => {
    const file = `${request.params.name}.wasm.br`;
    response.vary('Accept-Encoding');
    if (request.acceptsEncodings('br') === false || !existsSync(join(root, file))) return next();
    response.set({
      'Content-Type': 'application/wasm',
      'Content-Encoding': 'br',
      'Cache-Control': 'public, max-age=31536000, immutable',
    });
    response.sendFile(file, { root, cacheControl: false, etag: false, lastModified: false });
  };
}

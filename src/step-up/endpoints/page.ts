import { readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import express, { type Express, type Request, type Response } from 'express';
import type { Brands } from '../../admin/brand/brands.js';
import { FaceError } from '../../errors.js';
import { discardBody } from '../../http/collect.js';
import { createCompressedAssets } from '../../http/compressed-assets.js';
import { ownFiles, securePage } from '../../http/content-security-policy.js';
import { pagePath } from '../../http/page-link.js';
import { addBrand } from './branded-page.js';
import { createModelHandler } from './page-models.js';

export interface PageFolders {
  readonly page: string;
  readonly models: string;
}

/** `wasm-unsafe-eval` allows the WebAssembly that guides the person, but no JavaScript from text. */
const policy = {
  ...ownFiles,
  'script-src': "'self' 'wasm-unsafe-eval'",
  'worker-src': "'self'",
  'img-src': "'self' blob: data:",
  'media-src': "'self' blob:",
} as const;

/** Lets a pop-up sign-in keep access to the window that opened it. */
const keepOpener = { 'Cross-Origin-Opener-Policy': 'unsafe-none' };

const secured = securePage(policy, {
  ...keepOpener,
  'Permissions-Policy':
    'camera=(self), publickey-credentials-get=(self), publickey-credentials-create=(self), microphone=(), geolocation=()',
});

export const securePreview = securePage({ ...policy, 'frame-ancestors': "'self'" }, keepOpener);

export function createPageReader({ page }: PageFolders, file: string): () => Promise<string> {
  let read: Promise<string> | null = null;
  return () => {
    read ??= readFile(join(page, file), 'utf8').catch((error: unknown) => {
      read = null;
      throw error;
    });
    return read;
  };
}

/**
 * Serves the capture page and its immutable assets.
 * @param keepDevice - handler that sets the cookie by which a browser is recognized
 */
export function mountPage(
  app: Express,
  folders: PageFolders,
  {
    brands,
    keepDevice = null,
    file = 'index.html',
  }: {
    readonly brands: Brands | null;
    readonly keepDevice?: ((request: Request, response: Response) => void) | null;
    readonly file?: 'index.html' | 'presence.html';
  },
): void {
  const readPage = createPageReader(folders, file);
  const page = express.Router();
  page.use(secured);
  page.get(['/', '/kiosk', '/not-me'], discardBody, async (request, response) => {
    if (request.path !== '/not-me') keepDevice?.(request, response);
    const [html, brand] = await Promise.all([readPage(), brands?.inForce() ?? null]);
    response.type('html').send(addBrand(html, brand));
  });
  const kept = {
    cacheControl: false,
    index: false,
    redirect: false,
    setHeaders: (response: ServerResponse) =>
      response.setHeader('Cache-Control', 'public, max-age=31536000, immutable'),
  };
  // A service worker controls only pages below its path, so it is served next to the page. It is not cached.
  page.get('/notice-worker.js', discardBody, (_request, response) =>
    response.sendFile('notice-worker.js', { root: folders.page, cacheControl: false }),
  );
  page.get('/models/:name.onnx', discardBody, createModelHandler(folders.models));
  page.use('/assets', discardBody);
  page.get('/assets/:file', createCompressedAssets(folders.page));
  page.use('/assets', express.static(`${folders.page}/assets`, kept), () => {
    throw new FaceError('not_found');
  });
  app.use(pagePath, page);
}

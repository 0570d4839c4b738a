import type { ServerResponse } from 'node:http';
import express, { type Router } from 'express';
import { isSameOrigin } from '../../core/base/same-origin.js';
import { FaceError } from '../../errors.js';
import { createCompressedAssets } from '../../http/compressed-assets.js';
import { noDevices, ownFiles, securePage } from '../../http/content-security-policy.js';
import { discardBody } from '../../http/front-door.js';
import { findEmailPreview } from '../../notifications/email/shown.js';
import type { ConsoleDeps } from './deps.js';

/**
 * The preview may use inline styles only: no scripts, forms or external content. It is in a sandbox with an opaque
 * origin, and only the console may frame it.
 */
const securedPreview = securePage({ 'style-src': "'unsafe-inline'", 'frame-ancestors': "'self'", sandbox: '' });

export function mountEmailPreviews(router: Router, deps: Pick<ConsoleDeps, 'state' | 'issuer'>): void {
  router.get('/email-preview/:digest', securedPreview, async (request, response) => {
    if (!isSameOrigin(request.headers, deps.issuer)) throw new FaceError('not_found');
    const html = await findEmailPreview(request.params.digest, deps);
    if (html === null) throw new FaceError('not_found');
    // The sandbox already isolates the page by an opaque origin.
    response.removeHeader('Origin-Agent-Cluster');
    response.type('html').send(html);
  });
}

const secured = securePage(
  { ...ownFiles, 'img-src': "'self' data:", 'frame-src': "'self'", 'form-action': "'self'" },
  { 'Permissions-Policy': noDevices },
);

export function createPageRouter(folder: string): Router {
  const page = express.Router();
  page.use(discardBody, secured);
  page.get('/assets/:file', createCompressedAssets(folder));
  page.use(
    '/assets',
    express.static(`${folder}/assets`, { ...unmarked, index: false, redirect: false, setHeaders: kept }),
    () => {
      throw new FaceError('not_found');
    },
  );
  // The route is a pattern without parameters, because the router would decode a parameter and fail on malformed
  // percent-encoding.
  page.get(/.*/, ({ path, baseUrl }, response) => {
    if (!isReadable(path)) return response.redirect(303, baseUrl);
    response.sendFile('index.html', { root: folder, ...unmarked, etag: false });
  });
  return page;
}

function isReadable(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

const unmarked = { cacheControl: false, lastModified: false } as const;

const kept = (response: ServerResponse): void => {
  response.setHeader('Cache-Control', 'public, max-age=31536000, immutable');
};

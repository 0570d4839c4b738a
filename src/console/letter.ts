import type { Router } from 'express';
import { findShown } from '../core/letters/shown.js';
import { FaceError } from '../errors.js';
import { securePage } from '../http/content-security-policy.js';
import { isSameOrigin } from '../http/same-origin.js';
import type { ConsoleDeps } from './deps.js';

/** Inline styles only: no script, form or external content, in their own origin, and only in a frame of the console. */
const secured = securePage({ 'style-src': "'unsafe-inline'", 'frame-ancestors': "'self'", sandbox: '' });

/** Serves e-mail previews, only to the console's frame. */
export function routeLetters(router: Router, deps: Pick<ConsoleDeps, 'state' | 'issuer'>): void {
  router.get('/letter/:digest', secured, async (request, response) => {
    if (!isSameOrigin(request.headers, deps.issuer)) throw new FaceError('not_found');
    const html = await findShown(request.params.digest, deps);
    if (html === null) throw new FaceError('not_found');
    // It has its own origin already.
    response.removeHeader('Origin-Agent-Cluster');
    response.type('html').send(html);
  });
}

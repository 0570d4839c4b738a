import type { Router } from 'express';
import { findShown } from '../core/letters/shown.js';
import { FaceError } from '../errors.js';
import { securePage } from '../http/content-security-policy.js';
import { isSameOrigin } from '../http/same-origin.js';
import type { ConsoleDeps } from './deps.js';

/**
 * A letter brings its own inline styles, as mail programs want them, and shows nothing else: no script, no form, nothing from
 * anywhere, in an origin of its own, and in a frame of the console alone.
 */
const secured = securePage({ 'style-src': "'unsafe-inline'", 'frame-ancestors': "'self'", sandbox: '' });

/** Serves letters that are looked at before they leave. Whoever is sent the address sees nothing: it is for the frame. */
export function routeLetters(router: Router, deps: Pick<ConsoleDeps, 'state' | 'issuer'>): void {
  router.get('/letter/:digest', secured, async (request, response) => {
    if (!isSameOrigin(request.headers, deps.issuer)) throw new FaceError('not_found');
    const html = await findShown(request.params.digest, deps);
    if (html === null) throw new FaceError('not_found');
    // It is in an origin of its own already: there is no cluster of ours to keep it from.
    response.removeHeader('Origin-Agent-Cluster');
    response.type('html').send(html);
  });
}

import type { Router } from 'express';
import { FaceError } from '../../errors.js';
import { securePage } from '../../http/content-security-policy.js';
import { isSameOrigin } from '../../http/same-origin.js';
import { findShown } from '../../notifications/email/shown.js';
import type { ConsoleDeps } from './deps.js';

/**
 * The preview may use inline styles only: no scripts, forms or external content. It is in a sandbox with an opaque
 * origin, and only the console may frame it.
 */
const secured = securePage({ 'style-src': "'unsafe-inline'", 'frame-ancestors': "'self'", sandbox: '' });

export function routeLetters(router: Router, deps: Pick<ConsoleDeps, 'state' | 'issuer'>): void {
  router.get('/letter/:digest', secured, async (request, response) => {
    if (!isSameOrigin(request.headers, deps.issuer)) throw new FaceError('not_found');
    const html = await findShown(request.params.digest, deps);
    if (html === null) throw new FaceError('not_found');
    response.removeHeader('Origin-Agent-Cluster');
    response.type('html').send(html);
  });
}

import type { KoaContextWithOIDC } from 'oidc-provider';
import { paths } from '../connections/openid-paths.js';
import { contentSecurityPolicy } from '../http/content-security-policy.js';
import type { PublicKey } from '../storage/keys/oidc-key-set.js';
import type { Provider } from './library.js';

/**
 * `form-action` allows all sites, because Chromium applies it to redirects too, and a provider may redirect to an
 * application.
 */
const formPolicy = contentSecurityPolicy({ 'script-src': '', 'form-action': 'https: http:' });

/** Seconds for which public keys may be cached. A new key is published days before its first use. */
const publicForSec = 300;

export function dressReplies(provider: Provider, publicKeys: readonly PublicKey[]): void {
  const secret = provider.cookieName('session');
  provider.use(async (context: KoaContextWithOIDC, next) => {
    context.set('Content-Security-Policy', formPolicy);
    await next();
    // Removes the library's session cookie, because this server keeps no sessions.
    const cookies = [context.response.headers['set-cookie'] ?? []].flat();
    context.remove('Set-Cookie');
    context.append(
      'Set-Cookie',
      cookies.filter((cookie) => !cookie.startsWith(secret)),
    );

    if (context.path === paths.keys && context.status === 200) context.body = { keys: publicKeys };
    const isPublic = context.path === paths.keys || context.path.startsWith('/.well-known/');
    if (isPublic) context.set('Cache-Control', `public, max-age=${publicForSec}`);
  });
}

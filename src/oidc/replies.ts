import type { KoaContextWithOIDC } from 'oidc-provider';
import { paths } from '../../adapters/openid-paths.js';
import { contentSecurityPolicy } from '../http/content-security-policy.js';
import type { PublicKey } from '../keys/oidc-key-set.js';
import type { Provider } from './library.js';

/**
 * The library adds the digest of its one script, which sends the form, to `script-src`. Where the form goes cannot be held
 * to the client's own origin: Chromium holds every redirect after it to the same list, and a client that is itself a
 * provider may redirect on to the application. The addresses are in our own page and come from its registration.
 */
const formPolicy = contentSecurityPolicy({ 'script-src': '', 'form-action': 'https: http:' });

/** Whoever verifies tokens may keep these for a while: a new key is published days before it signs. */
const publicForSec = 300;

/** What the library's replies lack: all keys with their certificates, and headers that keep a page in its bounds. */
export function dressReplies(provider: Provider, publicKeys: readonly PublicKey[]): void {
  const secret = provider.cookieName('session');
  provider.use(async (context: KoaContextWithOIDC, next) => {
    context.set('Content-Security-Policy', formPolicy);
    await next();
    // Nothing is behind a session, so nobody needs to carry one.
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

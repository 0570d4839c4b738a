import type { KoaContextWithOIDC } from 'oidc-provider';
import { paths } from '../connections/openid-client.js';
import { contentSecurityPolicy } from '../http/content-security-policy.js';
import type { PublicKey } from '../storage/keys/oidc-keys.js';
import type { Middleware } from './request.js';

/* Middlewares that change the library's replies. */

/**
 * `form-action` allows all sites, because Chromium applies it to redirects too, and a provider may redirect to an
 * application.
 */
const formPolicy = contentSecurityPolicy({ 'script-src': '', 'form-action': 'https: http:' });

/** Seconds for which public keys may be cached. A new key is published days before its first use. */
const publicForSec = 300;

/** Endpoints that pages of public clients call, some of them with the fetch option `credentials: 'include'`. */
const pageEndpoints: ReadonlySet<string> = new Set([paths.token, paths.userInfo, paths.push]);

/** Lets pages of public clients read responses to requests with `credentials: 'include'`, as keycloak-js sends them. */
function allowCredentials(context: KoaContextWithOIDC, origins: ReadonlySet<string>): void {
  if (!pageEndpoints.has(context.path)) return;
  // The library has removed this header if the client has another origin.
  const allowed = String(context.response.headers['access-control-allow-origin'] ?? '');
  const client = context.oidc?.client;
  const isOther = client !== undefined && client.tokenEndpointAuthMethod !== 'none';
  if (!isOther && origins.has(allowed)) context.set('Access-Control-Allow-Credentials', 'true');
}

export const setFormPolicy: Middleware = (context, next) => {
  context.set('Content-Security-Policy', formPolicy);
  return next();
};

/** Removes the library's session cookie, because this server keeps no sessions. */
export const removeSessionCookie =
  (name: string): Middleware =>
  async (context, next) => {
    await next();
    const cookies = [context.response.headers['set-cookie'] ?? []].flat();
    context.remove('Set-Cookie');
    context.append(
      'Set-Cookie',
      cookies.filter((cookie) => !cookie.startsWith(name)),
    );
  };

export const allowCredentialsOf =
  (origins: ReadonlySet<string>): Middleware =>
  async (context, next) => {
    await next();
    allowCredentials(context, origins);
  };

/** Publishes all keys, in place of those that the library signs with, and lets clients cache them. */
export const publishKeys =
  (keys: readonly PublicKey[]): Middleware =>
  async (context, next) => {
    await next();
    if (context.path === paths.keys && context.status === 200) context.body = { keys };
    const isPublic = context.path === paths.keys || context.path.startsWith('/.well-known/');
    if (isPublic) context.set('Cache-Control', `public, max-age=${publicForSec}`);
  };

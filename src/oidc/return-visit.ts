import { createHmac } from 'node:crypto';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { paths } from '../connections/openid-client.js';
import { readCookie } from '../core/base/cookie.js';
import type { Clock } from '../core/ports.js';
import { type Credential, digestOf, hasDigest } from '../core/secrets.js';
import { toEpochSec } from '../core/units.js';
import type { OidcKeys } from '../storage/keys/oidc-keys.js';
import { oidcErrors } from './library.js';

/** Seconds in which the browser must return. Also the cookie's lifetime. */
const lifeSec = 120;

/** Proxies and servers limit the length of URLs. Pushed requests of public clients have the same limit. */
export const maxQueryCharacters = 8_000;

/** Parameter that marks a redirected request. It is removed before the library reads the request. */
export const returnParameter = 'facestep_return';

/**
 * Redirects the browser to the same URL with a cookie. It is thrown as an error, so that the library stops processing.
 */
export class RetryWithCookie extends oidcErrors.InvalidRequest {
  override readonly allow_redirect = false;

  constructor(
    readonly cookie: { readonly name: string; readonly value: string; readonly path: string; readonly maxAge: number },
    readonly location: string,
  ) {
    super('the browser has to come back first');
  }

  answer(context: KoaContextWithOIDC): void {
    const { name, value, path, maxAge } = this.cookie;
    context.cookies.set(name, value, { path, maxAge, httpOnly: true, sameSite: 'lax', signed: false });
    context.status = 303;
    context.redirect(this.location);
  }
}

export class CookiesNeeded extends oidcErrors.InvalidRequest {
  override readonly allow_redirect = false;
}

export type RequireReturn = (context: KoaContextWithOIDC, sentBackAt: string | null) => Promise<void>;

/**
 * Creates the check that redirects a browser to the same URL once, before anything is stored, looked up or counted. It
 * stops programs that ignore replies. A short-lived signed cookie for this request proves the redirect, so no state is
 * stored.
 * @returns throws `RetryWithCookie`, or `CookiesNeeded`
 */
export function createRequireReturn(
  issuer: string,
  { clock, oidcKeys }: { readonly clock: Clock; readonly oidcKeys: OidcKeys },
): RequireReturn {
  const { protocol, pathname } = new URL(issuer);
  // The prefix makes browsers refuse cookies planted over HTTP (RFC 6265bis, section 4.1.3).
  const prefix = `${protocol === 'https:' ? '__Secure-' : ''}facestep-visit-`;
  const isRecent = (time: string): boolean => Math.abs(toEpochSec(clock.now()) - Number(time)) < lifeSec;

  return async (context, sentBackAt) => {
    const { querystring } = context;
    if (querystring.length > maxQueryCharacters) {
      throw new oidcErrors.InvalidRequest('the request is too long; use a pushed authorization request (RFC 9126)');
    }
    const requestDigest = digestOf(`${issuer} ${querystring}`).toString('base64url');
    // The cookie has one of 64 names, so that several sign-ins can run at once without exceeding header limits.
    const name = prefix + requestDigest.slice(0, 1);
    const { cookieKeys } = await oidcKeys.current();
    const [time = '', signature = ''] = readCookie(context, name)?.split('.') ?? [];
    const isSigned = cookieKeys.some((key) => hasDigest(signature, digestOf(signVisit(key, requestDigest, time))));
    if (isSigned && isRecent(time)) return;
    if (sentBackAt !== null && isRecent(sentBackAt)) throw new CookiesNeeded('cookies are needed');
    const now = String(toEpochSec(clock.now()));
    const path = `${pathname}${paths.authorize}`;
    const cookie = {
      name,
      value: `${now}.${signVisit(cookieKeys[0], requestDigest, now)}`,
      path,
      maxAge: lifeSec * 1000,
    };
    throw new RetryWithCookie(cookie, `${issuer}${paths.authorize}?${querystring}&${returnParameter}=${now}`);
  };
}

/** Signs the value of the cookie, which proves that the browser was redirected for this request at this time. */
const signVisit = (key: Credential, requestDigest: string, time: string): string =>
  key.use((text) => createHmac('sha256', text).update(`facestep visit ${requestDigest} ${time}`).digest('base64url'));

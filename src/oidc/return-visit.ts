import { createHmac } from 'node:crypto';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { paths } from '../../adapters/openid-paths.js';
import type { Credential } from '../core/concealed.js';
import { digestOf, hasDigest } from '../core/digest.js';
import type { Clock } from '../core/ports.js';
import { toEpochSec } from '../core/units.js';
import { readCookie } from '../http/cookies.js';
import type { OidcKeys } from '../keys/oidc-key-set.js';
import { oidcErrors } from './library.js';

/** How long a browser may take to come back, in seconds, and how long its cookie is good. */
const lifeSec = 120;

/** Proxies and servers take longer addresses in a posted form alone, and a browser comes back by its address. */
const maxQueryCharacters = 8_000;

/** Tells by a time that a browser was sent back; the library does not get to see it. */
export const returnParameter = 'facestep_return';

/** The browser is sent to where it came to, with a cookie that says so: no error, but the end of this visit. */
export class ComeBack extends oidcErrors.InvalidRequest {
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

/** The browser came back without what it was given. */
export class CookiesNeeded extends oidcErrors.InvalidRequest {
  override readonly allow_redirect = false;
}

/** Lets a visit pass where its browser was here before. @param sentBackAt - what `returnParameter` says */
export type RequireReturn = (context: KoaContextWithOIDC, sentBackAt: string | null) => Promise<void>;

/**
 * Makes a browser come back once before anything is stored, asked or counted for it. Whoever sends requests without looking
 * at the answers gets no further. Nothing is kept of it here: what the browser shows is signed, good for this one request
 * and for a moment, so that each new name costs a visit more, and a request that is repeated asks what was just asked.
 * @returns throws `ComeBack`, and `CookiesNeeded` where a browser that came back shows nothing
 */
export function createRequireReturn(
  issuer: string,
  { clock, oidcKeys }: { readonly clock: Clock; readonly oidcKeys: OidcKeys },
): RequireReturn {
  const { protocol, pathname } = new URL(issuer);
  // The prefix makes browsers refuse one that was planted over http (RFC 6265bis, section 4.1.3).
  const prefix = `${protocol === 'https:' ? '__Secure-' : ''}facestep-visit-`;
  const isRecent = (time: string): boolean => Math.abs(toEpochSec(clock.now()) - Number(time)) < lifeSec;

  return async (context, sentBackAt) => {
    const { querystring } = context;
    if (querystring.length > maxQueryCharacters) {
      throw new oidcErrors.InvalidRequest('the request is too long, push it (RFC 9126)');
    }
    const request = digestOf(`${issuer} ${querystring}`).toString('base64url');
    // One of 64: a browser may have several sign-ins under way, and must not be made to carry more than a server takes.
    const name = prefix + request.slice(0, 1);
    const { cookieKeys } = await oidcKeys.current();
    const [time = '', proof = ''] = readCookie(context, name)?.split('.') ?? [];
    const isSigned = cookieKeys.some((key) => hasDigest(proof, digestOf(toProof(key, request, time))));
    if (isSigned && isRecent(time)) return;
    if (sentBackAt !== null && isRecent(sentBackAt)) throw new CookiesNeeded('cookies are needed');
    const now = String(toEpochSec(clock.now()));
    const path = `${pathname}${paths.authorize}`;
    const cookie = { name, value: `${now}.${toProof(cookieKeys[0], request, now)}`, path, maxAge: lifeSec * 1000 };
    throw new ComeBack(cookie, `${issuer}${paths.authorize}?${querystring}&${returnParameter}=${now}`);
  };
}

const toProof = (key: Credential, request: string, time: string): string =>
  key.use((text) => createHmac('sha256', text).update(`facestep visit ${request} ${time}`).digest('base64url'));

import type { Request, Response } from 'express';
import { Credential } from '../core/concealed.js';

/*
 * A cookie for each step-up that a provider's redirect began, as a browser may be in several at once. The prefix `__Host-`
 * makes browsers refuse one that was planted from another host or over http (RFC 6265bis, section 4.1.3.2).
 */

/** The name of the cookie in the one browser that may open the page of a step-up. */
export const browserCookieOf = (stepUpId: string, isSecure: boolean): string =>
  `${isSecure ? '__Host-' : ''}facestep-${stepUpId}`;

/** Puts the secret of a step-up into the browser that asked for it. @param lifeSec - whole seconds */
export function setBrowserCookie(
  response: Response,
  { name, secret, lifeSec }: { readonly name: string; readonly secret: Credential; readonly lifeSec: number },
): void {
  const secure = name.startsWith('__Host-');
  const attributes = { httpOnly: true, secure, sameSite: 'lax', path: '/', maxAge: lifeSec * 1000 } as const;
  secret.use((text) => response.cookie(name, text, attributes));
}

/** What a browser shows under that name; nobody has checked it. RFC 6265, section 4.2.1: the first of that name. */
export function readBrowserCookie(request: Request, name: string): Credential | null {
  const cookies = (request.get('cookie') ?? '').split(/; */);
  const found = cookies.find((cookie) => cookie.startsWith(`${name}=`));
  return found === undefined ? null : new Credential(found.slice(name.length + 1));
}

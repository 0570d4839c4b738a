import type { Response } from 'express';
import type { Credential } from '../core/concealed.js';

/**
 * The name of the cookie in the one browser that may open the page of a step-up, and that the provider's redirect began
 * in. One for each, as a browser may be in several at once. The prefix makes browsers refuse one that was planted from
 * another host or over http (RFC 6265bis, section 4.1.3.2).
 */
export const browserCookieOf = (stepUpId: string, isSecure: boolean): string =>
  `${isSecure ? '__Host-' : ''}facestep-${stepUpId}`;

/** Puts the secret of a step-up into the browser that asked for it. @param lifeSec - whole seconds */
export function setBrowserCookie(
  response: Response,
  { name, secret, lifeSec }: { readonly name: string; readonly secret: Credential; readonly lifeSec: number },
): void {
  secret.use((text) => response.cookie(name, text, { ...attributesOf(name), maxAge: lifeSec * 1000 }));
}

/** Takes it away again. It goes with every request to this host, and a browser has room for few. */
export function clearBrowserCookie(response: Response, name: string): void {
  response.clearCookie(name, attributesOf(name));
}

const attributesOf = (name: string) =>
  ({ httpOnly: true, secure: name.startsWith('__Host-'), sameSite: 'lax', path: '/' }) as const;

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
  const secure = name.startsWith('__Host-');
  const attributes = { httpOnly: true, secure, sameSite: 'lax', path: '/', maxAge: lifeSec * 1000 } as const;
  secret.use((text) => response.cookie(name, text, attributes));
}

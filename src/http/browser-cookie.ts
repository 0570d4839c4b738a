import type { Response } from 'express';
import type { Credential } from '../core/concealed.js';

/**
 * Returns the cookie name of a step-up's browser. The prefix makes browsers refuse cookies planted from another host or
 * over HTTP (RFC 6265bis, section 4.1.3.2).
 */
export const browserCookieOf = (stepUpId: string, isSecure: boolean): string =>
  `${isSecure ? '__Host-' : ''}facestep-${stepUpId}`;

/** Sets the browser's secret of a step-up. */
export function setBrowserCookie(
  response: Response,
  { name, secret, lifeSec }: { readonly name: string; readonly secret: Credential; readonly lifeSec: number },
): void {
  secret.use((text) => response.cookie(name, text, { ...attributesOf(name), maxAge: lifeSec * 1000 }));
}

/** Deletes the cookie, because browsers limit cookies. */
export function clearBrowserCookie(response: Response, name: string): void {
  response.clearCookie(name, attributesOf(name));
}

const attributesOf = (name: string) =>
  ({ httpOnly: true, secure: name.startsWith('__Host-'), sameSite: 'lax', path: '/' }) as const;

import type { Response } from 'express';
import type { Credential } from '../core/concealed.js';

/**
 * Returns the name of the cookie that binds a step-up to a browser. With the prefix `__Host-`, browsers refuse a cookie
 * of this name from another host or over HTTP (RFC 6265bis, section 4.1.3.2).
 */
export const browserCookieOf = (stepUpId: string, isSecure: boolean): string =>
  `${isSecure ? '__Host-' : ''}facestep-${stepUpId}`;

export function setBrowserCookie(
  response: Response,
  { name, secret, lifeSec }: { readonly name: string; readonly secret: Credential; readonly lifeSec: number },
): void {
  secret.use((text) => response.cookie(name, text, { ...attributesOf(name), maxAge: lifeSec * 1000 }));
}

/** Deletes the cookie, because browsers limit their number. */
export function clearBrowserCookie(response: Response, name: string): void {
  response.clearCookie(name, attributesOf(name));
}

const attributesOf = (name: string) =>
  ({ httpOnly: true, secure: name.startsWith('__Host-'), sameSite: 'lax', path: '/' }) as const;

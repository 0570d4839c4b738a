import type { Request, Response } from 'express';
import { readCookie } from '../core/base/cookie.js';
import type { Random } from '../core/ports.js';
import { Credential } from '../core/secrets.js';
import { secondsPerDay } from '../core/units.js';

/** Lifetime: the maximum of RFC 6265bis, section 5.5. */
const lifeSec = 400 * secondsPerDay;

/** Returns the name of the device cookie, which contains a random secret and no personal data. */
export const deviceCookieOf = (issuer: string): string =>
  `${issuer.startsWith('https:') ? '__Host-' : ''}facestep-device`;

/** Parses the cookie; `null` if missing or malformed. */
export const shownDevice = (cookie: string | null): Credential | null =>
  cookie !== null && /^[\w-]{43}$/.test(cookie) ? new Credential(cookie) : null;

export function keepDevice(
  request: Request,
  response: Response,
  { issuer, random }: { readonly issuer: string; readonly random: Random },
): void {
  const name = deviceCookieOf(issuer);
  const device =
    shownDevice(readCookie(request, name)) ?? new Credential(Buffer.from(random(32)).toString('base64url'));
  device.use((text) => response.cookie(name, text, { ...attributesOf(name), maxAge: lifeSec * 1000 }));
}

/** Deletes the device cookie in a browser that several people share. */
export const forgetDevice = (response: Response, issuer: string): void =>
  clearBrowserCookie(response, deviceCookieOf(issuer));

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

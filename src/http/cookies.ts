import type { Request, Response } from 'express';
import { Credential } from '../core/concealed.js';
import type { Random } from '../core/ports.js';
import { secondsPerDay } from '../core/units.js';

/** Reads an unverified cookie. If several have the name, the first counts (RFC 6265, section 4.2.1). */
export function readCookie(request: { get(header: 'cookie'): string | undefined }, name: string): string | null {
  const cookies = (request.get('cookie') ?? '').split(/; */);
  const found = cookies.find((cookie) => cookie.startsWith(`${name}=`));
  return found === undefined ? null : found.slice(name.length + 1);
}

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
  const attributes = { httpOnly: true, secure: name.startsWith('__Host-'), sameSite: 'lax', path: '/' } as const;
  device.use((text) => response.cookie(name, text, { ...attributes, maxAge: lifeSec * 1000 }));
}

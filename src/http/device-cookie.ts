import type { Request, Response } from 'express';
import { Credential } from '../core/concealed.js';
import type { Random } from '../core/ports.js';
import { secondsPerDay } from '../core/units.js';
import { readCookie } from './cookies.js';

/** The longest that browsers keep a cookie (RFC 6265bis, section 5.5). */
const lifeSec = 400 * secondsPerDay;

/**
 * The name of the cookie by which the capture page knows a browser again, whoever uses it: chance, and nothing of the person.
 * @param issuer - the public address of this server
 */
export const deviceCookieOf = (issuer: string): string =>
  `${issuer.startsWith('https:') ? '__Host-' : ''}facestep-device`;

/** The secret that a browser shows; `null`: none, or none of ours. */
export const shownDevice = (cookie: string | null): Credential | null =>
  cookie !== null && /^[\w-]{43}$/.test(cookie) ? new Credential(cookie) : null;

/** Gives a browser its cookie, or lets it keep the one it has for as long again. */
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

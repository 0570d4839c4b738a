import type { IncomingHttpHeaders } from 'node:http';
import { readCookie } from '../core/base/cookie.js';
import { isSameOrigin } from '../core/base/same-origin.js';
import type { Ports } from '../core/deps.js';
import { FaceError } from '../errors.js';
import type { KeyPorts } from './administrators.js';
import {
  type ConsoleSettings,
  consolePollHeader,
  consoleTokenHeader,
  findConsoleSession,
  isTokenOf,
  parseSessionCookie,
  sessionCookieOf,
} from './console-sessions.js';

/** Ports that authenticate an administrator. */
export interface SessionPorts extends KeyPorts, ConsoleSettings, Ports<'issuer'> {}

/**
 * Reads the session of the browser's cookie. Use it only for requests that change nothing, because the origin is not
 * checked.
 */
export async function readSession(headers: IncomingHttpHeaders, deps: SessionPorts) {
  const secret = parseSessionCookie(readCookie({ get: () => headers.cookie }, sessionCookieOf(deps.issuer)));
  if (secret === null) throw new FaceError('caller_untrusted');
  return { secret, session: await findConsoleSession(secret, headers[consolePollHeader] === undefined, deps) };
}

/**
 * Authenticates a console session by its cookie and by the page token. Other sites can read neither.
 * @throws `caller_untrusted`
 */
export async function authenticateSession(headers: IncomingHttpHeaders, deps: SessionPorts) {
  if (!isSameOrigin(headers, deps.issuer)) throw new FaceError('caller_untrusted');
  const shown = await readSession(headers, deps);
  if (!isTokenOf(shown.secret, String(headers[consoleTokenHeader] ?? ''))) throw new FaceError('caller_untrusted');
  return shown;
}

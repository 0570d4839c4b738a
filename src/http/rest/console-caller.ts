import type { IncomingHttpHeaders } from 'node:http';
import {
  type ConsoleSession,
  consolePollHeader,
  consoleTokenHeader,
  findConsoleSession,
  isTokenOf,
  parseSessionCookie,
  sessionCookieOf,
} from '../../access/console-sessions.js';
import type { Credential } from '../../core/secrets.js';
import { FaceError } from '../../errors.js';
import { readCookie } from '../cookies.js';
import { isSameOrigin } from '../same-origin.js';
import type { ApiPorts } from './deps.js';

/** Ports that authenticate an administrator. */
export type SessionPorts = ApiPorts<'state' | 'clock' | 'issuer' | 'adminKeyDigest' | 'console'>;

export interface ShownSession {
  readonly secret: Credential;
  readonly session: ConsoleSession;
}

/**
 * Reads the session of the browser's cookie. Use it only for requests that change nothing, because the origin is not
 * checked.
 */
export async function readSession(headers: IncomingHttpHeaders, deps: SessionPorts): Promise<ShownSession> {
  const secret = parseSessionCookie(readCookie({ get: () => headers.cookie }, sessionCookieOf(deps.issuer)));
  if (secret === null) throw new FaceError('caller_untrusted');
  return { secret, session: await findConsoleSession(secret, headers[consolePollHeader] === undefined, deps) };
}

/**
 * Authenticates a console session by its cookie and by the page token. Other sites can read neither.
 * @throws `caller_untrusted`
 */
export async function authenticateSession(headers: IncomingHttpHeaders, deps: SessionPorts): Promise<ShownSession> {
  if (!isSameOrigin(headers, deps.issuer)) throw new FaceError('caller_untrusted');
  const shown = await readSession(headers, deps);
  if (!isTokenOf(shown.secret, String(headers[consoleTokenHeader] ?? ''))) throw new FaceError('caller_untrusted');
  return shown;
}

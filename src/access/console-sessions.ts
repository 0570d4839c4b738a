import { z } from 'zod';
import type { ConsoleConfig } from '../config/console.js';
import { changeStored } from '../core/change-stored.js';
import type { Ports } from '../core/deps.js';
import { Credential, digestOf, hasDigest } from '../core/secrets.js';
import { newSecret } from '../core/tickets.js';
import { addSec, type EpochMs, epochMs, epochMsGuard } from '../core/units.js';
import { FaceError } from '../errors.js';
import { isKeyLive, type KeyPorts } from './administrators.js';
import { type Administrator, idOfKey, signedInRoles } from './rights.js';

export const longestSessionSec = 8 * 60 * 60;

/** Minimum seconds between two writes of the time of last activity. */
const notedEverySec = 60;

/** Header with the page token. Only the console's own page can send it. */
export const consoleTokenHeader = 'x-console-token';

/** Header of automatic requests of the page, which do not count as activity of the user. */
export const consolePollHeader = 'x-console-poll';

const recordGuard = z.object({
  name: z.string(),
  role: z.enum(signedInRoles),
  by: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('provider'), issuer: z.string(), subject: z.string(), login: z.string() }),
    z.object({ kind: z.literal('key'), keyId: z.string() }),
  ]),
  signedInAt: epochMsGuard,
  seenAt: epochMsGuard,
  checkedAt: epochMsGuard.nullable(),
  check: z.object({ stepUpId: z.string(), subject: z.string() }).nullable(),
});

export type ConsoleSession = Readonly<z.infer<typeof recordGuard>>;

export interface ConsoleSettings {
  readonly console: ConsoleConfig;
}

/** The record's key has a digest of the session secret, so that someone who reads the store cannot use the session. */
const storedOf = (secret: Credential, { console }: ConsoleSettings) => ({
  key: `console-session:${secret.use((text) => digestOf(text).toString('base64url'))}`,
  guard: recordGuard,
  expiresAt: (session: ConsoleSession) => endOf(session, console),
  relaxedDurability: true,
});

/** Returns when a session expires if there is no further activity. */
export const endOf = ({ seenAt, signedInAt }: ConsoleSession, { sessionMinutes }: ConsoleConfig): EpochMs =>
  epochMs(Math.min(addSec(seenAt, sessionMinutes * 60), addSec(signedInAt, longestSessionSec)));

/**
 * Returns the name of the session cookie. Browsers refuse a cookie with this prefix if it is set by another host or
 * over http.
 */
export const sessionCookieOf = (issuer: string): string =>
  `${issuer.startsWith('https:') ? '__Host-' : ''}facestep-console`;

/**
 * Starts a session.
 * @returns its secret of 256 random bits, for the browser only
 */
export async function beginSession(
  { name, role, by }: Pick<ConsoleSession, 'name' | 'role' | 'by'>,
  deps: Ports<'state' | 'clock' | 'random'> & ConsoleSettings,
): Promise<Credential> {
  const secret = newSecret(deps);
  const now = deps.clock.now();
  const session = { name, role, by, signedInAt: now, seenAt: now, checkedAt: null, check: null };
  const { key, expiresAt } = storedOf(secret, deps);
  await deps.state.write(key, session, { when: 'absent', expiresAt: expiresAt(session) });
  return secret;
}

/**
 * Finds a session. A session ends when the administrator's API key ends or single sign-on is disabled.
 * @param isUse - if true, the idle timeout restarts
 * @throws `caller_untrusted`
 */
export async function findConsoleSession(
  secret: Credential,
  isUse: boolean,
  deps: KeyPorts & ConsoleSettings,
): Promise<ConsoleSession> {
  const now = deps.clock.now();
  const session = await changeSession(
    secret,
    (found) => {
      // The expiry is computed again, because the configured idle timeout may have been shortened.
      if (endOf(found, deps.console) <= now) throw new FaceError('caller_untrusted');
      return isUse && addSec(found.seenAt, notedEverySec) <= now ? { ...found, seenAt: now } : found;
    },
    deps,
  );
  const isLive = session.by.kind === 'key' ? await isKeyLive(session.by.keyId, deps) : isOf(session.by, deps);
  if (!isLive) throw new FaceError('caller_untrusted');
  return session;
}

const isOf = ({ issuer }: { readonly issuer: string }, { console }: ConsoleSettings): boolean =>
  console.signIn?.issuer === issuer;

export async function changeSession(
  secret: Credential,
  change: (session: ConsoleSession) => ConsoleSession,
  deps: Ports<'state'> & ConsoleSettings,
): Promise<ConsoleSession> {
  const { changed } = await changeStored(
    storedOf(secret, deps),
    (found) => {
      if (found === null) throw new FaceError('caller_untrusted');
      return change(found);
    },
    deps,
  );
  return changed;
}

export async function endSession(secret: Credential, deps: Ports<'state'> & ConsoleSettings): Promise<void> {
  await deps.state.delete(storedOf(secret, deps).key);
}

export const tokenOf = (secret: Credential): string =>
  secret.use((text) => digestOf(`facestep console ${text}`).toString('base64url'));

export const isTokenOf = (secret: Credential, token: string): boolean => hasDigest(token, digestOf(tokenOf(secret)));

/** Returns the id of a single sign-on user: 43 characters, which stay the same if the login changes. */
export const idOfSignIn = (issuer: string, subject: string): string =>
  digestOf(JSON.stringify([issuer, subject])).toString('base64url');

export function administratorOf({ name, role, by }: Pick<ConsoleSession, 'name' | 'role' | 'by'>): Administrator {
  if (by.kind === 'key') return { id: idOfKey(by.keyId), name, role, means: 'key' };
  const id = idOfSignIn(by.issuer, by.subject);
  return { id, name: `${by.login} (${new URL(by.issuer).host}, ${id.slice(0, 12)})`, role, means: 'sign_in' };
}

/**
 * Returns true if a sensitive action needs a face check. Sessions that were opened with an API key are for emergencies
 * and need no face check.
 */
export function needsFaceCheck(
  { by, checkedAt }: ConsoleSession,
  { console, clock }: Ports<'clock'> & ConsoleSettings,
): boolean {
  if (console.stepUp === null || by.kind === 'key') return false;
  return checkedAt === null || addSec(checkedAt, console.stepUp.maxAgeMinutes * 60) <= clock.now();
}

export const parseSessionCookie = (cookie: string | null): Credential | null =>
  cookie === null || !/^[\w-]{43}$/.test(cookie) ? null : new Credential(cookie);

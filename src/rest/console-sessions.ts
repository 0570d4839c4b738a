import { z } from 'zod';
import type { ConsoleConfig } from '../config/console.js';
import { changeStored } from '../core/change-stored.js';
import { Credential } from '../core/concealed.js';
import { digestOf, hasDigest } from '../core/digest.js';
import { newSecret } from '../core/step-up/ticket.js';
import { addSec, type EpochMs, epochMs, epochMsGuard } from '../core/units.js';
import { FaceError } from '../errors.js';
import { isKeyLive } from './administrators.js';
import type { ApiDeps } from './deps.js';
import { developerIdOf } from './onboarding/developers.js';
import { type Administrator, idOfKey, signedInRoles } from './rights.js';

/** The longest session, however much is done in it. */
export const longestSessionSec = 8 * 60 * 60;

/** A session that is in use is not written more often than this. */
const notedEverySec = 60;

/** The header that a page of ours sends, and no form or page of others can. */
export const consoleTokenHeader = 'x-console-token';

/** The header of what a page of ours asks by itself, whether or not somebody sits at it. */
export const consolePollHeader = 'x-console-poll';

const recordGuard = z.object({
  name: z.string(),
  role: z.enum(signedInRoles),
  /** What the session was begun with. */
  by: z.discriminatedUnion('kind', [
    /** `subject` is the immutable id at the provider. */
    z.object({ kind: z.literal('provider'), issuer: z.string(), subject: z.string(), login: z.string() }),
    z.object({ kind: z.literal('key'), keyId: z.string() }),
  ]),
  signedInAt: epochMsGuard,
  seenAt: epochMsGuard,
  /** When a face check of our own was passed in this session. */
  checkedAt: epochMsGuard.nullable(),
  /** The face check under way. */
  check: z.object({ stepUpId: z.string(), subject: z.string() }).nullable(),
});

/** What is kept of a session: never its secret. */
export type ConsoleSession = Readonly<z.infer<typeof recordGuard>>;

/** What sessions need. */
export type SessionDeps = Pick<ApiDeps, 'state' | 'clock' | 'adminKeyDigest' | 'console' | 'issuer'>;

/** Under the digest of its secret: whoever reads the store holds no session. */
const storedOf = (secret: Credential, { console }: Pick<SessionDeps, 'console'>) => ({
  key: `console-session:${secret.use((text) => digestOf(text).toString('base64url'))}`,
  guard: recordGuard,
  expiresAt: (session: ConsoleSession) => endOf(session, console),
  mayBeLost: true,
});

/** When a session ends by itself, as it was last seen. */
export const endOf = ({ seenAt, signedInAt }: ConsoleSession, { sessionMinutes }: ConsoleConfig): EpochMs =>
  epochMs(Math.min(addSec(seenAt, sessionMinutes * 60), addSec(signedInAt, longestSessionSec)));

/** The cookie of a session. The prefix makes browsers refuse one that was planted from another host or over http. */
export const sessionCookieOf = (issuer: string): string =>
  `${issuer.startsWith('https:') ? '__Host-' : ''}facestep-console`;

/**
 * Begins a session.
 * @returns its secret, for the browser alone: 256 random bits
 * @throws FaceError `state_unavailable`
 */
export async function beginSession(
  { name, role, by }: Pick<ConsoleSession, 'name' | 'role' | 'by'>,
  deps: SessionDeps & Pick<ApiDeps, 'random'>,
): Promise<Credential> {
  const secret = newSecret(deps);
  const now = deps.clock.now();
  const session = { name, role, by, signedInAt: now, seenAt: now, checkedAt: null, check: null };
  const { key, expiresAt } = storedOf(secret, deps);
  await deps.state.write(key, session, { when: 'absent', expiresAt: expiresAt(session) });
  return secret;
}

/**
 * The session of a secret. One that was begun with a key ends with the key; one by the provider,
 * where administrators no longer sign in there.
 * @param isUse - whether a person does something in it: it rests from now on
 * @throws FaceError `caller_untrusted`, `state_unavailable`
 */
export async function findConsoleSession(
  secret: Credential,
  isUse: boolean,
  deps: SessionDeps,
): Promise<ConsoleSession> {
  const now = deps.clock.now();
  const session = await changeSession(
    secret,
    (found) => {
      // As it was last seen, as the time it may rest can have been shortened since.
      if (endOf(found, deps.console) <= now) throw new FaceError('caller_untrusted');
      return isUse && addSec(found.seenAt, notedEverySec) <= now ? { ...found, seenAt: now } : found;
    },
    deps,
  );
  const isLive = session.by.kind === 'key' ? await isKeyLive(session.by.keyId, deps) : isOf(session.by, deps);
  if (!isLive) throw new FaceError('caller_untrusted');
  return session;
}

const isOf = ({ issuer }: { readonly issuer: string }, { console }: SessionDeps): boolean =>
  console.signIn?.issuer === issuer;

/** Changes what is kept of a session. @throws FaceError `caller_untrusted`: there is none; `state_unavailable` */
export async function changeSession(
  secret: Credential,
  change: (session: ConsoleSession) => ConsoleSession,
  deps: SessionDeps,
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

/** Ends a session at once. Ending none succeeds. @throws FaceError `state_unavailable` */
export async function endSession(secret: Credential, deps: SessionDeps): Promise<void> {
  await deps.state.delete(storedOf(secret, deps).key);
}

/** What a page sends beside the cookie. Made of the session's secret, which no other page can read. */
export const tokenOf = (secret: Credential): string =>
  secret.use((text) => digestOf(`facestep console ${text}`).toString('base64url'));

/** Whether that is the token of a session. Takes the same time wherever they differ. */
export const isTokenOf = (secret: Credential, token: string): boolean => hasDigest(token, digestOf(tokenOf(secret)));

/** The administrator that a session stands for. */
export function administratorOf({ name, role, by }: Pick<ConsoleSession, 'name' | 'role' | 'by'>): Administrator {
  if (by.kind === 'key') return { id: idOfKey(by.keyId), name, role, means: 'key' };
  const id = developerIdOf(by.issuer, by.subject);
  return { id, name: `${by.login} (${new URL(by.issuer).host}, ${id.slice(0, 12)})`, role, means: 'sign_in' };
}

/** Whether a sensitive action has to wait for a face check. A key is the way for emergencies, and asks for none. */
export function needsFaceCheck({ by, checkedAt }: ConsoleSession, { console, clock }: SessionDeps): boolean {
  if (console.stepUp === null || by.kind === 'key') return false;
  return checkedAt === null || addSec(checkedAt, console.stepUp.maxAgeMinutes * 60) <= clock.now();
}

/** The secret that a browser shows in its cookie; `null`: none. */
export const shownSecret = (cookie: string | null): Credential | null =>
  cookie === null || !/^[\w-]{43}$/.test(cookie) ? null : new Credential(cookie);

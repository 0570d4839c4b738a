import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { invalidParameter, notAuthorized, tooLong } from './errors.js';
import { newId, type UserPool } from './pool.js';

const resultGuard = z.object({
  challengeName: z.string(),
  challengeResult: z.boolean(),
  challengeMetadata: z.string().nullable(),
});

const sessionGuard = z.object({
  id: z.string(),
  clientId: z.string(),
  username: z.string(),
  expiresAt: z.number(),
  expected: z.enum(['PASSWORD_VERIFIER', 'CUSTOM_CHALLENGE']),
  secretBlock: z.string().nullable(),
  history: z.array(resultGuard),
  privateChallengeParameters: z.record(z.string(), z.string()),
  challengeMetadata: z.string().nullable(),
});

/** State between two calls of a sign-in. The client carries it as a sealed text. */
export type Session = z.infer<typeof sessionGuard>;

export type ChallengeResult = z.infer<typeof resultGuard>;

/**
 * Maximum length of a session text that the API accepts. Cognito nevertheless issues longer ones (amplify-js issue
 * 14411).
 */
const SESSION_MAX_CHARACTERS = 8192;

/** Seals a session as text. The length of the text grows with the challenge parameters of the triggers. */
export function sealSession(pool: UserPool, session: Omit<Session, 'id'>): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', pool.sessionKey, nonce);
  const text = JSON.stringify({ ...session, id: newId(8) });
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url');
}

/** Opens a session. Each session can be opened once. */
export function takeSession(pool: UserPool, text: string | undefined, clientId: string, now: number): Session {
  if (text === undefined) throw invalidParameter('Missing required parameter Session');
  if (text.length > SESSION_MAX_CHARACTERS) throw tooLong('session', SESSION_MAX_CHARACTERS);
  const session = open(pool, text);
  if (session === null || session.clientId !== clientId || pool.usedSessions.has(session.id)) {
    throw notAuthorized('Invalid session for the user.');
  }
  pool.usedSessions.add(session.id);
  if (session.expiresAt <= now) throw notAuthorized('Invalid session for the user, session is expired.');
  return session;
}

function open(pool: UserPool, text: string): Session | null {
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.length < 28) return null;
  const decipher = createDecipheriv('aes-256-gcm', pool.sessionKey, bytes.subarray(0, 12));
  decipher.setAuthTag(bytes.subarray(12, 28));
  try {
    const opened = Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString();
    return sessionGuard.parse(JSON.parse(opened));
  } catch {
    return null;
  }
}

import { z } from 'zod';
import { parseAnswer } from '../../src/connections/rest-call.js';
import type { AccountRecovery, Fetch, IssuedCredential } from '../../src/core/ports.js';
import { whileSigningIn } from '../../src/core/resilience.js';
import { RecoveryCredential } from '../../src/core/secrets.js';
import { fromIso } from '../../src/core/units.js';
import { FaceError, type Json, nullIfUnknown } from '../../src/errors.js';
import { callOkta, callRaw, createClient, nameScopes, type Refusal, withScopes } from './client.js';
import type { OktaConnection } from './config.js';
import { checkIsUserId } from './profile.js';

type Settings = Pick<OktaConnection['okta'], 'orgUrl' | 'auth' | 'recovery'>;

/** Scopes of a recovery, in addition to the one for administrator roles. */
export const recoveryScopesOf = ({ recovery }: Pick<Settings, 'recovery'>): readonly string[] => [
  'okta.users.read',
  'okta.users.manage',
  ...(recovery.credential === 'temporary_access_code' ? ['okta.authenticators.read'] : []),
];

export const authenticatorsGuard = z.array(
  z.looseObject({ id: z.string(), key: z.string().nullish(), status: z.string().nullish() }),
);

export const codeAuthenticatorGuard = z.object({
  id: z.string().min(1),
  provider: z.object({ configuration: z.object({ minTtl: z.int().min(1), maxTtl: z.int().min(1) }) }),
});

const userGuard = z.object({
  id: z.string(),
  status: z.string(),
  credentials: z.object({ provider: z.object({ type: z.string() }).nullish() }).nullish(),
});
const enrolmentGuard = z.object({ id: z.string().min(1), key: z.string().nullish() });
/** Okta's examples have a list, its schema one object. */
const enrolmentsGuard = z.union([z.array(enrolmentGuard), enrolmentGuard.transform((only) => [only])]);
const codeGuard = z.object({
  id: z.string().min(1),
  status: z.string(),
  profile: z.object({ tac: z.string().min(1), multiUse: z.boolean(), expiresAt: z.string().nullish() }),
});
const passwordGuard = z.object({ tempPassword: z.string().min(1) });
const factorsGuard = z.array(z.unknown());

const refuse = (reason: string): FaceError => new FaceError('credential_refused', { reason });

const toUnavailable = ({ status, code }: Refusal): FaceError =>
  new FaceError('profile_unavailable', { status, errorCode: code });
const toUserError = (refusal: Refusal): FaceError =>
  refusal.status === 404 ? new FaceError('subject_unknown') : toUnavailable(refusal);
/** Okta refused because of the user or of what was asked (E0000001, E0000017, E0000038), and changed nothing. */
const toIssueError = (refusal: Refusal): FaceError =>
  refusal.status === 400 || refusal.code === 'E0000017' || refusal.code === 'E0000038'
    ? new FaceError('credential_refused', { status: refusal.status, errorCode: refusal.code })
    : toUnavailable(refusal);

/** Okta writes the time in UTC, in examples without the zone. */
function toExpiry(text: string | null | undefined) {
  const value = fromIso(`${text?.replace(/Z$/, '')}Z`);
  return Number.isNaN(value) ? null : value;
}

/** Sends one call. Only a rate limit, which has no effect, is waited for and followed by another attempt. */
type Send = (method: string, path: string, toError: (refusal: Refusal) => FaceError, body?: Json) => Promise<unknown>;

/** Reads a user who is in one of these statuses. */
async function readOpen(subject: string, statuses: readonly string[], send: Send) {
  checkIsUserId(subject);
  const user = parseAnswer(userGuard, await send('GET', `/api/v1/users/${subject}`, toUserError));
  if (user.id !== subject) throw new FaceError('subject_unknown');
  if (!statuses.includes(user.status)) throw refuse(`the status of the user is ${user.status.slice(0, 32)}`);
  return user;
}

/**
 * Creates the account recovery that ends in a Temporary Access Code or a temporary password.
 * @see https://developer.okta.com/docs/api/openapi/okta-management/management/tag/UserAuthenticatorEnrollments/
 */
export function createOktaRecovery(settings: Settings, fetch: Fetch): AccountRecovery {
  const scopes = recoveryScopesOf(settings);
  const client = createClient(withScopes(settings, scopes), fetch);
  const send: Send = async (method, path, toError, body) => {
    const toNamed = (refusal: Refusal): FaceError => nameScopes(refusal, scopes) ?? toError(refusal);
    return (await callOkta(() => callRaw(client, method, path, body), toNamed, whileSigningIn)).body;
  };
  return settings.recovery.credential === 'temporary_access_code'
    ? createCodes(send, settings.orgUrl)
    : createPasswords(send, settings);
}

/** A locked user cannot sign in with a code, and one in recovery must set a password first. */
const statusesForCodes = ['ACTIVE', 'PASSWORD_EXPIRED'];

function createCodes(send: Send, signInUrl: string): AccountRecovery {
  const check = async (subject: string): Promise<z.output<typeof codeAuthenticatorGuard>> => {
    await readOpen(subject, statusesForCodes, send);
    const all = parseAnswer(authenticatorsGuard, await send('GET', '/api/v1/authenticators', toUnavailable));
    const found = all.find(({ key }) => key === 'tac');
    if (found?.status !== 'ACTIVE') throw refuse('the Temporary Access Code authenticator is not active');
    return parseAnswer(codeAuthenticatorGuard, found);
  };
  const end = async (subject: string, id: string): Promise<void> => {
    checkIsUserId(subject);
    const path = `/api/v1/users/${subject}/authenticator-enrollments/${encodeURIComponent(id)}`;
    await send('DELETE', path, toUserError).catch(nullIfUnknown);
  };
  const list = async (subject: string) => {
    checkIsUserId(subject);
    const answer = await send('GET', `/api/v1/users/${subject}/authenticator-enrollments`, toUserError);
    return parseAnswer(enrolmentsGuard, answer).filter(({ key }) => key === 'tac');
  };
  const endAll = async (subject: string): Promise<void> => {
    for (const { id } of await list(subject)) await end(subject, id);
  };
  return {
    credentialKind: 'temporary_access_code',
    signInUrl,
    async checkIssuable(subject) {
      await check(subject);
    },
    async issueCredential(subject): Promise<IssuedCredential> {
      const { id: authenticatorId, provider } = await check(subject);
      await endAll(subject);
      const path = `/api/v1/users/${subject}/authenticator-enrollments/tac`;
      const request = { authenticatorId, profile: { ttl: String(provider.configuration.minTtl), multiUse: false } };
      const { id, status, profile } = parseAnswer(codeGuard, await send('POST', path, toIssueError, request));
      const credential = new RecoveryCredential(profile.tac);
      if (status !== 'ACTIVE' || profile.multiUse) {
        await end(subject, id);
        throw refuse(profile.multiUse ? 'the code works more than once' : 'the code is not active');
      }
      return { credential, expiresAt: toExpiry(profile.expiresAt), id };
    },
    async revokeCredential(subject, id) {
      await (id === null ? endAll(subject) : end(subject, id));
      return 'ended';
    },
    isListed: async (subject, id) => (await list(subject)).some((code) => code.id === id),
  };
}

const statusesForPasswords = ['ACTIVE', 'PASSWORD_EXPIRED', 'RECOVERY'];

function createPasswords(send: Send, { orgUrl: signInUrl, recovery: { resetFactors } }: Settings): AccountRecovery {
  const check = async (subject: string): Promise<void> => {
    const { credentials } = await readOpen(subject, statusesForPasswords, send);
    if (credentials?.provider?.type !== 'OKTA') throw refuse('Okta does not hold the password of the user');
  };
  const setPassword = async (
    subject: string,
    toError: (refusal: Refusal) => FaceError,
  ): Promise<RecoveryCredential> => {
    const path = `/api/v1/users/${subject}/lifecycle/expire_password_with_temp_password?revokeSessions=true`;
    const { tempPassword } = parseAnswer(passwordGuard, await send('POST', path, toError));
    return new RecoveryCredential(tempPassword);
  };
  const removeFactors = async (subject: string): Promise<void> => {
    const factors = parseAnswer(factorsGuard, await send('GET', `/api/v1/users/${subject}/factors`, toUnavailable));
    if (factors.length > 0) await send('POST', `/api/v1/users/${subject}/lifecycle/reset_factors`, toUnavailable);
  };
  return {
    credentialKind: 'temporary_password',
    signInUrl,
    checkIssuable: check,
    async issueCredential(subject) {
      await check(subject);
      // If the second call fails, the factors still protect an account whose password no one knows. In the other order,
      // the former password alone would be enough.
      const credential = await setPassword(subject, toIssueError);
      if (resetFactors)
        await removeFactors(subject).catch((cause: unknown) => {
          const reason = 'the password was changed, and the factors were not';
          throw new FaceError('profile_unavailable', { reason }, { cause });
        });
      return { credential, expiresAt: null, id: null };
    },
    async revokeCredential(subject) {
      checkIsUserId(subject);
      const { status } = parseAnswer(userGuard, await send('GET', `/api/v1/users/${subject}`, toUserError));
      // Okta activates the user when the temporary password is replaced, and a deactivated user has no password.
      if (status !== 'ACTIVE' && status !== 'DEPROVISIONED') await setPassword(subject, toUserError);
      return 'ended';
    },
    async endPassword(subject) {
      checkIsUserId(subject);
      await setPassword(subject, toUserError);
    },
  };
}

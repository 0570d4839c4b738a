import { z } from 'zod';
import { toPhoneNumber } from '../../src/core/phone-number.js';
import type { Account, Fetch, Log, Profile } from '../../src/core/ports.js';
import { FaceError } from '../../src/errors.js';
import { isLogin, isSameLogin } from '../login.js';
import { whileSigningIn } from '../rate-limit.js';
import { toStoredToken } from '../stored-token.js';
import { callOkta, createClient, parseAnswer, type Refusal } from './client.js';
import type { OktaConnection } from './config.js';
import { isUserId } from './schema.js';

/**
 * Reads and writes the token over Okta's management API.
 * @see https://developer.okta.com/docs/api/openapi/okta-management/management/tag/User/
 */
export function createOktaProfile(
  { orgUrl, auth, attribute }: Pick<OktaConnection['okta'], 'orgUrl' | 'auth' | 'attribute'>,
  { fetch, log }: { readonly fetch: Fetch; readonly log: Log },
): Profile {
  const client = createClient({ orgUrl, auth }, fetch);
  const userGuard = z.object({ id: z.string(), profile: z.object({ [attribute]: z.unknown().optional() }) });

  const call = <Answer>(send: () => Promise<Answer>): Promise<Answer> => callOkta(send, toProfileError, whileSigningIn);
  const read = async <User extends { readonly id: string }>(subject: string, guard: z.ZodType<User>): Promise<User> => {
    checkIsUserId(subject);
    const user = parseAnswer(guard, await call(() => client.userApi.getUser({ userId: subject })));
    if (user.id !== subject) throw new FaceError('subject_unknown');
    return user;
  };
  const update = async (subject: string, value: string | null): Promise<void> => {
    checkIsUserId(subject);
    // POST changes the attributes it names; PUT would clear all others.
    const answer = await call(() =>
      client.userApi.updateUser({ userId: subject, user: { profile: { [attribute]: value } } }),
    );
    // Okta answers with the user as changed. A 200 of something before it, such as a page, is no write.
    const { profile } = parseAnswer(userGuard, answer);
    if ((profile[attribute] ?? null) !== value) throw new FaceError('profile_unavailable', { reason: 'not written' });
  };

  const findAccount: Profile['findAccount'] = async (login) => {
    // Okta itself cannot be asked for a login with a slash: it would be a path.
    if (!isLogin(login) || login.includes('/')) return null;
    const answer = await call(() => client.userApi.getUser({ userId: login })).catch(nullIfUnknown);
    if (answer === null) return null;
    // The same call finds users by their id, and whoever calls as `me`.
    const account = toAccount(parseAnswer(accountGuard, answer));
    return isSameLogin(account.login, login) || isShortNameOf(account.login, login) ? account : null;
  };

  return {
    findAccount,
    readAccount: async (subject) => toAccount(await read(subject, accountGuard)),
    async readToken(subject) {
      return toStoredToken((await read(subject, userGuard)).profile[attribute], { attribute, log });
    },
    writeToken: (subject, token) => token.use((text) => update(subject, text)),
    clearToken: (subject) => update(subject, null),
    async endSessions(subject) {
      checkIsUserId(subject);
      await call(() => client.userApi.revokeUserSessions({ userId: subject, oauthTokens: true }));
    },
  };
}

const accountGuard = z.object({
  id: z.string(),
  profile: z.object({ login: z.string().min(1), email: z.string().nullish(), mobilePhone: z.string().nullish() }),
});

const toAccount = ({ id, profile: { login, email, mobilePhone } }: z.output<typeof accountGuard>): Account => ({
  subject: id,
  login,
  email: email || null,
  phone: toPhoneNumber(mobilePhone),
});

/** People may sign in by what stands before the `@`, as long as only one login begins so. */
const isShortNameOf = (login: string, text: string): boolean =>
  text !== 'me' && !text.includes('@') && login.toLowerCase().startsWith(`${text.toLowerCase()}@`);

function nullIfUnknown(error: unknown): null {
  if (error instanceof FaceError && error.code === 'subject_unknown') return null;
  throw error;
}

function checkIsUserId(subject: string): void {
  if (!isUserId(subject)) throw new FaceError('subject_unknown');
}

const toProfileError = ({ status, code }: Refusal): FaceError =>
  status === 404 ? new FaceError('subject_unknown') : new FaceError('profile_unavailable', { status, errorCode: code });

const statusRefusalGuard = z.object({ status: z.literal(403), errorCode: z.literal('E0000038') });

/**
 * Whether a profile was not changed because of the user's status: a deactivated user can be read, and changed only where
 * the org's option "Allow updates to deactivated users" is on. Trying again does not help.
 * @see https://support.okta.com/help/s/article/this-operation-is-not-allowed-in-the-users-current-status-error-when-editing-deactivated-user-profiles
 */
export const isRefusedByStatus = (error: unknown): boolean =>
  error instanceof FaceError &&
  error.code === 'profile_unavailable' &&
  statusRefusalGuard.safeParse(error.detail).success;

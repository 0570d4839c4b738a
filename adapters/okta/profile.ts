import type { Client } from '@okta/okta-sdk-nodejs';
import { z } from 'zod';
import { createClaimReader, type UsualSources } from '../../src/connections/claims.js';
import { type GroupPage, readAllGroups } from '../../src/connections/groups.js';
import {
  isLogin,
  isSameLogin,
  isSearchable,
  toNameParts,
  toPhoneNumber,
  toStoredToken,
  toWholeName,
} from '../../src/connections/profile-values.js';
import { parseAnswer } from '../../src/connections/rest-call.js';
import type { Ports } from '../../src/core/deps.js';
import type { Account, Group, NamedAccount, Profile } from '../../src/core/ports.js';
import { whileSearching, whileSigningIn } from '../../src/core/resilience.js';
import { FaceError, nullIfUnknown } from '../../src/errors.js';
import { callOkta, callRaw, createClient, nameScopes, nextPageOf, type Refusal, withScopes } from './client.js';
import type { OktaConnection } from './config.js';
import { isUserId } from './schema.js';

export const accountGuard = z.object({
  id: z.string(),
  profile: z.object({
    login: z.string().min(1),
    email: z.string().nullish(),
    mobilePhone: z.string().nullish(),
    firstName: z.string().nullish(),
    lastName: z.string().nullish(),
    displayName: z.string().nullish(),
  }),
});

export const toAccount = ({ id, profile: { login, email, mobilePhone } }: z.output<typeof accountGuard>): Account => ({
  subject: id,
  login,
  email: email || null,
  phone: toPhoneNumber(mobilePhone),
});

export const toNamedAccount = (user: z.output<typeof accountGuard>): NamedAccount => {
  const { displayName, firstName, lastName } = user.profile;
  return { ...toAccount(user), name: displayName || toWholeName(firstName ?? '', lastName ?? '') };
};

const groupsGuard = z.array(
  z.object({
    id: z.string().min(1),
    type: z.string(),
    profile: z.looseObject({ name: z.string().nullish() }),
  }),
);

/**
 * Reads one page of a user's groups. Names are returned only for Okta's own groups, because groups imported from
 * elsewhere may have the same names.
 * @see
 * https://developer.okta.com/docs/api/openapi/okta-management/management/tag/UserResources/#tag/UserResources/operation/listUserGroups
 */
export async function readGroupPage(subject: string, next: string | null, client: Client): Promise<GroupPage<string>> {
  const { body, headers } = await callRaw(client, 'GET', next ?? `/api/v1/users/${subject}/groups`);
  const groups = parseAnswer(groupsGuard, body).map(
    ({ id, type, profile }): Group => ({ id, name: type === 'APP_GROUP' ? null : profile.name || null }),
  );
  return { groups, next: nextPageOf(headers) };
}

/**
 * @see
 * https://developer.okta.com/docs/api/openapi/okta-management/management/tag/RoleAssignmentAUser/#tag/RoleAssignmentAUser/operation/listAssignedRolesForUser
 */
const rolesGuard = z.array(z.object({ type: z.string().min(1), label: z.string().nullish() }));

/** Looked up instead of a text that cannot be an id or a login, so that the time does not reveal it. */
const nobody = { id: `00u${'0'.repeat(17)}`, login: 'nobody@facestep.invalid' };

const rolesScopes = ['okta.roles.read'];

const fields = 'id,profile:(login,email,mobilePhone,firstName,lastName,displayName)';

/** Okta's search writes values as in JSON (RFC 7644, section 3.4.2.2). */
const startsWith = (name: string, text: string): string => `profile.${name} sw ${JSON.stringify(text)}`;

function toSearch(text: string): string {
  const names = ['login', 'email', 'firstName', 'lastName', 'displayName'].map((name) => startsWith(name, text));
  const whole = toNameParts(text).map(
    ({ given, family }) => `(${startsWith('firstName', given)} and ${startsWith('lastName', family)})`,
  );
  return [...names, ...whole].join(' or ');
}

/**
 * Searches users by name prefix. Okta's search index is eventually consistent and includes deactivated users.
 * @see https://developer.okta.com/docs/api/openapi/okta-management/management/tag/User/#tag/User/operation/listUsers
 */
export async function searchUsers(
  text: string,
  limit: number,
  client: Client,
  found: NamedAccount[] = [],
): Promise<readonly NamedAccount[]> {
  const users = await client.userApi.listUsers({ search: toSearch(text), limit, fields });
  // A retry begins with the first page.
  found.length = 0;
  while (found.length < limit) {
    const { value } = await users.next();
    if (value === null) break;
    found.push(toNamedAccount(parseAnswer(accountGuard, value)));
  }
  return found;
}

/**
 * Creates the profile that stores the token in a user attribute, over Okta's management API.
 * @see https://developer.okta.com/docs/api/openapi/okta-management/management/tag/User/
 */
export function createOktaProfile(
  { claims, okta: { orgUrl, auth, attribute } }: Pick<OktaConnection, 'claims' | 'okta'>,
  { fetch, log }: Ports<'log' | 'fetch'>,
): Profile {
  const client = createClient({ orgUrl, auth }, fetch);
  const rolesClient = createClient(withScopes({ orgUrl, auth }, rolesScopes), fetch);
  const { claimNames, toClaims } = createClaimReader(usualSources, claims, attribute);
  const userGuard = z.object({ id: z.string(), profile: z.object({ [attribute]: z.unknown().optional() }) });

  const call = <Answer>(send: () => Promise<Answer>): Promise<Answer> => callOkta(send, toProfileError, whileSigningIn);
  const read = async <User extends { readonly id: string }>(subject: string, guard: z.ZodType<User>): Promise<User> => {
    const userId = isUserId(subject) ? subject : nobody.id;
    const user = parseAnswer(guard, await call(() => client.userApi.getUser({ userId })));
    if (user.id !== subject) throw new FaceError('subject_unknown');
    return user;
  };
  /** Finds a login that Okta does not accept in a path: it decodes `/` and `?` there. */
  const findByFilter = async (login: string): Promise<unknown> => {
    const users = await client.userApi.listUsers({ filter: `profile.login eq ${JSON.stringify(login)}`, limit: 1 });
    return (await users.next()).value;
  };
  const update = async (subject: string, value: string | null): Promise<void> => {
    checkIsUserId(subject);
    // POST changes only the attributes it names; PUT would clear the others.
    const answer = await call(() =>
      client.userApi.updateUser({ userId: subject, user: { profile: { [attribute]: value } } }),
    );
    // Okta returns the changed user. A 200 without the new value, for example from a proxy, is an error.
    const { profile } = parseAnswer(userGuard, answer);
    if ((profile[attribute] ?? null) !== value) throw new FaceError('profile_unavailable', { reason: 'not written' });
  };

  const findAccount: Profile['findAccount'] = async (login) => {
    const target = isLogin(login) ? login : nobody.login;
    const find = () => (/[/?]/.test(target) ? findByFilter(target) : client.userApi.getUser({ userId: target }));
    const answer = await call(find).catch(nullIfUnknown);
    if (answer === null || target !== login) return null;
    // The login is compared, because the API call also finds users by id, and returns the calling user for `me`.
    const account = toAccount(parseAnswer(accountGuard, answer));
    return isSameLogin(account.login, login) || isShortNameOf(account.login, login) ? account : null;
  };

  return {
    findAccount,
    readAccount: async (subject) => toNamedAccount(await read(subject, accountGuard)),
    searchAccounts: async (text, limit, found) =>
      isSearchable(text) ? callOkta(() => searchUsers(text, limit, client, found), toProfileError, whileSearching) : [],
    claimNames,
    async readClaims(subject, names) {
      const { profile } = await read(subject, profileGuard);
      return toClaims(names, (name) => profile[name]);
    },
    async readGroups(subject) {
      checkIsUserId(subject);
      return readAllGroups((next: string | null) => call(() => readGroupPage(subject, next, client)));
    },
    /** Lists the roles of the person and of the person's groups. */
    async readAdministratorRoles(subject) {
      checkIsUserId(subject);
      const toError = (refusal: Refusal): FaceError => nameScopes(refusal, rolesScopes) ?? toProfileError(refusal);
      const read = () => callRaw(rolesClient, 'GET', `/api/v1/users/${subject}/roles`);
      const { body } = await callOkta(read, toError, whileSigningIn);
      return parseAnswer(rolesGuard, body).map(({ label, type }) => label || type);
    },
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

const usualSources = {
  name: ['firstName', 'lastName'],
  given_name: 'firstName',
  family_name: 'lastName',
  middle_name: 'middleName',
  nickname: 'nickName',
  preferred_username: 'login',
  profile: 'profileUrl',
  zoneinfo: 'timezone',
  locale: 'locale',
  email: 'email',
  phone_number: 'mobilePhone',
  address: {
    street_address: 'streetAddress',
    locality: 'city',
    region: 'state',
    postal_code: 'zipCode',
    country: 'countryCode',
  },
} satisfies UsualSources;

const profileGuard = z.object({ id: z.string(), profile: z.looseObject({}) });

/** Returns true if the text is the part of the login before the `@`, by which users may sign in if it is unique. */
const isShortNameOf = (login: string, text: string): boolean =>
  text !== 'me' && !text.includes('@') && login.toLowerCase().startsWith(`${text.toLowerCase()}@`);

export function checkIsUserId(subject: string): void {
  if (!isUserId(subject)) throw new FaceError('subject_unknown');
}

const toProfileError = ({ status, code }: Refusal): FaceError =>
  status === 404 ? new FaceError('subject_unknown') : new FaceError('profile_unavailable', { status, errorCode: code });

const statusRefusalGuard = z.object({ status: z.literal(403), errorCode: z.literal('E0000038') });

/**
 * Returns true if Okta refused a change because of the user's status.
 * @see
 * https://support.okta.com/help/s/article/this-operation-is-not-allowed-in-the-users-current-status-error-when-editing-deactivated-user-profiles
 */
export const isRefusedByStatus = (error: unknown): boolean =>
  error instanceof FaceError &&
  error.code === 'profile_unavailable' &&
  statusRefusalGuard.safeParse(error.detail).success;

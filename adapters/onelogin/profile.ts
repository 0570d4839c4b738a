import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { createClaimReader, type UsualSources, valueAt } from '../../src/connections/claims.js';
import { type GroupPage, readAllGroups } from '../../src/connections/groups.js';
import {
  isLogin,
  isSameLogin,
  isSearchable,
  joinLists,
  matchesName,
  toNameParts,
  toPhoneNumber,
  toStoredToken,
  toWholeName,
} from '../../src/connections/profile-values.js';
import { listOf, type RestAnswer } from '../../src/connections/rest-call.js';
import type { Account, CallerClass, Group, Log, NamedAccount, Profile } from '../../src/core/ports.js';
import { readAgainWhile, type Sleep } from '../../src/core/resilience.js';
import { FaceError, type Json } from '../../src/errors.js';
import { type OneLoginApi, parseOk, toUnavailable } from './client.js';
import type { OneLoginConnection } from './config.js';

export const idGuard = z.union([z.number(), z.string()]).transform(String);

export const accountGuard = z.object({
  id: idGuard,
  username: z.string().nullish(),
  email: z.string().nullish(),
  phone: z.string().nullish(),
  firstname: z.string().nullish(),
  lastname: z.string().nullish(),
});

export type FoundUser = z.output<typeof accountGuard>;

export const toAccount = ({ id, username, email, phone }: FoundUser): Account => ({
  subject: id,
  login: username || email || '',
  email: email || null,
  phone: toPhoneNumber(phone),
});

export const toNamedAccount = (user: FoundUser): NamedAccount => ({
  ...toAccount(user),
  name: toWholeName(user.firstname ?? '', user.lastname ?? ''),
});

export const roleIdsGuard = z.object({ id: idGuard, role_ids: listOf(idGuard) });

const roleGuard = z.object({ name: z.string().nullish() });

const pageSize = 5;

/** Maximum of roles per user, because these calls share the hourly quota with sign-ins. */
const mostRoles = 100;

/** @see https://developers.onelogin.com/api-docs/2/roles/get-role */
export async function readRolePage(
  ids: readonly string[],
  from: number,
  api: Pick<OneLoginApi, 'call'>,
): Promise<GroupPage<number>> {
  if (ids.length > mostRoles) throw toUnavailable({ reason: 'too many groups' });
  const readRole = async (id: string): Promise<Group[]> => {
    const answer = await api.call('GET', `/api/2/roles/${encodeURIComponent(id)}`);
    if (answer.status === 404) return [];
    return [{ id, name: parseOk(roleGuard.extend({ id: idGuard.pipe(z.literal(id)) }), answer).name || null }];
  };
  const groups = await Promise.all(ids.slice(from, from + pageSize).map(readRole));
  const next = from + pageSize;
  return { groups: groups.flat(), next: next < ids.length ? next : null };
}

type Prefixes = Readonly<Record<string, string>>;

/**
 * Searches users by name prefix, with at most half of the hourly quota. OneLogin cannot escape `*` and `!`, so the rest
 * of the text is compared here.
 * @see https://developers.onelogin.com/api-docs/2/users/list-users
 * @see https://developers.onelogin.com/api-docs/2/getting-started/using-query-parameters
 */
export async function searchUsers(
  text: string,
  limit: number,
  api: OneLoginApi,
  found: NamedAccount[] = [],
): Promise<readonly NamedAccount[]> {
  const list = async (prefixes: Prefixes): Promise<readonly NamedAccount[]> => {
    const plain = Object.entries(prefixes).map(([field, beginning]) => [field, /^[^*!]*/.exec(beginning)?.[0] ?? '']);
    if (plain.some(([, beginning]) => beginning === '')) return [];
    const query = new URLSearchParams({
      ...Object.fromEntries(plain.map(([field, beginning]) => [field, `${beginning}*`])),
      limit: String(limit),
      fields: 'id,username,email,phone,firstname,lastname',
    });
    const users = parseOk(z.array(accountGuard), await api.search(`/api/2/users?${query}`));
    return users.filter((user) => matchesName(text, toNames(user))).map(toNamedAccount);
  };
  const questions: readonly Prefixes[] = [
    ...['username', 'email', 'firstname', 'lastname'].map((field) => ({ [field]: text })),
    ...toNameParts(text).map(({ given, family }) => ({ firstname: given, lastname: family })),
  ];
  return joinLists(questions.map(list), limit, found);
}

const toNames = ({ username, email, firstname, lastname }: FoundUser) => ({
  given: firstname ?? '',
  family: lastname ?? '',
  others: [username ?? '', email ?? ''],
});

const isUserId = (subject: string): boolean => /^[1-9]\d{0,18}$/.test(subject);

/** Looked up instead of a text that cannot be an id or a login, so that the time does not reveal it. */
export const nobody = { id: '2147483647', login: 'nobody@facestep.invalid' };

/** Rejects text that is no user id, because such text could change the path of the API call. */
function checkIsUserId(subject: string): void {
  if (!isUserId(subject)) throw new FaceError('subject_unknown');
}

function toUserPath(subject: string): string {
  checkIsUserId(subject);
  return `/api/2/users/${subject}`;
}

const loggedOutGuard = z.object({ status: z.object({ error: z.literal(false) }) });

const wholeGuard = z.looseObject({ id: idGuard });

const usualSources = {
  name: ['firstname', 'lastname'],
  given_name: 'firstname',
  family_name: 'lastname',
  preferred_username: 'username',
  locale: 'preferred_locale_code',
  email: 'email',
  phone_number: 'phone',
} satisfies UsualSources;

type Fields = Readonly<Record<string, Json>>;

const fieldsGuard = z
  .object({ id: idGuard, custom_attributes: z.record(z.string(), z.json()).nullish() })
  .transform(({ id, custom_attributes }): { readonly id: string; readonly fields: Fields } => {
    const filled = Object.entries(custom_attributes ?? {}).filter(([, value]) => value !== null && value !== '');
    return { id, fields: Object.fromEntries(filled) };
  });

function parseUser<User>(guard: z.ZodType<User>, answer: RestAnswer): User {
  if (answer.status === 404) throw new FaceError('subject_unknown');
  return parseOk(guard, answer);
}

/** @throws FaceError `subject_unknown`, `profile_unavailable` */
export async function readUser<User extends { readonly id: string }>(
  subject: string,
  guard: z.ZodType<User>,
  { api, caller }: { readonly api: OneLoginApi; readonly caller?: CallerClass | undefined },
): Promise<User> {
  const target = isUserId(subject) ? subject : nobody.id;
  const user = parseUser(guard, await api.call('GET', toUserPath(target), null, caller));
  if (user.id !== subject) throw new FaceError('subject_unknown');
  return user;
}

const writeTries = 3;

/**
 * Creates the profile that stores the token in a custom user field. An update may clear omitted fields, so a write is:
 * read, merge, write, compare.
 * @see https://developers.onelogin.com/api-docs/2/users/update-user
 */
export function createOneLoginProfile(
  { claims, onelogin: { attribute } }: Pick<OneLoginConnection, 'claims' | 'onelogin'>,
  { api, log, sleep }: { readonly api: OneLoginApi; readonly log: Log; readonly sleep: Sleep },
): Profile {
  const { claimNames, toClaims } = createClaimReader(usualSources, claims, `custom_attributes.${attribute}`);
  const read = <User extends { readonly id: string }>(subject: string, guard: z.ZodType<User>, caller?: CallerClass) =>
    readUser(subject, guard, { api, caller });
  const readFields = async (subject: string, caller?: CallerClass): Promise<Fields> =>
    (await read(subject, fieldsGuard, caller)).fields;
  const write = async (subject: string, text: string): Promise<void> => {
    let found = await readFields(subject);
    for (let tries = 0; tries < writeTries; tries += 1) {
      if ((found[attribute] ?? '') === text) return;
      const { [attribute]: _former, ...others } = found;
      const change = { ...others, [attribute]: text };
      parseUser(fieldsGuard, await api.call('PUT', toUserPath(subject), { custom_attributes: change }));
      const target = text === '' ? others : change;
      const earlier = found;
      const isEarlier = (fields: Fields): boolean => isDeepStrictEqual(fields, earlier);
      found = await readAgainWhile(() => readFields(subject), isEarlier, sleep);
      if (isDeepStrictEqual(found, target)) return;
    }
    // The maximum length is undocumented, and a truncated token could never be opened.
    if ((found[attribute] ?? '') === text) return;
    throw toUnavailable({ reason: 'the field does not hold what was written' });
  };

  const listBy = async (
    field: 'username' | 'email',
    text: string,
    caller?: CallerClass,
  ): Promise<readonly FoundUser[]> => {
    const query = new URLSearchParams({ [field]: text, fields: 'id,username,email,phone' });
    const users = parseOk(z.array(accountGuard), await api.call('GET', `/api/2/users?${query}`, null, caller));
    return users.filter((user) => isSameLogin(user[field] ?? '', text));
  };
  const findAccount: Profile['findAccount'] = async (login, asker) => {
    const target = isLogin(login) ? login : nobody.login;
    const named = [...(await listBy('username', target, asker)), ...(await listBy('email', target, asker))];
    const [found, ...others] = new Map(named.map((user) => [user.id, user])).values();
    return found === undefined || others.length > 0 || target !== login ? null : toAccount(found);
  };

  return {
    findAccount,
    readAccount: async (subject, asker) => toNamedAccount(await read(subject, accountGuard, asker)),
    claimNames,
    async readClaims(subject, names) {
      const user = await read(subject, wholeGuard);
      return toClaims(names, (path) => valueAt(user, path.split('.')));
    },
    async readGroups(subject) {
      const { role_ids: ids } = await read(subject, roleIdsGuard);
      return readAllGroups((from: number | null) => readRolePage(ids, from ?? 0, api));
    },
    searchAccounts: async (text, limit, found) => (isSearchable(text) ? searchUsers(text, limit, api, found) : []),
    async readToken(subject, caller) {
      return toStoredToken((await readFields(subject, caller))[attribute] ?? '', { attribute, log });
    },
    writeToken: (subject, token) => token.use((text) => write(subject, text)),
    clearToken: (subject) => write(subject, ''),
    async endSessions(subject) {
      checkIsUserId(subject);
      parseUser(loggedOutGuard, await api.call('PUT', `/api/1/users/${subject}/logout`));
    },
  };
}

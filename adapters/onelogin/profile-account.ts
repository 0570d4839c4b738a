import { z } from 'zod';
import type { GroupPage } from '../../src/connections/groups.js';
import { listOf } from '../../src/connections/rest-call.js';
import { distinct, matchesName, toNameParts, toWholeName } from '../../src/connections/search.js';
import { toPhoneNumber } from '../../src/core/ports/profile.js';
import type { Account, Group, NamedAccount } from '../../src/core/ports.js';
import { type OneLoginApi, parseOk, toUnavailable } from './client.js';

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

type Asked = Readonly<Record<string, string>>;

/**
 * Searches users by name prefix, with at most half of the hourly quota. OneLogin cannot escape `*` and `!`, so the rest
 * of the text is compared here.
 * @see https://developers.onelogin.com/api-docs/2/users/list-users
 * @see https://developers.onelogin.com/api-docs/2/getting-started/using-query-parameters
 */
export async function searchUsers(text: string, limit: number, api: OneLoginApi): Promise<readonly NamedAccount[]> {
  const list = async (asked: Asked): Promise<readonly FoundUser[]> => {
    const plain = Object.entries(asked).map(([field, beginning]) => [field, /^[^*!]*/.exec(beginning)?.[0] ?? '']);
    if (plain.some(([, beginning]) => beginning === '')) return [];
    const query = new URLSearchParams({
      ...Object.fromEntries(plain.map(([field, beginning]) => [field, `${beginning}*`])),
      ...{ limit: String(limit), fields: 'id,username,email,phone,firstname,lastname' },
    });
    return parseOk(z.array(accountGuard), await api.call('GET', `/api/2/users?${query}`, null, 'outsider'));
  };
  const questions: readonly Asked[] = [
    ...['username', 'email', 'firstname', 'lastname'].map((field) => ({ [field]: text })),
    ...toNameParts(text).map(({ given, family }) => ({ firstname: given, lastname: family })),
  ];
  const lists = await Promise.all(questions.map(list));
  const called = lists.flat().filter((user) => matchesName(text, toNames(user)));
  return distinct(called.map(toNamedAccount), limit);
}

const toNames = ({ username, email, firstname, lastname }: FoundUser) => ({
  given: firstname ?? '',
  family: lastname ?? '',
  others: [username ?? '', email ?? ''],
});

import { z } from 'zod';
import { distinct, isCalled, toNameParts } from '../../src/connections/search.js';
import type { NamedAccount } from '../../src/core/ports.js';
import { type OneLoginApi, parseOk } from './client.js';
import { accountGuard, type FoundUser, toNamedAccount } from './profile-account.js';

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
  const called = lists.flat().filter((user) => isCalled(text, toNames(user)));
  return distinct(called.map(toNamedAccount), limit);
}

const toNames = ({ username, email, firstname, lastname }: FoundUser) => ({
  given: firstname ?? '',
  family: lastname ?? '',
  others: [username ?? '', email ?? ''],
});

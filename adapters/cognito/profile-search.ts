import type { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { isCalled, toNameParts } from '../../src/connections/search.js';
import type { NamedAccount } from '../../src/core/ports.js';
import { listUsers } from './profile-list.js';
import { type FoundUser, nameOf, toNamedAccount } from './profile-user.js';

/**
 * Attributes to search, one request each, because a filter accepts one attribute. Only `username` is case-sensitive.
 */
const searched = ['username', 'email', 'preferred_username', 'name', 'given_name', 'family_name'] as const;

/**
 * Searches users by name prefix. A filter cannot contain `"` or `\`, for which no escape is documented, so the text
 * from there on is compared here.
 * @see
 * https://docs.aws.amazon.com/cognito/latest/developerguide/how-to-manage-user-accounts.html#cognito-user-pools-searching-for-users-using-listusers-api
 */
export async function searchUsers(
  text: string,
  limit: number,
  { UserPoolId, client }: { readonly UserPoolId: string; readonly client: CognitoIdentityProviderClient },
): Promise<readonly NamedAccount[]> {
  const list = async (attribute: string, beginning: string): Promise<readonly FoundUser[]> => {
    const [plain = ''] = /^[^"\\]*/.exec(beginning) ?? [];
    if (plain === '') return [];
    return listUsers(`${attribute} ^= "${plain}"`, limit, { UserPoolId, client });
  };
  const questions = [
    ...searched.map((attribute) => ({ attribute, beginning: text })),
    ...toNameParts(text).map(({ family }) => ({ attribute: 'family_name', beginning: family })),
  ];
  const found = new Map<string, NamedAccount>();
  // Requests are sequential, because the rate limit applies to the whole AWS account.
  for (const { attribute, beginning } of questions) {
    if (found.size >= limit) break;
    const called = (await list(attribute, beginning)).filter((user) => isCalled(text, toNames(user)));
    for (const user of called) found.set(user.username, toNamedAccount(user));
  }
  return [...found.values()].slice(0, limit);
}

const toNames = (user: FoundUser) => {
  const read = (name: string): string => user.attributes.get(name) ?? '';
  const others = [user.username, nameOf(user), read('email'), read('preferred_username'), read('name')];
  return { given: read('given_name'), family: read('family_name'), others };
};

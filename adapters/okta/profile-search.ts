import type { Client } from '@okta/okta-sdk-nodejs';
import { parseAnswer } from '../../src/connections/rest-call.js';
import { toNameParts } from '../../src/connections/search.js';
import type { NamedAccount } from '../../src/core/ports.js';
import { accountGuard, toNamedAccount } from './profile-account.js';

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
export async function searchUsers(text: string, limit: number, client: Client): Promise<readonly NamedAccount[]> {
  const users = await client.userApi.listUsers({ search: toSearch(text), limit, fields });
  const found: NamedAccount[] = [];
  while (found.length < limit) {
    const { value } = await users.next();
    if (value === null) break;
    found.push(toNamedAccount(parseAnswer(accountGuard, value)));
  }
  return found;
}

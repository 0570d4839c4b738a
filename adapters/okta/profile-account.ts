import type { Client } from '@okta/okta-sdk-nodejs';
import { z } from 'zod';
import type { GroupPage } from '../../src/connections/groups.js';
import { parseAnswer } from '../../src/connections/rest-call.js';
import { toNameParts, toWholeName } from '../../src/connections/search.js';
import { toPhoneNumber } from '../../src/core/ports/profile.js';
import type { Account, Group, NamedAccount } from '../../src/core/ports.js';
import type { OktaAnswer } from './client.js';
import { nextPageOf } from './provision-list.js';

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

interface HttpResponse {
  readonly headers: OktaAnswer['headers'];
  json(): Promise<unknown>;
}

/**
 * Reads one page of a user's groups. Names are returned only for Okta's own groups, because groups imported from
 * elsewhere may have the same names.
 * @see
 * https://developer.okta.com/docs/api/openapi/okta-management/management/tag/UserResources/#tag/UserResources/operation/listUserGroups
 */
export async function readGroupPage(subject: string, next: string | null, client: Client): Promise<GroupPage<string>> {
  const url = client.baseUrl + (next ?? `/api/v1/users/${subject}/groups`);
  const request = { url, method: 'GET', headers: { Accept: 'application/json' } };
  const response: HttpResponse = await client.http.http(url, request);
  const body = await response.json().catch(() => null);
  const groups = parseAnswer(groupsGuard, body).map(
    ({ id, type, profile }): Group => ({ id, name: type === 'APP_GROUP' ? null : profile.name || null }),
  );
  return { groups, next: nextPageOf(response.headers) };
}

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

import { z } from 'zod';
import { listOf, parseAnswer } from '../../src/connections/rest-call.js';
import { distinct, isCalled, toNameParts } from '../../src/connections/search.js';
import type { NamedAccount } from '../../src/core/ports.js';
import type { ScimApi } from './client.js';
import { namedGuard, type ScimNamed, toNamedAccount, toUnavailable } from './schema.js';

const listGuard = z.object({ Resources: listOf(namedGuard) });

/** SCIM filters write values as in JSON (RFC 7644, section 3.4.2.2). */
const startsWith = (path: string, text: string): string => `${path} sw ${JSON.stringify(text)}`;

/** @see https://www.rfc-editor.org/rfc/rfc7644#section-3.4.2 */
export async function searchUsers(text: string, limit: number, api: ScimApi): Promise<readonly NamedAccount[]> {
  const ask = async (filter: string, isNeeded: boolean): Promise<readonly ScimNamed[]> => {
    const attributes = 'userName,emails,displayName,name';
    const query = new URLSearchParams({ filter, attributes, count: String(limit) });
    const answer = await api.call('GET', `/Users?${query}`);
    if (answer.status === 200) return parseAnswer(listGuard, answer.body).Resources;
    if ([400, 501].includes(answer.status) && !isNeeded) return [];
    throw toUnavailable(answer);
  };
  const lists = await Promise.all([
    ask(startsWith('userName', text), true),
    ...['emails.value', 'displayName', 'name.givenName', 'name.familyName'].map((path) =>
      ask(startsWith(path, text), false),
    ),
    ...toNameParts(text).map(({ family }) => ask(startsWith('name.familyName', family), false)),
  ]);
  const called = lists.flat().filter((user) => isCalled(text, toNames(user)));
  return distinct(called.map(toNamedAccount), limit);
}

const toNames = ({ userName, emails, displayName, name }: ScimNamed) => ({
  given: name.givenName,
  family: name.familyName,
  others: [userName, displayName, name.formatted, ...(emails ?? []).map(({ value }) => value ?? '')],
});

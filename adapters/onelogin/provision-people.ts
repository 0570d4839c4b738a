import { z } from 'zod';
import { type CensusPage, countPage, isFilled } from '../../src/connections/census.js';
import { onlyGroup } from '../../src/connections/members.js';
import { listOf } from '../../src/connections/rest-call.js';
import type { Member } from '../../src/core/ports.js';
import { type OneLoginApi, parseOk } from './client.js';
import { idGuard } from './profile-account.js';
import type { Parts } from './provision-account.js';

const activeStatus = 1;

/**
 * Returns the cursor of the next page, or `null`. OneLogin sends the cursor percent-encoded and rejects double
 * encoding.
 */
function readNextCursor(headers: Headers): string | null {
  const written = headers.get('after-cursor') || null;
  try {
    return written === null ? null : decodeURIComponent(written);
  } catch {
    return written;
  }
}

/** Lists users page by page, with at most half of the hourly quota. */
async function* listPages<User>(guard: z.ZodType<User>, fields: string, api: OneLoginApi): AsyncGenerator<User[]> {
  let cursor: string | null = null;
  do {
    const query: URLSearchParams = new URLSearchParams({ fields, ...(cursor === null ? {} : { cursor }) });
    const answer = await api.call('GET', `/api/2/users?${query}`, null, 'outsider');
    yield parseOk(z.array(guard), answer);
    cursor = readNextCursor(answer.headers);
  } while (cursor !== null);
}

const holderGuard = z.object({
  id: idGuard,
  status: z.number(),
  custom_attributes: z.record(z.string(), z.unknown()),
});

/** Lists the active users. */
export async function* listCensus({ onelogin: { attribute }, api }: Parts): AsyncGenerator<CensusPage> {
  for await (const users of listPages(holderGuard, 'id,status,custom_attributes', api)) {
    const active = users.filter((user) => user.status === activeStatus);
    yield countPage(active.map((user) => ({ subject: user.id, value: user.custom_attributes[attribute] })));
  }
}

const rolesGuard = z.array(z.object({ id: idGuard, name: z.string() }));
const memberGuard = holderGuard.extend({
  username: z.string().nullish(),
  email: z.string().nullish(),
  role_ids: listOf(idGuard),
});

/** Statuses that are active or temporary: locked, password expired or reset, security questions required. */
const staying: readonly number[] = [1, 3, 4, 5, 8];

/**
 * Lists a role's users, except suspended and not yet activated ones. It reads all users, because the list of role
 * members lacks addresses.
 * @see https://developers.onelogin.com/api-docs/2/roles/list-roles
 */
export async function* listMembers(
  group: string,
  { onelogin: { attribute }, api }: Pick<Parts, 'onelogin' | 'api'>,
): AsyncGenerator<Member[]> {
  const findByName = async (): Promise<string> => {
    const path = `/api/2/roles?${new URLSearchParams({ name: group })}`;
    const roles = parseOk(rolesGuard, await api.call('GET', path, null, 'outsider'));
    return onlyGroup(roles.filter(({ name }) => name.toLowerCase() === group.toLowerCase())).id;
  };
  const role = /^\d{1,18}$/.test(group) ? group : await findByName();
  const fields = 'id,status,username,email,role_ids,custom_attributes';
  for await (const users of listPages(memberGuard, fields, api)) {
    const active = users.filter((user) => staying.includes(user.status) && user.role_ids.includes(role));
    yield active.map(({ id, username, email, custom_attributes }) => ({
      ...{ subject: id, login: username || email || '', email: email || null },
      isEnrolled: isFilled(custom_attributes[attribute]),
    }));
  }
}

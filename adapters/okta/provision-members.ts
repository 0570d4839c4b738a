import { z } from 'zod';
import { isFilled } from '../../src/connections/census.js';
import { onlyGroup } from '../../src/connections/members.js';
import type { Fetch, Member } from '../../src/core/ports.js';
import { createSendToOkta, parseAnswer } from './client.js';
import type { OktaConnection } from './config.js';
import { nextPageOf } from './provision-list.js';

const pageSize = 200;

const scopes = ['okta.users.read', 'okta.groups.read'];

const groupsGuard = z.array(z.object({ id: z.string() }));
const usersGuard = z.array(
  z.object({
    id: z.string(),
    status: z.string(),
    profile: z.looseObject({ login: z.string().min(1), email: z.string().nullish() }),
  }),
);

const staying: readonly string[] = ['ACTIVE', 'LOCKED_OUT', 'PASSWORD_EXPIRED', 'RECOVERY'];

/**
 * Lists a group's users, except deprovisioned, suspended and not yet activated ones.
 * @see
 * https://developer.okta.com/docs/api/openapi/okta-management/management/tag/Group/#tag/Group/operation/listGroupUsers
 */
export async function* listMembers(
  group: string,
  { orgUrl, auth, attribute }: OktaConnection['okta'],
  { fetch }: { readonly fetch: Fetch },
): AsyncGenerator<Member[]> {
  const access = { orgUrl, auth: auth.kind === 'private_key' ? { ...auth, scopes } : auth };
  const send = createSendToOkta(access, fetch);
  const findByName = async (): Promise<string> => {
    const query = new URLSearchParams({ search: `profile.name eq ${JSON.stringify(group)}`, limit: '2' });
    return onlyGroup(parseAnswer(groupsGuard, (await send('GET', `/api/v1/groups?${query}`)).body)).id;
  };
  const id = /^00g[A-Za-z0-9]{17}$/.test(group) ? group : await findByName();
  let next: string | null = `/api/v1/groups/${id}/users?limit=${pageSize}`;
  while (next !== null) {
    const { body, headers } = await send('GET', next);
    const members = parseAnswer(usersGuard, body).filter(({ status }) => staying.includes(status));
    yield members.map(({ id: subject, profile }) => ({
      ...{ subject, login: profile.login, email: profile.email || null },
      isEnrolled: isFilled(profile[attribute]),
    }));
    next = nextPageOf(headers);
  }
}

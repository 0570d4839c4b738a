import { z } from 'zod';
import { type CensusPage, countPage, isFilled } from '../../src/connections/census.js';
import { onlyGroup } from '../../src/connections/members.js';
import { parseAnswer } from '../../src/connections/rest-call.js';
import type { Member } from '../../src/core/ports.js';
import { createSendToOkta } from './client.js';
import type { OktaProvisionDeps } from './provision-channel.js';
import { listPages } from './provision-list.js';

const pageSize = 200;

const holderGuard = z.object({ id: z.string(), profile: z.record(z.string(), z.unknown()).nullish() });

/** Lists active users with the token attribute only. It uses `filter`, because the index of `search` may be stale. */
export async function* listCensus({ settings, fetch }: OktaProvisionDeps): AsyncGenerator<CensusPage> {
  const { attribute } = settings.okta;
  const query = { filter: 'status eq "ACTIVE"', fields: `id,profile:(${attribute})`, limit: String(pageSize) };
  const written = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  const pages = listPages(holderGuard, `/api/v1/users?${written.join('&')}`, createSendToOkta(settings.okta, fetch));
  for await (const users of pages)
    yield countPage(users.map(({ id, profile }) => ({ subject: id, value: profile?.[attribute] })));
}

const scopes = ['okta.users.read', 'okta.groups.read'];

const groupsGuard = z.array(z.object({ id: z.string() }));
const memberGuard = z.object({
  id: z.string(),
  status: z.string(),
  profile: z.looseObject({ login: z.string().min(1), email: z.string().nullish() }),
});

const staying: readonly string[] = ['ACTIVE', 'LOCKED_OUT', 'PASSWORD_EXPIRED', 'RECOVERY'];

/**
 * Lists a group's users, except deprovisioned, suspended and not yet activated ones.
 * @see
 * https://developer.okta.com/docs/api/openapi/okta-management/management/tag/Group/#tag/Group/operation/listGroupUsers
 */
export async function* listMembers(
  group: string,
  { settings, fetch }: Pick<OktaProvisionDeps, 'settings' | 'fetch'>,
): AsyncGenerator<Member[]> {
  const { orgUrl, auth, attribute } = settings.okta;
  const send = createSendToOkta({ orgUrl, auth: auth.kind === 'private_key' ? { ...auth, scopes } : auth }, fetch);
  const findByName = async (): Promise<string> => {
    const query = new URLSearchParams({ search: `profile.name eq ${JSON.stringify(group)}`, limit: '2' });
    return onlyGroup(parseAnswer(groupsGuard, (await send('GET', `/api/v1/groups?${query}`)).body)).id;
  };
  const id = /^00g[A-Za-z0-9]{17}$/.test(group) ? group : await findByName();
  for await (const users of listPages(memberGuard, `/api/v1/groups/${id}/users?limit=${pageSize}`, send))
    yield users
      .filter(({ status }) => staying.includes(status))
      .map(({ id: subject, profile }) => ({
        ...{ subject, login: profile.login, email: profile.email || null },
        isEnrolled: isFilled(profile[attribute]),
      }));
}

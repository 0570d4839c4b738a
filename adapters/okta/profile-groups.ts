import type { Client } from '@okta/okta-sdk-nodejs';
import { z } from 'zod';
import type { GroupPage } from '../../src/connections/groups.js';
import { parseAnswer } from '../../src/connections/rest-call.js';
import type { Group } from '../../src/core/ports.js';
import type { OktaAnswer } from './client.js';
import { nextPageOf } from './provision-list.js';

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

import type { Client } from '@okta/okta-sdk-nodejs';
import { z } from 'zod';
import type { Group } from '../../src/core/ports.js';
import type { GroupPage } from '../groups.js';
import { type OktaAnswer, parseAnswer } from './client.js';
import { nextPageOf } from './provision-list.js';

const groupsGuard = z.array(
  z.object({
    id: z.string().min(1),
    type: z.string(),
    profile: z.looseObject({ name: z.string().nullish() }),
  }),
);

// The SDK's own type of a response comes from a package that it does not bring along.
interface HttpResponse {
  readonly headers: OktaAnswer['headers'];
  json(): Promise<unknown>;
}

/**
 * One page of the groups that a user is in. Names are told of Okta's own groups, which no other has; one that is imported may
 * be called like one of these, and counts by its id.
 * @param next - the path of the page; `null` for the first
 * @see https://developer.okta.com/docs/api/openapi/okta-management/management/tag/UserResources/#tag/UserResources/operation/listUserGroups
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

import { z } from 'zod';
import type { GroupPage } from '../../src/connections/groups.js';
import { listOf } from '../../src/connections/rest-call.js';
import type { Group } from '../../src/core/ports.js';
import { type OneLoginApi, parseOk, toUnavailable } from './client.js';
import { idGuard } from './profile-account.js';

export const roleIdsGuard = z.object({ id: idGuard, role_ids: listOf(idGuard) });

const roleGuard = z.object({ name: z.string().nullish() });

const pageSize = 5;

/** Maximum of roles per user, because these calls share the hourly quota with sign-ins. */
const mostRoles = 100;

/** @see https://developers.onelogin.com/api-docs/2/roles/get-role */
export async function readRolePage(
  ids: readonly string[],
  from: number,
  api: Pick<OneLoginApi, 'call'>,
): Promise<GroupPage<number>> {
  if (ids.length > mostRoles) throw toUnavailable({ reason: 'too many groups' });
  const readRole = async (id: string): Promise<Group[]> => {
    const answer = await api.call('GET', `/api/2/roles/${encodeURIComponent(id)}`);
    if (answer.status === 404) return [];
    return [{ id, name: parseOk(roleGuard.extend({ id: idGuard.pipe(z.literal(id)) }), answer).name || null }];
  };
  const groups = await Promise.all(ids.slice(from, from + pageSize).map(readRole));
  const next = from + pageSize;
  return { groups: groups.flat(), next: next < ids.length ? next : null };
}

import { z } from 'zod';
import type { GroupPage } from '../../src/connections/groups.js';
import type { Group } from '../../src/core/ports.js';
import { type OneLoginApi, toUnavailable } from './client.js';
import { accountGuard } from './profile-account.js';

const idGuard = z.union([z.string(), z.number()]).transform(String);

export const roleIdsGuard = z.object({
  id: accountGuard.shape.id,
  role_ids: z
    .array(idGuard)
    .nullish()
    .transform((ids) => ids ?? []),
});

const roleGuard = z.object({ id: idGuard, name: z.string().nullish() });

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
    const { status, body } = await api.call('GET', `/api/2/roles/${encodeURIComponent(id)}`);
    if (status === 404) return [];
    if (status !== 200) throw toUnavailable({ status });
    const role = roleGuard.safeParse(body);
    if (!role.success || role.data.id !== id) throw toUnavailable({ reason: 'answer not understood' });
    return [{ id, name: role.data.name || null }];
  };
  const groups = await Promise.all(ids.slice(from, from + pageSize).map(readRole));
  const next = from + pageSize;
  return { groups: groups.flat(), next: next < ids.length ? next : null };
}

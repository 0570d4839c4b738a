import { z } from 'zod';
import type { GroupPage } from '../../src/connections/groups.js';
import { parseAnswer, type RestAnswer } from '../../src/connections/rest-call.js';
import type { Group } from '../../src/core/ports.js';
import { FaceError } from '../../src/errors.js';
import { toRefusalDetail } from './client.js';

const pageGuard = z.object({
  value: z.array(
    z.object({
      id: z.string().min(1),
      displayName: z.string().nullish(),
      onPremisesSyncEnabled: z.boolean().nullish(),
      isAssignableToRole: z.boolean().nullish(),
    }),
  ),
  '@odata.nextLink': z.string().optional(),
});

/**
 * Path of the first page. The cast to `microsoft.graph.group` makes this an advanced query, which needs `$count`.
 * @see https://learn.microsoft.com/en-us/graph/api/user-list-transitivememberof
 */
export const toGroupsPath = (userId: string): string =>
  `/users/${userId}/transitiveMemberOf/microsoft.graph.group?$count=true` +
  '&$select=id,displayName,onPremisesSyncEnabled,isAssignableToRole&$top=999';

/**
 * Parses a page of a user's groups. Names are returned only for on-premises and role-assignable groups, because any
 * user may create other groups.
 */
export function parseGroupPage(
  answer: RestAnswer,
  { namesCount }: { readonly namesCount: boolean },
): GroupPage<string> {
  if (answer.status === 404) throw new FaceError('subject_unknown');
  if (answer.status !== 200) throw new FaceError('profile_unavailable', toRefusalDetail(answer));
  const { value, '@odata.nextLink': next = null } = parseAnswer(pageGuard, answer.body);
  const groups = value.map(({ id, displayName, onPremisesSyncEnabled, isAssignableToRole }): Group => {
    const isKept = namesCount && (onPremisesSyncEnabled === true || isAssignableToRole === true);
    return { id, name: isKept ? displayName || null : null };
  });
  return { groups, next };
}

import { z } from 'zod';
import { isFilled } from '../../src/connections/census.js';
import { onlyGroup } from '../../src/connections/members.js';
import type { Member } from '../../src/core/ports.js';
import { guidGuard } from './config-tenant.js';
import type { EntraProvisionDeps } from './provision-graph.js';

const groupsGuard = z.object({ value: z.array(z.object({ id: z.string() })) });
const pageGuard = z.object({
  value: z.array(
    z.looseObject({
      id: z.string(),
      userPrincipalName: z.string(),
      mail: z.string().nullish(),
      accountEnabled: z.boolean().nullish(),
    }),
  ),
  '@odata.nextLink': z.string().optional(),
});

/** @see https://learn.microsoft.com/en-us/graph/api/group-list-transitivemembers */
export async function* listMembers(
  group: string,
  { settings, graph }: Pick<EntraProvisionDeps, 'settings' | 'graph'>,
): AsyncGenerator<Member[]> {
  const { attribute } = settings.entra;
  const findByName = async (): Promise<string> => {
    const filter = encodeURIComponent(`displayName eq '${group.replaceAll("'", "''")}'`);
    return onlyGroup((await graph.read(groupsGuard, `/groups?$filter=${filter}&$select=id&$top=2`)).value).id;
  };
  const id = guidGuard.safeParse(group).data ?? (await findByName());
  const select = `id,userPrincipalName,mail,accountEnabled,${attribute}`;
  let next: string | undefined =
    `/groups/${id}/transitiveMembers/microsoft.graph.user?$count=true&$select=${select}&$top=999`;
  while (next !== undefined) {
    const page: z.output<typeof pageGuard> = await graph.read(pageGuard, next);
    yield page.value
      .filter(({ accountEnabled }) => accountEnabled !== false)
      .map((user) => ({
        ...{ subject: user.id.toLowerCase(), login: user.userPrincipalName, email: user.mail || null },
        isEnrolled: isFilled(user[attribute]),
      }));
    next = page['@odata.nextLink'];
  }
}

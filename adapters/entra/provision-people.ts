import { z } from 'zod';
import { type CensusPage, countPage, isFilled } from '../../src/connections/census.js';
import { onlyGroup } from '../../src/connections/members.js';
import type { Member } from '../../src/core/ports.js';
import { guidGuard } from './config-oidc.js';
import type { EntraProvisionDeps } from './provision-graph.js';

type Deps = Pick<EntraProvisionDeps, 'settings' | 'graph'>;

/**
 * Lists the enabled users of the connection's own tenant. If a user has no token, Graph omits the extension.
 * @see https://learn.microsoft.com/en-us/graph/api/user-list
 */
export async function* listCensus({ settings, graph }: Deps): AsyncGenerator<CensusPage> {
  const { attribute } = settings.entra;
  const path = `/users?$filter=accountEnabled eq true&$select=id,${attribute}&$top=999`;
  for await (const users of graph.listPages(z.looseObject({ id: z.string() }), path))
    yield countPage(users.map((user) => ({ subject: user.id, value: user[attribute] })));
}

const memberGuard = z.looseObject({
  id: z.string(),
  userPrincipalName: z.string(),
  mail: z.string().nullish(),
  accountEnabled: z.boolean().nullish(),
});

/** @see https://learn.microsoft.com/en-us/graph/api/group-list-transitivemembers */
export async function* listMembers(group: string, { settings, graph }: Deps): AsyncGenerator<Member[]> {
  const { attribute } = settings.entra;
  const findByName = async (): Promise<string> => {
    const filter = encodeURIComponent(`displayName eq '${group.replaceAll("'", "''")}'`);
    const groupsGuard = z.object({ value: z.array(z.object({ id: z.string() })) });
    return onlyGroup((await graph.read(groupsGuard, `/groups?$filter=${filter}&$select=id&$top=2`)).value).id;
  };
  const id = guidGuard.safeParse(group).data ?? (await findByName());
  const select = `id,userPrincipalName,mail,accountEnabled,${attribute}`;
  const path = `/groups/${id}/transitiveMembers/microsoft.graph.user?$count=true&$select=${select}&$top=999`;
  for await (const users of graph.listPages(memberGuard, path))
    yield users
      .filter(({ accountEnabled }) => accountEnabled !== false)
      .map((user) => ({
        ...{ subject: user.id.toLowerCase(), login: user.userPrincipalName, email: user.mail || null },
        isEnrolled: isFilled(user[attribute]),
      }));
}

import { z } from 'zod';
import { type CensusPage, countPage } from '../../src/connections/census.js';
import type { EntraProvisionDeps } from './provision-graph.js';

const pageGuard = z.object({
  value: z.array(z.looseObject({ id: z.string() })),
  '@odata.nextLink': z.string().optional(),
});

/**
 * Lists the enabled users of the connection's own tenant. If a user has no token, Graph omits the extension.
 * @see https://learn.microsoft.com/en-us/graph/api/user-list
 */
export async function* listCensus({ settings, graph }: EntraProvisionDeps): AsyncGenerator<CensusPage> {
  const { attribute } = settings.entra;
  let next: string | undefined = `/users?$filter=accountEnabled eq true&$select=id,${attribute}&$top=999`;
  while (next !== undefined) {
    const page: z.output<typeof pageGuard> = await graph.read(pageGuard, next);
    yield countPage(page.value.map((user) => ({ subject: user.id, value: user[attribute] })));
    next = page['@odata.nextLink'];
  }
}

import { z } from 'zod';
import { type CensusPage, countPage } from '../../src/connections/census.js';
import { FaceError } from '../../src/errors.js';
import type { Parts } from './provision-schema.js';
import { parseAnswer, parseExtension, toAsked, toScimType } from './schema.js';

const pageSize = 100;

const pageGuard = z.object({
  totalResults: z.int(),
  Resources: z
    .array(z.looseObject({ id: z.string(), active: z.boolean().nullish() }))
    .nullish()
    .transform((users) => users ?? []),
});

/**
 * Lists the active users page by page. Few servers can filter by extension attributes.
 * @see https://www.rfc-editor.org/rfc/rfc7644#section-3.4.2.4
 */
export async function* listCensus({ scim: { attribute }, api }: Parts): AsyncGenerator<CensusPage> {
  const seen = new Set<string>();
  let startIndex = 1;
  for (;;) {
    const query = new URLSearchParams({
      attributes: ['active', ...toAsked(attribute)].join(','),
      startIndex: String(startIndex),
      count: String(pageSize),
    });
    const answer = await api.call('GET', `/Users?${query}`);
    if (answer.status !== 200) {
      throw new FaceError('profile_unavailable', { status: answer.status, scimType: toScimType(answer.body) });
    }
    const { totalResults, Resources } = parseAnswer(pageGuard, answer.body);
    // Users may appear twice: pages shift with concurrent changes, and some servers ignore the start index.
    const fresh = Resources.filter(({ id }) => !seen.has(id));
    for (const { id } of fresh) seen.add(id);
    const active = fresh.filter((user) => user.active !== false);
    yield countPage(active.map((user) => ({ subject: user.id, value: parseExtension(user, attribute).value })));
    startIndex += Resources.length;
    // Some servers, such as WSO2 over LDAP, report the size of the page as the total.
    const isLast = totalResults > Resources.length && startIndex > totalResults;
    if (fresh.length === 0 || isLast) return;
  }
}

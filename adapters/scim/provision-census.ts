import { z } from 'zod';
import { FaceError } from '../../src/errors.js';
import { type CensusCount, countPage } from '../census.js';
import type { Parts } from './provision-schema.js';
import { parseAnswer, parseExtension, toScimType } from './schema.js';

/** Servers give fewer where they will. */
const pageSize = 100;

const pageGuard = z.object({
  totalResults: z.int(),
  // May be left out where there is nothing in it (RFC 7644, section 3.4.2).
  Resources: z
    .array(z.looseObject({ active: z.boolean().nullish() }))
    .nullish()
    .transform((users) => users ?? []),
});

/**
 * The users that are not inactive, page by page: filters for an attribute of an extension are understood by few servers.
 * @see https://www.rfc-editor.org/rfc/rfc7644#section-3.4.2.4
 */
export async function* listCensus({ scim: { attribute }, api }: Parts): AsyncGenerator<CensusCount> {
  let startIndex = 1;
  for (;;) {
    const query = new URLSearchParams({
      attributes: `active,${attribute.path}`,
      startIndex: String(startIndex),
      count: String(pageSize),
    });
    const answer = await api.call('GET', `/Users?${query}`);
    if (answer.status !== 200) {
      throw new FaceError('profile_unavailable', { status: answer.status, scimType: toScimType(answer.body) });
    }
    const { totalResults, Resources } = parseAnswer(pageGuard, answer.body);
    const active = Resources.filter((user) => user.active !== false);
    yield countPage(active.map((user) => parseExtension(user, attribute).value));
    startIndex += Resources.length;
    if (Resources.length === 0 || startIndex > totalResults) return;
  }
}

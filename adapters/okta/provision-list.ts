import { z } from 'zod';
import { FaceError } from '../../src/errors.js';
import { type OktaAnswer, parseAnswer, type SendToOkta } from './client.js';

/** Far more than an org has of anything that is looked for here. */
const maxPages = 100;

const entriesGuard = z.array(z.looseObject({ id: z.string() }));

/**
 * The entries of a list that are of the kind looked for. Okta gives lists out in pages, and an org has things of others in
 * them, of kinds that are not known here: those are passed over.
 * @param guard - takes what could be ours
 * @throws FaceError `provider_refused`, `profile_unavailable`, also where it is no list of Okta's
 */
export async function listAll<Entry>(guard: z.ZodType<Entry>, path: string, send: SendToOkta): Promise<Entry[]> {
  const found: Entry[] = [];
  let next: string | null = path;
  for (let page = 0; next !== null; page++) {
    // To act on a part of a list would be to create what is there.
    if (page === maxPages) throw new FaceError('profile_unavailable', { reason: 'too many pages' });
    const { body, headers } = await send('GET', next);
    for (const entry of parseAnswer(entriesGuard, body)) {
      const { data } = guard.safeParse(entry);
      if (data !== undefined) found.push(data);
    }
    next = nextPageOf(headers);
  }
  return found;
}

/** The path of the page after this one; `null` on the last. @see https://developer.okta.com/docs/api/#pagination */
export function nextPageOf(headers: OktaAnswer['headers']): string | null {
  const link = /<([^>]+)>;\s*rel="next"/.exec(headers.get('link') ?? '')?.[1];
  return link !== undefined && URL.canParse(link) ? new URL(link).pathname + new URL(link).search : null;
}

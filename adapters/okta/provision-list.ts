import { z } from 'zod';
import { FaceError } from '../../src/errors.js';
import { type OktaAnswer, parseAnswer, type SendToOkta } from './client.js';

const maxPages = 100;

const entriesGuard = z.array(z.looseObject({ id: z.string() }));

/** @throws FaceError `provider_refused`, `profile_unavailable`, also if the answer is no list */
export async function listAll<Entry>(guard: z.ZodType<Entry>, path: string, send: SendToOkta): Promise<Entry[]> {
  const found: Entry[] = [];
  let next: string | null = path;
  for (let page = 0; next !== null; page++) {
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

/** @see https://developer.okta.com/docs/api/#pagination */
export function nextPageOf(headers: OktaAnswer['headers']): string | null {
  const link = /<([^>]+)>;\s*rel="next"/.exec(headers.get('link') ?? '')?.[1];
  return link !== undefined && URL.canParse(link) ? new URL(link).pathname + new URL(link).search : null;
}

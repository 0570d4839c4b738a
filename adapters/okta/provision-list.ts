import { z } from 'zod';
import { parseAnswer } from '../../src/connections/rest-call.js';
import type { JsonObject } from '../../src/core/base/json.js';
import { FaceError } from '../../src/errors.js';
import type { OktaAnswer, SendToOkta } from './client.js';

const maxPages = 100;

const entryGuard = z.looseObject({ id: z.string() });

/** @throws FaceError `provider_refused`, `profile_unavailable`, also if the answer is no list */
export async function listAll<Entry>(guard: z.ZodType<Entry>, path: string, send: SendToOkta): Promise<Entry[]> {
  const found: Entry[] = [];
  let pages = 0;
  for await (const entries of listPages(entryGuard, path, send)) {
    found.push(...entries.flatMap((entry) => guard.safeParse(entry).data ?? []));
    if (++pages > maxPages) throw new FaceError('profile_unavailable', { reason: 'too many pages' });
  }
  return found;
}

export async function* listPages<Entry>(
  guard: z.ZodType<Entry>,
  path: string,
  send: SendToOkta,
): AsyncGenerator<Entry[]> {
  let next: string | null = path;
  while (next !== null) {
    const { body, headers } = await send('GET', next);
    yield parseAnswer(z.array(guard), body);
    next = nextPageOf(headers);
  }
}

/** @see https://developer.okta.com/docs/api/#pagination */
export function nextPageOf(headers: OktaAnswer['headers']): string | null {
  const link = /<([^>]+)>;\s*rel="next"/.exec(headers.get('link') ?? '')?.[1];
  return link !== undefined && URL.canParse(link) ? new URL(link).pathname + new URL(link).search : null;
}

const readOnlyFields = ['id', 'created', 'lastUpdated', '_links', '_embedded'];

export function toWritable(found: unknown, more: readonly string[]): JsonObject {
  const left = new Set([...readOnlyFields, ...more]);
  const fields = parseAnswer(z.record(z.string(), z.json()), found);
  return Object.fromEntries(Object.entries(fields).filter(([field]) => !left.has(field)));
}

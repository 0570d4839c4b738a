import { z } from 'zod';
import { type CensusPage, countPage } from '../../src/connections/census.js';
import { toUnavailable } from './client.js';
import { accountGuard } from './profile-account.js';
import type { Parts } from './provision-account.js';

const activeStatus = 1;

const usersGuard = z.array(
  z.object({
    id: accountGuard.shape.id,
    status: z.number(),
    custom_attributes: z.record(z.string(), z.unknown()),
  }),
);

/**
 * Returns the cursor of the next page, or `null`. OneLogin sends the cursor percent-encoded and rejects double
 * encoding.
 */
export function readNextCursor(headers: Headers): string | null {
  const written = headers.get('after-cursor') || null;
  try {
    return written === null ? null : decodeURIComponent(written);
  } catch {
    return written;
  }
}

/** Lists the active users, with at most half of the hourly quota. */
export async function* listCensus({ onelogin: { attribute }, api }: Parts): AsyncGenerator<CensusPage> {
  let cursor: string | null = null;
  do {
    const query: URLSearchParams = new URLSearchParams({
      fields: 'id,status,custom_attributes',
      ...(cursor === null ? {} : { cursor }),
    });
    const { status, headers, body } = await api.call('GET', `/api/2/users?${query}`, null, 'outsider');
    if (status !== 200) throw toUnavailable({ status });
    const users = usersGuard.safeParse(body);
    if (!users.success) throw toUnavailable({ reason: 'answer not understood' });
    const active = users.data.filter((user) => user.status === activeStatus);
    yield countPage(active.map((user) => ({ subject: user.id, value: user.custom_attributes[attribute] })));
    cursor = readNextCursor(headers);
  } while (cursor !== null);
}

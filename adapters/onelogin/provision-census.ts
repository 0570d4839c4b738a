import { z } from 'zod';
import { type CensusPage, countPage } from '../census.js';
import { toUnavailable } from './client.js';
import { accountGuard } from './profile-account.js';
import type { Parts } from './provision-account.js';

/** Only users of this status can sign in. */
const activeStatus = 1;

// A list that does not show the fields says nothing of who is enrolled.
const usersGuard = z.array(
  z.object({
    id: accountGuard.shape.id,
    status: z.number(),
    custom_attributes: z.record(z.string(), z.unknown()),
  }),
);

/**
 * Where the next page begins; `null` on the last. OneLogin writes it as it stands in an address (`%3D` for `=`): encoded
 * again, it is refused.
 */
export function readNextCursor(headers: Headers): string | null {
  const written = headers.get('after-cursor') || null;
  try {
    return written === null ? null : decodeURIComponent(written);
  } catch {
    return written;
  }
}

/**
 * The active users, as many a page as OneLogin gives. A count takes no more than half of an hour's calls: the others are for
 * people who sign in.
 * @see https://developers.onelogin.com/api-docs/2/users/list-users
 * @see https://developers.onelogin.com/api-docs/2/getting-started/using-query-parameters
 */
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

import { z } from 'zod';
import { type CensusPage, countPage } from '../../src/connections/census.js';
import { toUnavailable } from './client.js';
import { accountGuard } from './profile-account.js';
import type { Parts } from './provision-account.js';

const activeStatus = 1;

// Without the field, the list says nothing about enrolments.
const usersGuard = z.array(
  z.object({
    id: accountGuard.shape.id,
    status: z.number(),
    custom_attributes: z.record(z.string(), z.unknown()),
  }),
);

/**
 * Returns the next page's cursor; `null` on the last. OneLogin sends it percent-encoded (`%3D` for `=`) and rejects
 * double encoding.
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
 * Lists the active users, with half of the hourly quota at most.
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

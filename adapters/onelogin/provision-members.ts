import { z } from 'zod';
import { isFilled } from '../../src/connections/census.js';
import { onlyGroup } from '../../src/connections/members.js';
import type { Member } from '../../src/core/ports.js';
import { toUnavailable } from './client.js';
import type { Parts } from './provision-account.js';
import { readNextCursor } from './provision-census.js';

const idGuard = z.union([z.string(), z.number()]).transform(String);
const rolesGuard = z.array(z.object({ id: idGuard, name: z.string() }));
const usersGuard = z.array(
  z.object({
    id: idGuard,
    status: z.number(),
    username: z.string().nullish(),
    email: z.string().nullish(),
    role_ids: z
      .array(idGuard)
      .nullish()
      .transform((ids) => ids ?? []),
    custom_attributes: z.record(z.string(), z.unknown()),
  }),
);

/** Statuses that are active or temporary: locked, password expired or reset, security questions required. */
const staying: readonly number[] = [1, 3, 4, 5, 8];

/**
 * Lists a role's users, except suspended and not yet activated ones. It reads all users, because the list of role
 * members lacks addresses.
 * @see https://developers.onelogin.com/api-docs/2/roles/list-roles
 */
export async function* listMembers(
  group: string,
  { onelogin: { attribute }, api }: Pick<Parts, 'onelogin' | 'api'>,
): AsyncGenerator<Member[]> {
  const read = async <Output>(path: string, guard: z.ZodType<Output>) => {
    const { status, headers, body } = await api.call('GET', path, null, 'outsider');
    if (status !== 200) throw toUnavailable({ status });
    const parsed = guard.safeParse(body);
    if (!parsed.success) throw toUnavailable({ reason: 'answer not understood' });
    return { data: parsed.data, cursor: readNextCursor(headers) };
  };
  const findByName = async (): Promise<string> => {
    const { data } = await read(`/api/2/roles?${new URLSearchParams({ name: group })}`, rolesGuard);
    return onlyGroup(data.filter(({ name }) => name.toLowerCase() === group.toLowerCase())).id;
  };
  const role = /^\d{1,18}$/.test(group) ? group : await findByName();
  let cursor: string | null = null;
  do {
    const query: URLSearchParams = new URLSearchParams({
      fields: 'id,status,username,email,role_ids,custom_attributes',
      ...(cursor === null ? {} : { cursor }),
    });
    const page: { readonly data: z.output<typeof usersGuard>; readonly cursor: string | null } = await read(
      `/api/2/users?${query}`,
      usersGuard,
    );
    const active = page.data.filter((user) => staying.includes(user.status) && user.role_ids.includes(role));
    yield active.map(({ id, username, email, custom_attributes }) => ({
      ...{ subject: id, login: username || email || '', email: email || null },
      isEnrolled: isFilled(custom_attributes[attribute]),
    }));
    cursor = page.cursor;
  } while (cursor !== null);
}
